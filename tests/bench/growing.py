"""A home grown to any size by copying, inside the database, what it holds: deployments with all their reports, under other
keys and ids. As many reports a deployment as before, and as varied; a million takes minutes instead of an hour.
"""

from __future__ import annotations

import sys
from typing import Any


def grow(reports: int) -> None:
    """Until there are so many submissions; copies of the first ones are made, never copies of copies."""
    from django.db import connection, transaction

    from backend.submissions.models import Submission

    there = Submission.objects.count()
    tables = _tables()
    steps = {model: _largest(model) for model in tables}
    for number in range(1, -(-max(0, reports - there) // there) + 1):
        with transaction.atomic(), connection.cursor() as cursor:
            for model, changed in tables.items():
                cursor.execute(_copy(model, changed, steps, number))
    with connection.cursor() as cursor:
        _keys_go_on(cursor, steps)
        cursor.execute("ANALYZE")
    sys.stderr.write(f"{Submission.objects.count()} submissions\n")


Changed = dict[str, Any]  # column: SQL, or the model whose key it is


def _tables() -> dict[Any, Changed]:
    """In an order that foreign keys allow."""
    from backend.deployments.models import Change, Deployment, DeploymentMonth, DeploymentState, Visit
    from backend.submissions.models import Flag, ReportRow, Submission, SubmissionVersion

    return {
        Deployment: {"id": Deployment, "uuid": _uuid("uuid"), "instance_id": _text("instance_id"), "merged_into_id": Deployment},
        Submission: {
            "id": Submission, "instance_id": _text("instance_id"), "current_instance_id": _text("current_instance_id"),
        },
        SubmissionVersion: {"id": SubmissionVersion, "submission_id": Submission, "instance_id": _text("instance_id")},
        Flag: {"id": Flag, "version_id": SubmissionVersion},
        ReportRow: {"submission_id": Submission, "version_id": SubmissionVersion, "deployment": _uuid("deployment")},
        Visit: {
            "id": Visit, "submission": _text("submission"), "instance_id": _text("instance_id"),
            "sequence": SubmissionVersion, "deployment_id": Deployment, "deployment_uuid": _uuid("deployment_uuid"),
        },
        DeploymentState: {"deployment_id": Deployment, "latest_instance_id": _text("latest_instance_id")},
        DeploymentMonth: {"id": DeploymentMonth, "deployment_id": Deployment},
        Change: {"id": Change, "key": _text("key")},
    }  # fmt: skip


def _text(column: str) -> str:
    return f"CASE WHEN \"{column}\" = '' THEN '' ELSE \"{column}\" || '-' || {{number}} END"


def _uuid(column: str) -> str:
    """The first eight digits say which copy it is; the rest differs among those that are copied."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%08x', {{number}}) || substr(\"{column}\", 9)"
    return f"(lpad(to_hex({{number}}), 8, '0') || substr(\"{column}\"::text, 9))::uuid"


def _largest(model: Any) -> int:
    from django.db.models import Max

    return int(model.objects.aggregate(most=Max("pk"))["most"] or 0)


def _copy(model: Any, changed: Changed, steps: dict[Any, int], number: int) -> str:
    names = [f.column for f in model._meta.concrete_fields]
    values = []
    for name in names:
        change = changed.get(name)
        if change is None:
            values.append(f'"{name}"')
        elif isinstance(change, str):
            values.append(change.format(number=number))
        else:
            values.append(f'"{name}" + {steps[change] * number}')
    table, key = model._meta.db_table, model._meta.pk.column
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {", ".join(values)} FROM "{table}" WHERE "{key}" <= {steps[model]}'
    )


def _keys_go_on(cursor: Any, steps: dict[Any, int]) -> None:
    """PostgreSQL gives out keys beyond those that the copies took; SQLite does so by itself."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    for model in steps:
        table, key = model._meta.db_table, model._meta.pk.column
        if key == "id":
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f'SELECT setval({sequence}, (SELECT max(id) FROM "{table}"))')
