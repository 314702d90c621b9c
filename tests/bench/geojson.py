"""Reports as GeoJSON: ours, the limit (the same rows through one template, untyped), and geopandas, in one run.

    N=1000000 .venv/bin/python -m tests.bench.geojson

Each in a process of its own, on a home of its own that is thrown away. `limit` reads the visits in one statement without
looking the submissions up and writes each by one `%`: no types, no escapes, no privacy, so nothing honest is quicker
that way. geopandas takes at most SAMPLE rows (default 100,000), and its time is scaled to N: its memory grows with them.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

N = int(os.environ.get("N", "1000000"))
SAMPLE = min(N, int(os.environ.get("SAMPLE", "100000")))
CHUNK = 2000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as home:
        made = _child("fill", home)
        print(f"{N:,} reports, made in {made['seconds']:.0f} s; GeoJSON of all of them:")
        print(f"{'':12}{'seconds':>10}{'CPU s':>10}{'CPU x limit':>13}{'MB idle':>10}{'MB peak':>10}{'file MB':>10}")
        limit = _child("limit", home)
        for name in ("limit", "ours", "geopandas"):
            done = limit if name == "limit" else _child(name, home)
            scale = N / SAMPLE if name == "geopandas" else 1
            ratio = done["cpu"] * scale / limit["cpu"]
            row = f"{done['seconds'] * scale:10.1f}{done['cpu'] * scale:10.1f}{ratio:13.2f}"
            row += f"{done['idle']:10.0f}{done['peak']:10.0f}{done['size'] * scale:10.0f}"
            note = f"   (from {SAMPLE:,} rows; memory is of these)" if scale > 1 else ""
            print(f"{name:12}{row}{note}", flush=True)


def _child(role: str, home: str) -> dict[str, float]:
    environ = os.environ | {"GRAMREACH_HOME": home, "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    environ.pop("DATABASE_URL", None)
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.geojson", role], env=environ, check=True, capture_output=True, text=True
    ).stdout
    return dict(json.loads(output.splitlines()[-1]))


def child(role: str) -> None:
    import django

    django.setup()
    roles: dict[str, Callable[[Path], object]] = {
        "fill": _fill, "ours": _ours, "limit": _limit, "geopandas": _geopandas,
    }  # fmt: skip
    out = Path(os.environ["GRAMREACH_HOME"]) / f"{role}.geojson"
    importlib.import_module("backend.api")  # what every process of the server has loaded
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if role == "geopandas":
        importlib.import_module("geopandas")  # not timed
    begun, busy = time.perf_counter(), time.process_time()
    roles[role](out)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    size = out.stat().st_size / 1e6 if out.exists() else 0
    out.unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "idle": idle, "peak": peak, "size": size}))


def _ours(out: Path) -> None:
    from django.core.management import call_command

    call_command("export", "reports", out=out)


def _visits(most: int | None = None) -> tuple[list[str], Iterator[list[tuple[Any, ...]]]]:
    """The columns and rows of all visits, in one statement."""
    from django.db import connection

    from backend.deployments.models import Visit
    from backend.exports.fields import REPORTS
    from backend.exports.reports import _FIGURES, _NO_THEMES, _SITE

    query = Visit.objects.filter(kind="report").order_by().values_list("submission", *_SITE, *_FIGURES)
    sql, params = query.query.sql_with_params()
    figures = list(REPORTS.names[REPORTS.names.index("how_known") :])
    names = ["instance_id", *(f"site_{i}" for i in range(len(_SITE))), "ended", *figures]
    names[names.index("site_15")], names[names.index("site_16")] = "lon", "lat"

    def rows() -> Iterator[list[tuple[Any, ...]]]:
        with connection.cursor() as cursor:
            cursor.execute(sql + (f" LIMIT {most}" if most else ""), params)
            while chunk := cursor.fetchmany(CHUNK):
                yield [row[:-1] + _NO_THEMES for row in chunk]

    return names, rows()


def _limit(out: Path) -> None:
    names, chunks = _visits()
    template = '{"type":"Feature","properties":{' + ",".join(f'"{name}":%s' for name in names) + "}}"
    with out.open("wb") as target:
        for chunk in chunks:
            target.write(",\n".join([template % row for row in chunk]).encode())
        target.flush()
        os.fsync(target.fileno())


def _geopandas(out: Path) -> None:
    import geopandas
    import pandas

    names, chunks = _visits(SAMPLE)
    frame = pandas.DataFrame([row for chunk in chunks for row in chunk], columns=names)
    points = geopandas.points_from_xy(frame.pop("lon"), frame.pop("lat"))
    out.write_text(geopandas.GeoDataFrame(frame, geometry=points, crs=4326).to_json())


def _fill(out: Path) -> None:
    """Minimal rows, quickly: every report counted, deployments with ten reports each, villages with five deployments."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from backend.deployments.models import Deployment, Visit
    from backend.registry.models import Village
    from backend.submissions.models import Submission

    call_command("migrate", verbosity=0)
    villages, deployments = max(1, N // 50), max(1, N // 10)
    state, district, centre, technologies, form = _registry()
    at = "2026-11-01 10:00:00"
    with transaction.atomic(), connection.cursor() as cursor:

        def insert(model: Any, rows: Iterator[dict[str, Any]]) -> None:
            first = next(rows)
            rest = {f.attname: f.get_default() for f in model._meta.concrete_fields if _left_out(f, first)}
            first, rows = first | rest, (row | rest for row in rows)
            columns = ", ".join(f'"{name}"' for name in first)
            sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({", ".join(["%s"] * len(first))})'
            cursor.executemany(sql, (tuple(row.values()) for row in _chain(first, rows)))

        insert(Village, (_village(i, state, district) for i in range(1, villages + 1)))
        insert(
            Deployment, (_deployment(i, 1 + i % villages, technologies, centre, at) for i in range(1, deployments + 1))
        )
        insert(Submission, (
            {"id": i, "instance_id": _id(i), "form_id": form, "received_at": at, "review_state": "received",
             "current_instance_id": _id(i)} for i in range(1, N + 1)))  # fmt: skip
        insert(Visit, (_visit(i, deployments, villages, at) for i in range(1, N + 1)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _left_out(field: Any, row: dict[str, Any]) -> bool:
    """A column that needs a value and that no row here names: one that came later."""
    return not field.null and not field.primary_key and field.attname not in row and not field.has_db_default()


def _chain(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rows


def _registry() -> tuple[int, int, int, list[int], int]:
    from backend.registry.models import Centre, Cluster, District, State, Technology
    from backend.submissions.models import Form

    state = State.objects.create(slug="karnataka", name="Karnataka")
    district = District.objects.create(slug="karnataka-udupi", name="Udupi", state=state)
    cluster = Cluster.objects.create(slug="best", name="Bengaluru", short_name="BeST", state=state, lat=13, lon=77)
    centre = Centre.objects.create(slug="nitte", name="RSVC Nitte", short_name="Nitte", kind="rsvc")
    made = [Technology.objects.create(slug=f"t-{i}", name=f"Technology {i}", origin_kind="cluster") for i in range(30)]
    for technology in made:
        technology.clusters.add(cluster)
    form = Form.objects.create(form_id="village_report")
    return state.pk, district.pk, centre.pk, [t.pk for t in made], form.pk


def _id(number: int) -> str:
    """Like the ids of phones: in no order."""
    digits = f"{(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128):032x}"
    return f"uuid:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _village(i: int, state: int, district: int) -> dict[str, Any]:
    return {
        "id": i, "code": f"demo:{i}", "name": f"Village {i}", "name_local": "", "state_id": state, "district_id": district,
        "subdistrict": "", "subdistrict_code": "", "gram_panchayat": "", "census_code": "", "place_source": "file",
        "list_name": "", "illustrative": True, "lat": 8 + i % 2000 / 100, "lon": 70 + i % 2500 / 100,
    }  # fmt: skip


def _deployment(i: int, village: int, technologies: list[int], centre: int, at: str) -> dict[str, Any]:
    return {
        "id": i, "uuid": _id(-i)[5:].replace("-", ""), "label": "Pump", "technology_id": technologies[i % 30],
        "village_id": village, "village_other": "", "hamlet": "", "centre_id": centre, "user_agency": "",
        "purpose": "village_use", "site_kind": "home" if i % 4 == 0 else "public", "plate": "", "installed": 3,
        "digipin": "", "instance_id": _id(-i), "registered_at": at, "counted": True, "illustrative": True,
    }  # fmt: skip


def _visit(i: int, deployments: int, villages: int, at: str) -> dict[str, Any]:
    deployment = 1 + i % deployments
    village = 1 + deployment % villages
    return {
        "kind": "report", "submission": _id(i), "instance_id": _id(i), "known_from": at, "waiting": False,
        "received_at": at, "sequence": i, "deployment_id": deployment, "village_id": village, "village_other": "",
        "visit_date": f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}", "month": 24312 + i % 12,
        "lat": 8 + i % 2000 / 100 + i % 97 / 1e5, "lon": 70 + i % 2500 / 100 + i % 89 / 1e5, "accuracy": 5.5,
        "digipin": "4P3JK852C9", "how_known": "seen", "installed": 3, "units_added": 0, "units_taken": 0, "working": i % 4,
        "defective": 0, "broken": 3 - i % 4 if i % 4 < 3 else 0, "removed": 0, "units_in_use": i % 3, "fault": "",
        "can_repair": "centre", "ended": False, "ended_reason": "", "operator_kind": "shg", "households": i % 30,
        "people": i % 120, "women": i % 60, "men": i % 60, "other_gender": 0, "sc": i % 30, "st": i % 20, "obc": i % 40,
        "general": i % 30, "category_unknown": 0, "with_disability": i % 5, "trained": i % 12, "first_time": i % 6,
        "income_before": 8000.0, "income_now": 9500.5, "hours_before": 4.5, "hours_now": 2.0, "kg": i % 50 / 2,
        "cost": 1200.0, "illustrative": True, "purpose": "",
    }  # fmt: skip


if __name__ == "__main__":
    child(sys.argv[1]) if len(sys.argv) > 1 else main()
