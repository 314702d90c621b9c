"""Is it at the office? What a phone asks before it lets its own copy go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from backend.accounts.models import Device
from backend.submissions import attachments, keeping
from backend.submissions.models import KeptAside, SubmissionVersion


def receipts(device: Device, instance_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One for each id asked for, in order; for what the officer's phones sent, and for nothing else."""
    officer = device.officer_id
    mine = Q(submission__device__officer=officer) | Q(device__officer=officer)
    versions = SubmissionVersion.objects.filter(mine, instance_id__in=instance_ids).select_related("submission")
    here = {version.instance_id: version for version in versions}
    aside = KeptAside.objects.filter(device__officer=officer, instance_id__in=instance_ids).order_by("id")
    kept = {row.instance_id: row for row in aside.exclude(kind="attachment")}
    return [_receipt(device, key, here.get(key), kept.get(key)) for key in instance_ids]


def _receipt(device: Device, key: str, version: SubmissionVersion | None, kept: KeptAside | None) -> dict[str, Any]:
    state, missing = "", tuple[str, ...]()
    if version is not None:
        state = "deleted" if version.submission.deleted_at else version.submission.review_state
        missing = attachments.missing(version.pk)
    elif kept is not None:
        state = "kept_aside" if kept.state in ("waiting", "retried") else kept.state
        missing = keeping.names_of_files(kept)
    if missing:
        lie_aside = attachments.kept_aside(device, key)
        missing = tuple(name for name in missing if name not in lie_aside)
    return {
        "instance_id": key,
        "here": version is not None,
        "kept": kept is not None,
        "outcome_state": state,
        "missing_attachments": list(missing),
    }
