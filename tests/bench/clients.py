"""Clients that cost little beside the servers they measure: prepared requests over plain sockets, one thread each."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_ID = re.compile(b"@id@")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Template:
    """A request whose body has `@id@` where each report's own id goes, and `@day@` where the day of the visit does."""

    head: bytes
    body: bytes
    reports: int

    def filled(self, day: bytes) -> bytes:
        body = _ID.sub(lambda _: os.urandom(16).hex().encode(), self.body.replace(b"@day@", day))
        return b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body)


def stored_in(port: int, seconds: float, clients: int, next_request: Callable[[], bytes], reports: int) -> float:
    """Reports a second that so many clients get stored, each on its own connection. Raises RuntimeError if one is not."""
    counts = [0] * clients
    faults: list[str] = []
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < end and not faults:
                line.sendall(next_request())
                answer = _answer(line)
                if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                    faults.append(answer[:400].decode("utf-8", "replace"))
                counts[number] += reports

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return sum(counts) / (time.monotonic() - begun)


def _answer(line: socket.socket) -> bytes:
    answer = line.recv(65536)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += line.recv(65536)
    told = _LENGTH.search(answer, 0, end)
    while (
        len(answer) < end + 4 + int(told[1]) if told else not answer.endswith(b"0\r\n\r\n")
    ):  # else it comes in chunks
        answer += line.recv(65536)
    return answer
