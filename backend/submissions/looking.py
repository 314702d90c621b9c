"""A report as its reviewer reads it: answers in words beside the visit before, photos, flags, versions and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.deployments.models import Deployment
from backend.deployments.observed import Point, point
from backend.submissions import listing, secrets, wording
from backend.submissions.flat import flatten
from backend.submissions.homes import discreet
from backend.submissions.models import (
    Attachment,
    Decision,
    Flag,
    PersonalValue,
    ReportRow,
    Submission,
    SubmissionVersion,
)
from backend.submissions.queries import form_by_pk
from backend.submissions.shapes import Shape, shapes
from backend.submissions.wording import Answer
from field_forms.schema import Schema

EARLIER = 12  # reports of the same deployment
MASK = "••••"


@dataclass(frozen=True)
class Seen:
    """One version: what it said. `here`: its position."""

    version: SubmissionVersion
    schema: Schema
    answers: list[Answer]
    photos: list[Attachment]
    here: Point | None
    shapes: list[tuple[str, Shape]]  # what it drew besides, by the words of the question


@dataclass(frozen=True)
class Line:
    """One question: the answer now, and another one beside it (of the visit or version before)."""

    answer: Answer
    other: str
    changed: bool


@dataclass(frozen=True)
class Change:
    """What one version says otherwise than the one before it."""

    old: SubmissionVersion
    new: SubmissionVersion
    lines: list[Line]


@dataclass(frozen=True)
class Flagged:
    """A flag, and the decision by which it is no problem."""

    flag: Flag
    settled: Decision | None


@dataclass(frozen=True)
class Look:
    row: ReportRow | None
    now: Seen
    before: Seen | None
    before_row: ReportRow | None
    lines: list[Line]
    flags: list[Flagged]  # of the current version, those that stand first
    changes: list[Change]
    decisions: list[Decision]
    earlier: list[ReportRow]
    languages: tuple[str, ...]
    seconds: int | None

    @property
    def here(self) -> Point | None:
        return self.now.here


def look(submission: Submission, language: str, *, personal: bool, place_hidden: bool = False) -> Look:
    """`personal`: with the personal answers filled in again; by right only. `place_hidden`: without where a home is."""
    versions = _versions(SubmissionVersion.objects.filter(submission=submission))
    row = (
        ReportRow.objects.filter(pk=submission.pk).select_related("village", "technology", "officer", "centre").first()
    )
    earlier = _earlier(row)
    before_row = _visit_before(row, earlier)
    before = _versions(SubmissionVersion.objects.filter(pk=before_row.version_id)) if before_row else []
    if place_hidden:
        for version in (*versions, *before):
            version.answers = discreet(version.answers)  # as it is shown; nothing is stored
    names = _names([*versions, *before], language)
    seen = [_seen(v, language, names, personal=personal) for v in versions]
    last = _seen(before[0], language, names, personal=False) if before else None
    now = seen[-1]
    return Look(
        row=row,
        now=now,
        before=last,
        before_row=before_row,
        lines=beside(now.answers, last.answers if last else []),
        flags=_flagged(now.version),
        changes=[
            Change(
                old.version, new.version, [line for line in beside(new.answers, old.answers, both=True) if line.changed]
            )
            for old, new in pairwise(seen)
        ],
        decisions=list(submission.decisions.select_related("by", "version").order_by("-pk")),
        earlier=earlier,
        languages=now.schema.languages,
        seconds=row.seconds if row else None,
    )


def _flagged(version: SubmissionVersion) -> list[Flagged]:
    flags = list(version.flags.all())
    settled = listing.settled_flags([version.pk]) if flags else {}
    found = [Flagged(flag, settled.get((version.pk, flag.code, flag.where))) for flag in flags]
    return sorted(found, key=lambda one: one.settled is not None)


def _versions(rows: Any) -> list[SubmissionVersion]:
    related = rows.select_related("form_version", "device__officer", "edited_by").order_by("number")
    return list(related.prefetch_related("flags", "attachments__blob", "personal"))


def _names(versions: Sequence[SubmissionVersion], language: str) -> dict[tuple[str, str], str]:
    by_schema: dict[int, list[SubmissionVersion]] = {}
    for version in versions:
        by_schema.setdefault(version.form_version_id, []).append(version)
    named: dict[tuple[str, str], str] = {}
    for form, its in by_schema.items():
        named |= wording.names_in(form_by_pk(form).schema, [v.answers for v in its], language)
    return named


def _seen(version: SubmissionVersion, language: str, names: wording.Names, *, personal: bool) -> Seen:
    schema = form_by_pk(version.form_version_id).schema
    answers = wording.answers(schema, version.answers, language, names)
    answers += [_personal(schema, value, language, shown=personal) for value in version.personal.all()]
    photos = [a for a in version.attachments.all() if a.blob is not None and a.blob.content_type.startswith("image/")]
    here = point(flatten(version.answers, schema).get("position"))
    drawn = [(_question(schema, shape, language), shape) for shape in shapes(version.answers)]
    return Seen(version, schema, answers, photos, here, drawn)


def _question(schema: Schema, shape: Shape, language: str) -> str:
    question = schema.by_path.get(shape.path)
    return wording.label_of(question, language) if question else shape.path[-1]


def _personal(schema: Schema, value: PersonalValue, language: str, *, shown: bool) -> Answer:
    """An answer that lies apart, encrypted: masked, or filled in again by right. Its path is `/notice/owner_name`."""
    steps = value.path.strip("/").split("/")
    question = schema.by_path.get(tuple(step.partition("[")[0] for step in steps))
    label = wording.label_of(question, language) if question else steps[-1]
    text = secrets.decrypt(value.value).decode() if shown else MASK
    group = wording.group_of(schema, question, language) if question else ""
    return Answer(tuple(steps), steps[-1], group, label, text, personal=True)


def beside(now: Sequence[Answer], other: Sequence[Answer], *, both: bool = False) -> list[Line]:
    """Each answer with the other's to the same question. `both`: also what only the other answers."""
    others = {answer.path: answer for answer in other}
    lines = [
        Line(a, others[a.path].text if a.path in others else "", bool(other) and _differs(a, others.get(a.path)))
        for a in now
    ]
    if both:
        mine = {answer.path for answer in now}
        lines += [
            Line(Answer(a.path, a.name, a.group, a.label, ""), a.text, True)
            for a in other
            if a.path not in mine and a.text
        ]
    return lines


def _differs(now: Answer, other: Answer | None) -> bool:
    return not now.personal and now.text != (other.text if other else "")


def _earlier(row: ReportRow | None) -> list[ReportRow]:
    """Other reports of the same deployment, also those that came to it by a merge; the newest first."""
    if row is None or row.deployment is None:
        return []
    rows = ReportRow.objects.filter(deployment__in=_same(row.deployment)).exclude(pk=row.pk)
    return list(rows.select_related("submission", "officer").order_by("-visit_date", "-submission")[:EARLIER])


def _visit_before(row: ReportRow | None, earlier: Sequence[ReportRow]) -> ReportRow | None:
    """Of the same form: a registration asks other questions."""
    if row is None:
        return None
    mine = row.visit_date, row.pk
    return next((e for e in earlier if e.form_id == row.form_id and (e.visit_date, e.pk) < mine), None)


def _same(deployment: UUID) -> list[UUID]:
    found = Deployment.objects.filter(uuid=deployment).values_list("id", "merged_into").first()
    if found is None:
        return [deployment]
    survivor = found[1] or found[0]
    group = Deployment.objects.filter(Q(pk=survivor) | Q(merged_into=survivor))
    return list(group.values_list("uuid", flat=True))
