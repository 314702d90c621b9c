"""What became of an officer's reports: one line for each, in the words of reviewing."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from backend.accounts.models import Device
from backend.deployments.models import Change
from backend.submissions.models import Decision, KeptAside, Submission, SubmissionVersion

MOST = 2000  # the newest, where everything is asked for; what was sent back is always told
WORDS = {
    "approve": "approved", "reject": "rejected", "request_changes": "changes_requested", "retract": "retracted",
}  # fmt: skip
DECIDED = ("approved", "rejected", "changes_requested", "retracted")
STATES = {"waiting": "kept_aside", "retried": "kept_aside"}  # the others say it in their own words


def everything(device: Device) -> list[dict[str, Any]]:
    mine = _mine(device)
    newest = set(mine.order_by("-id").values_list("id", flat=True)[:MOST])
    back = set(mine.filter(review_state="changes_requested").values_list("id", flat=True))
    return [*_told(mine.filter(id__in=newest | back)), *map(_kept, _aside(device).order_by("-id")[:MOST])]


def since(device: Device, settled: int) -> list[dict[str, Any]]:
    changes = Change.objects.filter(id__gt=settled).order_by()
    kept = [str(pk) for pk in _aside(device).values_list("id", flat=True)]
    moved = {int(key) for key in changes.filter(kind="kept_aside", key__in=kept).values_list("key", flat=True)}
    keys = changes.filter(kind="submission").values("key")
    return [
        *_told(_mine(device).filter(instance_id__in=keys)),
        *map(_kept, _aside(device).filter(id__in=moved).order_by("id")),
    ]


def _mine(device: Device) -> QuerySet[Submission]:
    """Of all phones of the officer: a new phone tells what became of what the old one sent. And what was handed over."""
    return Submission.objects.filter(Q(device__officer=device.officer_id) | Q(handed_to=device.officer_id))


def _aside(device: Device) -> QuerySet[KeptAside]:
    """Reports, not files; and none that is here under its id: what became of that is told already."""
    here = SubmissionVersion.objects.filter(
        instance_id=OuterRef("instance_id"), submission__device__officer=device.officer_id
    )
    rows = KeptAside.objects.filter(device__officer=device.officer_id).exclude(kind="attachment")
    return rows.exclude(instance_id="").filter(~Q(Exists(here)))


def _told(rows: QuerySet[Submission]) -> list[dict[str, Any]]:
    reviews = Decision.objects.filter(kind=Decision.Kind.REVIEW).select_related("by").order_by("id")
    rows = rows.annotate(newest=Max("versions__received_at")).prefetch_related(
        Prefetch("decisions", reviews, to_attr="reviews")
    )
    return [_submission(row) for row in rows.order_by("id")]


def _submission(row: Any) -> dict[str, Any]:
    said = [review for review in row.reviews if WORDS.get(review.action) == row.review_state]
    last = said[-1] if said and row.review_state in DECIDED else None
    return {
        "instance_id": row.instance_id,
        "current_instance_id": row.current_instance_id,
        "state": "deleted" if row.deleted_at else row.review_state,
        "comment": last.comment if last else "",
        "by": str(last.by) if last and last.by else None,
        "at": last.at if last else row.newest,
    }


def _kept(row: KeptAside) -> dict[str, Any]:
    return {
        "instance_id": row.instance_id,
        "current_instance_id": row.instance_id,
        "state": STATES.get(row.state, row.state),
        "comment": row.detail,
        "by": None,
        "at": row.received_at,
    }
