"""A home grown to any size by copying, inside the database, what it holds: deployments with all their reports, under other
keys and ids. As many reports a deployment as before, and as varied; a million takes minutes instead of an hour.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def grow(reports: int) -> None:
    """Until there are so many submissions; copies of the first ones are made, never copies of copies."""
    from django.core.management.color import no_style
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
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
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
    own = {
        name: change.format(number=number) if isinstance(change, str) else f'"{name}" + {steps[change] * number}'
        for name, change in changed.items()
    }
    return copy(model, own, f'"{model._meta.pk.column}" <= {steps[model]}')


def copy(model: Any, changed: Mapping[str, str | None], where: str) -> str:
    """The statement that copies the rows of a condition. `changed`: SQL by column; None: the database gives the value."""
    table = model._meta.db_table
    names = [f.column for f in model._meta.concrete_fields if changed.get(f.column, "") is not None]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name) or f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" WHERE {where}'
