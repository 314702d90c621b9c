"""One narrow row a report, for lists and counts of the office: what is filtered and sorted by stands in it.

Derived: `rebuild` makes it anew. A list of a million reports reads fifty of these rows and joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.deployments import bulk
from backend.deployments.look import Area, Known
from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import Filled, integer
from backend.statements import Insert
from backend.submissions.history import filled_of, matched_village
from backend.submissions.models import Decision, Flag, ReportRow, Submission

_TOLD = [
    "version_id", "form_id", "review_state", "received_at", "visit_date", "deployment", "village_id", "village_other",
    "technology_id", "centre_id", "officer_id", "district_id", "found", "units_in_use", "installed", "accuracy",
    "seconds", "answers", "flags", "codes",
]  # fmt: skip
_PUT = Insert(ReportRow, ["submission_id"], _TOLD)


def put(rows: Sequence[dict[str, Any]]) -> None:
    _PUT.many(rows)


def row(
    submission: int, form: int, said: Filled, place: Known, flags: Sequence[str], *, state: str = "received"
) -> dict[str, Any]:
    """`submission`, `form`: their keys; `said`: the current version, whose key is its sequence; `flags`: their codes."""
    village = place.village
    return {
        "submission_id": submission,
        "version_id": said.sequence,
        "form_id": form,
        "review_state": state,
        "received_at": said.received_at,
        "visit_date": said.visit_date,
        "deployment": said.deployment,
        "village_id": village.id if village else None,
        "village_other": said.text("village_other"),
        "technology_id": place.technology_id,
        "centre_id": place.centre_id,
        "officer_id": said.officer,
        "district_id": (village.district_id if village else None) or place.place.district_id,
        "found": found(said.kind, said.flat),
        "units_in_use": integer(said.flat.get("units_in_use")),
        "installed": integer(said.flat.get("installed")),
        "accuracy": place.place.accuracy,
        "seconds": _seconds(said),
        "answers": len(said.flat),
        **_flagged(flags),
    }


def _flagged(codes: Sequence[str]) -> dict[str, Any]:
    return {"flags": len(codes), "codes": ",".join(sorted(set(codes)))[:400]}


def found(kind: str | None, flat: Mapping[str, Any]) -> str:
    """The condition that this report alone speaks of; empty where it speaks of none."""
    if kind == Visit.Kind.REGISTRATION:
        return "registered"
    if kind != Visit.Kind.REPORT or flat.get("how_known") in ("not_found", "unreachable"):
        return ""
    if flat.get("ended") == "yes":
        return "ended"
    units = [integer(flat.get(name)) for name in ("working", "defective", "broken", "removed")]
    if units == [None] * len(units):
        return ""  # a village was visited, no deployment
    if not (units[0] or 0) + (units[1] or 0):
        return "broken"
    return "in_use" if integer(flat.get("units_in_use")) else "idle"


def _seconds(said: Filled) -> int | None:
    if said.started_at is None or said.ended_at is None:
        return None
    seconds = int((said.ended_at - said.started_at).total_seconds())
    return seconds if 0 <= seconds < 7 * 24 * 3600 else None


def follow_deployments(uuids: Iterable[UUID]) -> None:
    """Reports have the technology and centre of their deployment as it is now: registered late, changed, or merged."""
    for deployment in Deployment.objects.filter(uuid__in=list(uuids)).select_related("merged_into"):
        kept = deployment.merged_into or deployment
        rows = ReportRow.objects.filter(deployment=deployment.uuid)
        rows.update(technology=kept.technology_id, centre=kept.centre_id)


def follow_state(submission: Submission) -> None:
    ReportRow.objects.filter(submission=submission.pk).update(review_state=submission.review_state)


def follow_flags(submission: int, version: int) -> None:
    """`version`: the key of its current one."""
    codes = standing_flags([version]).get(version, [])
    ReportRow.objects.filter(submission=submission).update(**_flagged(codes))


def settled_flags(versions: Sequence[int]) -> dict[tuple[int, str, str], Decision]:
    """What was found to be no problem, by version, code and where; of several decisions about one the last stands."""
    rows = Decision.objects.filter(kind=Decision.Kind.FLAG, version__in=versions).select_related("by").order_by("pk")
    last = {(d.version_id or 0, d.subject, d.target): d for d in rows}
    return {key: decision for key, decision in last.items() if decision.action == "no_problem"}


def standing_flags(versions: Sequence[int]) -> dict[int, list[str]]:
    """The codes of each version's flags, without those found to be no problem."""
    flags = list(Flag.objects.filter(version__in=versions).values_list("version", "code", "where"))
    settled = settled_flags(list({version for version, _, _ in flags})) if flags else {}
    found: dict[int, list[str]] = {}
    for version, code, where in flags:
        if (version, code, where) not in settled:
            found.setdefault(version, []).append(code)
    return found


def again(submissions: Sequence[Submission]) -> None:
    """The rows of these submissions from the facts; with `versions`, their devices and `decisions` fetched before."""
    current = [(s, max(s.versions.all(), key=lambda v: v.number)) for s in submissions]
    said = [filled_of(version, s, matched_village(s.decisions.all())) for s, version in current]
    known = bulk.known_all(said, [Area()] * len(said))
    flags = standing_flags([v.pk for _, v in current])
    put(
        [
            row(s.pk, s.form_id, f, k, flags.get(v.pk, []), state=s.review_state)
            for (s, v), f, k in zip(current, said, known, strict=True)
        ]
    )


def deployments_of(submissions: Sequence[Submission]) -> list[UUID]:
    """Those that these submissions name."""
    rows = ReportRow.objects.filter(submission__in=submissions).exclude(deployment=None)
    return [found for found in rows.values_list("deployment", flat=True) if found is not None]


def forget_everything() -> None:
    ReportRow.objects.all()._raw_delete(using="default")
