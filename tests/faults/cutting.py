"""A line that breaks: passes bytes on between a client and the server, and cuts some connections at a random byte."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress


class Line:
    """`cuts` counts the connections that were cut. About `share` of them are, at a byte of the request or the answer."""

    def __init__(self, to: int, seed: int, share: float = 0.5, most: int = 170_000) -> None:
        self.to, self.share, self.most, self.cuts = to, share, most, 0
        self.random = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.to), 10)
                except OSError:
                    near.close()
                    continue
                cut = self.random.random() < self.share
                of_request = self.random.random() < 0.7
                up = self.random.randrange(self.most) if cut and of_request else None
                down = self.random.randrange(400) if cut and not of_request else None
                for from_, to, left in ((near, far, up), (far, near, down)):
                    threading.Thread(target=self._pass, args=(from_, to, left), daemon=True).start()

    def _pass(self, from_: socket.socket, to: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while data := from_.recv(8192):
                if left is not None and len(data) >= left:
                    to.sendall(data[:left])
                    self.cuts += 1
                    break
                left = None if left is None else left - len(data)
                to.sendall(data)
            else:
                to.shutdown(socket.SHUT_WR)
                return
        for end in (from_, to):  # both at once; the thread of the other direction wakes
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
