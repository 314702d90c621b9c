"""The console's pages at growing numbers of reports: queries, milliseconds and bytes of each. Judges nothing.

    .venv/bin/python -m tests.bench.console                         # 10,000 and 100,000 reports
    REPORTS=10000,100000,1000000 .venv/bin/python -m tests.bench.console
    DATABASE_URL=postgresql://... .venv/bin/python -m tests.bench.console

The first report of each size is made by the demonstration; its rows are then copied many times over inside the database,
with other keys: what pages read is as large and as varied as it says, and a million takes minutes instead of hours.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from typing import Any

from tests.bench.growing import copy

SIZES = [int(n) for n in os.environ.get("REPORTS", "10000,100000").split(",")]
SEED, TURNS = 2000, 5
ADMINISTRATORS = (
    "/clusters/pkc", "/registry/centres", "/registry/centres/rsvc-khunt", "/registry/technologies", "/people", "/audit",
    "/maps/reach",
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("GRAMREACH_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("demo", "--reports", str(SEED), "--no-serve", verbosity=0)
        for size in SIZES:
            grow(size)
            show(size)


def grow(size: int) -> None:
    """Until there are so many reports: submissions, versions, flags, visits and their rows for lists, copied."""
    from django.db import connection

    from backend.submissions.models import ReportRow

    while (there := ReportRow.objects.count()) < size:
        with connection.cursor() as cursor:
            for statement in copying(min(there, size - there)):
                cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copying(count: int) -> list[str]:
    """Statements that copy the first `count` submissions under new keys."""
    from django.db.models import Max

    from backend.deployments.models import Visit
    from backend.submissions.models import Flag, ReportRow, Submission, SubmissionVersion

    step = Submission.objects.aggregate(most=Max("id"))["most"]
    version_step = SubmissionVersion.objects.aggregate(most=Max("id"))["most"]
    first = f"(SELECT id FROM submissions_submission ORDER BY id LIMIT {count})"
    own = {
        Submission: {
            "id": f"id + {step}",
            "instance_id": f"instance_id || '-{step}'",
            "current_instance_id": f"current_instance_id || '-{step}'",
        },
        SubmissionVersion: {
            "id": f"id + {version_step}",
            "submission_id": f"submission_id + {step}",
            "instance_id": f"instance_id || '-{step}'",
        },
        ReportRow: {"submission_id": f"submission_id + {step}", "version_id": f"version_id + {version_step}"},
        Flag: {"id": None, "version_id": f"version_id + {version_step}"},
        Visit: {
            "id": None,
            "submission": f"submission || '-{step}'",
            "instance_id": f"instance_id || '-{step}'",
            "sequence": f"sequence + {version_step}",
        },
    }
    where = {
        Submission: f"id IN {first}",
        SubmissionVersion: f"submission_id IN {first}",
        ReportRow: f"submission_id IN {first}",
        Flag: f"version_id IN (SELECT id FROM submissions_submissionversion WHERE submission_id IN {first})",
        Visit: f"submission IN (SELECT instance_id FROM submissions_submission WHERE id IN {first})",
    }
    return [copy(model, changed, where[model]) for model, changed in own.items()]


def show(size: int) -> None:
    """`first`: with nothing kept from an earlier request; queries are those of that one."""
    from django.test import Client

    from backend.accounts.models import User

    print(f"\n{size:,} reports  {'':34} queries   first      ms   worst     KB")
    for name in ("admin", "khunt"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=name))
        for path in [*paths(), *(ADMINISTRATORS if name == "admin" else ())]:
            print(f"  {name:6} {path[:46]:46} {_row(client, path)}")
    sys.stdout.flush()


def _row(client: Any, path: str) -> str:
    from django.db import connection

    from backend.kept import forget_everything

    client.get(path)  # modules and templates are loaded
    forget_everything()
    asked: list[str] = []
    start = time.perf_counter()
    with connection.execute_wrapper(_counting(asked)):
        answer = client.get(path)
    first = (time.perf_counter() - start) * 1000
    assert answer.status_code == 200, (path, answer.status_code)
    times = []
    for _ in range(TURNS):
        start = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    size = len(answer.content) / 1024
    return f"{len(asked):7} {first:7.0f} {statistics.median(times):7.0f} {max(times):7.0f} {size:6.0f}"


def _counting(asked: list[str]) -> Any:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    return wrapper


def paths() -> list[str]:
    from backend.submissions.models import ReportRow

    row = (
        ReportRow.objects.select_related("submission", "village", "technology")
        .filter(form__form_id="village_report", centre__slug="rsvc-khunt")
        .exclude(technology=None)
        .earliest("pk")
    )
    village, technology = row.village.code if row.village else "", row.technology.slug if row.technology else ""
    return [
        "/", "/reports?order=newest", "/reports?review=received,edited", "/reports?review=received,edited&flag=any",
        f"/reports?village={village}", f"/reports?technology={technology}&days=365", "/reports?q=village",
        "/reports?status=broken&centre=rsvc-khunt", f"/reports/{row.submission.instance_id}?review=received,edited",
        "/quality", "/deployments?status=broken", "/villages/never", "/villages/match", "/quality/doubles", "/phones",
        "/centres", "/centres/rsvc-khunt", "/centres/rsvc-khunt/list", "/published", "/maps/reach?centre=rsvc-khunt",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
