"""A submission's facts as the derived tables want them: its versions, and the spans of time in which each counted."""

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from collections.abc import Iterable, Sequence
from typing import cast

from django.conf import settings

from backend.deployments.look import Area, Known, known
from backend.deployments.observed import Filled
from backend.deployments.services import Span
from backend.submissions import counting
from backend.submissions.arrivals import entity_of
from backend.submissions.flat import flatten
from backend.submissions.models import Decision, Submission, SubmissionVersion
from backend.submissions.queries import form_by_pk
from field_forms.instance import read

FOLLOWED = (Decision.Kind.REVIEW, Decision.Kind.MATCH)  # what changes how a submission counts


def events_of(versions: Sequence[SubmissionVersion], decisions: Sequence[Decision]) -> list[counting.Event]:
    """Receipts and reviews in order of time; a receipt comes before a review of the same moment."""
    numbers = {v.pk: v.number for v in versions}
    events: list[tuple[dt.datetime, int, counting.Event]] = [
        (v.received_at, 0, counting.Received(v.number, v.received_at)) for v in versions
    ]
    for d in decisions:
        if d.kind == Decision.Kind.REVIEW and d.version_id in numbers:
            event = counting.Reviewed(numbers[d.version_id], cast(counting.Action, d.action), d.at)
            events.append((d.at, d.pk, event))
    return [event for _, _, event in sorted(events, key=lambda e: e[:2])]


def state_of(submission: Submission) -> str:
    """The review state that follows from the submission's facts."""
    versions, decisions = submission.versions.order_by("number"), submission.decisions.all()
    return counting.review_state(events_of(list(versions), list(decisions)))


def handed_to(decisions: Iterable[Decision]) -> int | None:
    """The officer whom the newest standing decision asks for changes, where that is another than who sent it."""
    reviews = sorted((d for d in decisions if d.kind == Decision.Kind.REVIEW), key=lambda d: d.pk)
    undone = {d.target for d in reviews if d.action == "undo"}
    standing = [d for d in reviews if d.action != "undo" and str(d.pk) not in undone]
    asked = standing[-1] if standing and standing[-1].action == "request_changes" else None
    return int(asked.target) if asked is not None and asked.target else None


def matched_village(decisions: Iterable[Decision]) -> str:
    """The code of the village that somebody says is meant by the one that was written down; empty where nobody did."""
    found = [d for d in decisions if d.kind == Decision.Kind.MATCH]
    return max(found, key=lambda d: d.pk).target if found else ""


def filled_of(version: SubmissionVersion, submission: Submission, village: str = "") -> Filled:
    """`village`: what a village that is in no list was matched with."""
    form = form_by_pk(version.form_version_id)
    flat = flatten(version.answers, form.schema)
    if village and not flat.get("village"):
        flat["village"] = village
    return Filled(
        form_id=form.form_id,
        submission=submission.instance_id,
        instance_id=version.instance_id,
        received_at=version.received_at,
        sequence=version.pk,
        flat=flat,
        device=version.device_id,
        officer=version.device.officer_id if version.device else None,
        entity=_entity(version) if form.form_id == "deployment_registration" else None,
        started_at=version.started_at,
        ended_at=version.ended_at,
        illustrative=version.illustrative,
    )


def _entity(version: SubmissionVersion) -> uuid.UUID | None:
    return entity_of(read(zlib.decompress(bytes(version.xml))))


def spans_of(submission: Submission) -> list[Span]:
    """Read from the facts, and looked up in today's registry."""
    versions = list(submission.versions.select_related("device").order_by("number"))
    decisions = list(submission.decisions.filter(kind__in=FOLLOWED))
    return [] if submission.deleted_at else spans(submission, versions, decisions)


def spans(submission: Submission, versions: Sequence[SubmissionVersion], decisions: Sequence[Decision]) -> list[Span]:
    counted = counting.spans(events_of(versions, decisions), review_required=settings.REVIEW_REQUIRED)
    by_number = {v.number: v for v in versions}
    looked: dict[int, tuple[Filled, Known]] = {}
    result = []
    for span in counted:
        if span.number not in looked:
            filled = filled_of(by_number[span.number], submission, matched_village(decisions))
            looked[span.number] = (filled, known(filled, Area()))
        result.append(Span(*looked[span.number], span.since, span.until, span.waiting))
    return result
