"""Reports a second over OpenRosa, as ODK Collect posts them: multipart, with and without a photo of 200 KB.

8 and 32 phones at once, each on its own connection, beside a bare endpoint that parses the same multipart, inserts one row
and writes the photo to the disk. Printed are the rates, their ratio, and how long a post took: p50, p95 and p99. Compare
rows, not absolutes.

SECONDS=s (default 6) is how long each measurement lasts.
"""

from __future__ import annotations

import http.client
import io
import itertools
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from tests.bench.receiving import _DATE, _INSTANCE, DAYS_BEFORE_TODAY, SECONDS, WARM_UP, Home, _home, _postgres, _server

PHONES = (8, 32)
PHOTO = 200_000  # bytes
BOUNDARY = "gramreach-bench"

Post = Callable[[http.client.HTTPConnection], None]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as folder, _postgres(Path(folder) / "pg") as url:
        for name, database in (("SQLite", ""), ("PostgreSQL", url)):
            _measure(name, _home(Path(folder) / name, database))


def _measure(name: str, home: Home) -> None:
    print(f"\n{name}                        reports/s  beside bare    p50     p95     p99 ms")
    with ExitStack() as stack:
        ports = {
            "bare": stack.enter_context(_server(home, "tests.bench.bare:application"))[0],
            "ours": stack.enter_context(_server(home, "backend.config.wsgi:application"))[0],
        }
        for photo, phones in itertools.product((b"", _photo()), PHONES):
            rates: dict[str, float] = {}
            for who, port in ports.items():
                post = _poster(home, who, photo)
                _load(port, post, phones, WARM_UP)
                took = _load(port, post, phones, SECONDS)
                rates[who] = len(took) / SECONDS
                what = f"{who}, {phones} phones, {'photo' if photo else 'no photo'}"
                told = "  ".join(f"{_quantile(took, q) * 1000:6.0f}" for q in (0.5, 0.95, 0.99))
                print(f"  {what:28} {rates[who]:8.0f}   {rates[who] / rates['bare']:8.2f}   {told}", flush=True)


def _photo() -> bytes:
    """A JPEG of about that size, as noisy as the world."""
    out = io.BytesIO()
    Image.frombytes("RGB", (400, 300), os.urandom(400 * 300 * 3)).save(out, "JPEG", quality=75)
    return out.getvalue()[:-2].ljust(PHOTO - 2, b"\0") + b"\xff\xd9"


def _poster(home: Home, who: str, photo: bytes) -> Post:
    reports, turn = _reports(home), threading.Lock()
    address = "/bare" if who == "bare" else f"/openrosa/key/{home.token}/submission?deviceID=collect%3Abench"
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}

    def post(connection: http.client.HTTPConnection) -> None:
        with turn:
            xml = next(reports)
        parts = [_part("xml_submission_file", "report.xml", "text/xml", xml)]
        if photo:  # no two are the same bytes: a photo that is here already would cost less
            parts.append(_part("photo.jpg", "photo.jpg", "image/jpeg", photo + uuid.uuid4().bytes))
        connection.request("POST", address, b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{who}: {answer.status} {said[:300]!r}")

    return post


def _part(name: str, filename: str, kind: str, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def _reports(home: Home) -> Iterator[bytes]:
    """The next report of each deployment, day after day."""
    start = date.today() - timedelta(days=DAYS_BEFORE_TODAY - 1)
    for number in home.days:
        day = (start + timedelta(days=number)).isoformat()
        for document in home.documents:
            fresh = _INSTANCE.sub(rf"\g<1>uuid:{uuid.uuid4()}", document)
            yield _DATE.sub(f">{day}", fresh).encode()


def _load(port: int, post: Post, phones: int, seconds: float) -> list[float]:
    """How long each post took."""
    took: list[list[float]] = [[] for _ in range(phones)]
    faults: list[BaseException] = []
    end = time.monotonic() + seconds

    def phone(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            while (began := time.monotonic()) < end:
                post(connection)
                took[number].append(time.monotonic() - began)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=phone, args=(number,)) for number in range(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sorted(itertools.chain.from_iterable(took))


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    main()
