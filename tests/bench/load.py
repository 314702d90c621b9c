"""So many phones at once (PHONES, default 500): each sends a batch of reports, then a photo over a slow line, while maps are
looked at and an export runs. Prints reports and photos accepted a second, p50, p95 and p99, errors, and the server's memory.

A phone that is told 503 waits as long as it was told and tries again, as the field app does: that is no error. At the end
every report must be there once. DATABASE=sqlite or postgresql (default: one after the other). STORED (default 0): so many
reports are there before, and all of them are in the export.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from tests.faults.clients import Filled, noise
from tests.faults.homes import TOKEN, Home, Server, home_with_world
from tests.faults.outboxes import Writer

PHONES = int(os.environ.get("PHONES", "500"))
STORED = int(os.environ.get("STORED", "0"))
TRIES, PATIENCE = 200, 180  # of a request; seconds for one of them
REPORTS, SIDE = 5, 200  # a phone's; a photo of about 40 KB
RATES = (4_000, 12_000, 40_000, 200_000)  # bytes a second: 2G, 2.5G, 3G, better
_PREPARE = "from backend.accounts.services import make_api_token; print(make_api_token('bench', None))"
_FILL = f"""
from django.core.management import call_command
from tests.bench import growing, receiving
call_command("load_registry", verbosity=0)
receiving.synthesize(2000, 1)
growing.grow({STORED})
"""
_COUNT = """
from backend.submissions.models import Attachment, Submission
print(Submission.objects.count(), Attachment.objects.exclude(blob=None).count())
"""


@dataclass
class Seen:
    times: dict[str, list[float]] = field(default_factory=lambda: {"batch": [], "piece": [], "map": []})
    statuses: Counter[str] = field(default_factory=Counter)
    last: dict[str, float] = field(default_factory=dict)  # when the last one was taken


def main() -> None:
    for database in os.environ.get("DATABASE", "sqlite postgresql").split():
        with tempfile.TemporaryDirectory(prefix="gramreach-load-") as folder:
            measure(home_with_world(Path(folder) / "home", database), database)


def measure(home: Home, database: str) -> None:
    writer = Writer(home)
    photo = noise(1, SIDE)
    boxes = [[writer.filled(1 if n == 0 else None) for n in range(REPORTS)] for _ in range(PHONES)]
    if STORED:
        home.python(_FILL)
    before = [int(number) for number in home.python(_COUNT).split()]
    token = home.python(_PREPARE).strip()
    server = Server(home).start()
    seen, stop = Seen(), threading.Event()
    looking = [threading.Thread(target=look, args=(server.port, token, path, seen, stop)) for path in _LOOKS]
    for thread in looking:
        thread.start()
    memory = Memory(server)
    begun = time.monotonic()
    try:
        asyncio.run(everybody(server.port, boxes, photo, seen))
        took = time.monotonic() - begun
    finally:
        stop.set()
        for thread in looking:
            thread.join()
        peak = memory.end()
        server.end()
    there = [int(after) - number for after, number in zip(home.python(_COUNT).split(), before, strict=True)]
    print(
        f"{database}: {PHONES} phones in {took:.0f} s; reports, while they came: "
        f"{PHONES * REPORTS / (seen.last['batch'] - begun):.0f}/s; photos: {PHONES / took:.1f}/s"
    )
    print(
        f"  there: {there[0]} of {PHONES * REPORTS} reports, {there[1]} of {PHONES} photos, beside {before[0]:,} reports;"
        f" memory {peak / 1e6:.0f} MB at most"
    )
    for name, times in seen.times.items():
        if times:
            p50, p95, p99 = (1000 * q for q in (statistics.quantiles(times, n=100)[i] for i in (49, 94, 98)))
            print(f"  {name:<6} {len(times):>6}  p50 {p50:.0f} ms  p95 {p95:.0f} ms  p99 {p99:.0f} ms")
    print(f"  answers: {dict(seen.statuses)}", flush=True)


_LOOKS = ("/api/v1/reach/cells?bbox=68,6,98,37&zoom=5", "/api/v1/reach?by=state", "/api/v1/export/reports.geojson")


def look(port: int, token: str, path: str, seen: Seen, stop: threading.Event) -> None:
    session = requests.Session()
    session.trust_env = False
    while not stop.wait(0.5):
        begun = time.monotonic()
        try:
            answer = session.get(
                f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=600
            )
            seen.statuses[f"map {answer.status_code}"] += 1
        except requests.RequestException as error:
            seen.statuses[f"map {type(error).__name__}"] += 1
        seen.times["map"].append(time.monotonic() - begun)


class Memory:
    """Of the server and its workers together, looked at four times a second."""

    def __init__(self, server: Server) -> None:
        assert server.process is not None
        self.process, self.most, self.stop = psutil.Process(server.process.pid), 0, threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self) -> None:
        while not self.stop.wait(0.25):
            all_of_them = [self.process, *self.process.children(recursive=True)]
            self.most = max(self.most, sum(p.memory_info().rss for p in all_of_them if p.is_running()))

    def end(self) -> int:
        self.stop.set()
        self.thread.join()
        return self.most


async def everybody(port: int, boxes: list[list[Filled]], photo: bytes, seen: Seen) -> None:
    begun, told = time.monotonic(), asyncio.ensure_future(_tell(seen))
    await asyncio.gather(*(phone(port, box, photo, RATES[n % len(RATES)], seen) for n, box in enumerate(boxes)))
    told.cancel()
    print(f"  the last phone was done after {time.monotonic() - begun:.0f} s", flush=True)


async def _tell(seen: Seen) -> None:
    """So that one sees whether it gets on."""
    while True:
        await asyncio.sleep(30)
        print(f"  ... {dict(seen.statuses)}", flush=True)


async def phone(port: int, box: list[Filled], photo: bytes, rate: int, seen: Seen) -> None:
    body = gzip.compress(json.dumps({"submissions": [filled.item for filled in box]}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    await until_taken("batch", port, "POST", "/api/v1/submissions/batch", headers, body, rate, seen)
    said = {"instance_id": box[0].instance_id, "filename": "photo.jpg", "sha256": hashlib.sha256(photo).hexdigest()}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
    tus = {"Tus-Resumable": "1.0.0"}
    announced = {**tus, "Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
    made = await until_taken("piece", port, "POST", "/api/v1/uploads/", announced, b"", rate, seen)
    path, offset = "/api/v1/uploads/" + made["location"].rsplit("/", 1)[1], 0
    while offset < len(photo):
        piece = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        told = await until_taken("piece", port, "PATCH", path, piece, photo[offset : offset + 8_000], rate, seen)
        offset = int(told["upload-offset"])


async def until_taken(
    kind: str, port: int, method: str, path: str, headers: dict[str, str], body: bytes, rate: int, seen: Seen
) -> dict[str, str]:
    dice = random.Random(path + str(id(body)))
    for tries in range(TRIES):
        begun = time.monotonic()
        try:
            status, told = await asyncio.wait_for(ask(port, method, path, headers, body, rate), PATIENCE)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            seen.statuses[f"{kind} {type(error).__name__}"] += 1
            await asyncio.sleep(min(30, 2**tries) * dice.uniform(0.5, 1))  # as the field app waits
            continue
        seen.statuses[f"{kind} {status}"] += 1
        if status < 300:
            # Without the time that the line itself takes.
            seen.last[kind] = time.monotonic()
            seen.times[kind].append(max(0.0, time.monotonic() - begun - len(body) / rate))
            return told
        await asyncio.sleep(float(told.get("retry-after", 1)))
    raise AssertionError(f"{method} {path} was never taken")


async def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes, rate: int
) -> tuple[int, dict[str, str]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
    try:
        all_of_them = {"Host": "127.0.0.1", "Authorization": f"Bearer {TOKEN}", "Connection": "close", **headers}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in all_of_them.items())
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        for begin in range(0, len(body), max(1, rate // 5)):
            if answered.done():  # refused before all was sent, and said when to come again: no need to send the rest
                break
            writer.write(body[begin : begin + max(1, rate // 5)])
            with suppress(ConnectionError):  # the answer may lie here all the same
                await writer.drain()
            await asyncio.sleep(min(0.2, len(body) / rate))
        first, *lines = (await answered).decode("latin-1").split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        return int(first.split(" ")[1]), told
    finally:
        answered.cancel()
        writer.close()


if __name__ == "__main__":
    main()
