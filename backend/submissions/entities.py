"""Deployments as entities, from the facts: how often each was changed, and which changes missed each other."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.deployments.models import Deployment, Visit
from backend.deployments.versions import Base, Conflict, Event, conflicts
from backend.submissions.arrivals import Prepared
from backend.submissions.flat import flatten
from backend.submissions.models import Decision, SubmissionVersion
from backend.submissions.queries import form_by_pk

BATCH = 400
REGISTRATION = "deployment_registration"
# What a registration says of the entity, and phones are given in deployments.csv.
SAID = (
    "technology", "village", "village_other", "centre", "user_agency", "purpose", "site_kind", "installed", "started", "plate",
)  # fmt: skip


def look_again(uuids: Collection[UUID]) -> None:
    """Bring `revised` and `conflict` of these deployments (and of what they were merged into) in line with the facts."""
    if not uuids:
        return
    named = Deployment.objects.filter(uuid__in=uuids)
    rows = Deployment.objects.filter(Q(pk__in=named.values("pk")) | Q(merged__in=named.values("pk"))).distinct()
    _write(list(rows.only("id", "uuid", "instance_id", "registered_at", "revised", "conflict")))


def look_at_all() -> None:
    last = 0
    rows = Deployment.objects.only("id", "uuid", "instance_id", "registered_at", "revised", "conflict").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        _write(batch)
        last = batch[-1].pk


def _write(rows: Sequence[Deployment]) -> None:
    events = events_of(rows)
    changed = []
    for row in rows:
        own = events[row.pk]
        revised = sum(event.what != "report" for event in own)
        kinds = {conflict.kind for conflict in conflicts(own)}
        conflict = "hard" if "hard" in kinds else "soft" if kinds else ""
        if (row.revised, row.conflict) != (revised, conflict):
            row.revised, row.conflict = revised, conflict
            changed.append(row)
    Deployment.objects.bulk_update(changed, ["revised", "conflict"], batch_size=BATCH)


def of_new(items: Iterable[Prepared]) -> None:
    """After new reports were stored: look again only where one of them may have missed something, or came too early."""
    items = list(items)
    told = {uuid: Base.read(i.entity_base) for i in items if i.entity_base and (uuid := _uuid_of(i)) is not None}
    early = {i.entity for i in items if i.form.form_id == REGISTRATION and i.entity is not None}
    if not told and not early:
        return
    rows = Deployment.objects.filter(uuid__in=[*told, *early]).order_by()
    missed = set()
    for uuid, revised, version in rows.values_list("uuid", "revised", "state__version"):
        base = told.get(uuid)
        is_early = uuid in early and (version or 1) > 1
        # Its author saw the version right before: nothing can have been missed.
        if is_early or (base is not None and (uuid in early or base.seen != (version or 1) + revised - 1)):
            missed.add(uuid)
    look_again(missed)


def _uuid_of(item: Prepared) -> UUID | None:
    return item.entity


def of_submission(instance_id: str) -> set[UUID]:
    """The deployments that a submission registers or reports on."""
    reported = Visit.objects.filter(submission=instance_id).exclude(deployment=None)
    rows = Deployment.objects.filter(Q(pk__in=reported.values("deployment")) | Q(instance_id=instance_id))
    return set(rows.values_list("uuid", flat=True))


def events_of(rows: Sequence[Deployment]) -> dict[int, list[Event]]:
    """Of each deployment, by its key, all that made a version of it after its registration."""
    ids = [row.pk for row in rows]
    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    reports = Visit.objects.filter(deployment__in=ids, kind=Visit.Kind.REPORT)
    submissions = reports.values("submission")
    decided = _decisions(submissions, [row.instance_id for row in rows])
    settled = {s for s, told in decided.items() if any(kind == Decision.Kind.CONFLICT for kind, *_ in told)}
    bases = dict(
        SubmissionVersion.objects.filter(instance_id__in=reports.values("instance_id"))
        .exclude(entity_base="")
        .values_list("instance_id", "entity_base")
    )
    merged = _merged_at(ids)
    own = {row.pk: row for row in rows}
    for pk, uuid, submission, instance_id, sequence, since, until, waiting, added, taken in reports.values_list(
        "deployment_id", "deployment_uuid", "submission", "instance_id", "sequence", "known_from", "known_to", "waiting",
        "units_added", "units_taken",
    ):  # fmt: skip
        row = own[pk]
        came_over = merged.get(uuid, since) if uuid is not None and uuid != row.uuid else since
        arrived = max(since, row.registered_at, came_over)
        changes = frozenset({"installed"} if (added or taken) and not waiting else ())
        base = Base.read(bases.get(instance_id, ""))
        events[pk].append(
            Event(
                arrived,
                sequence,
                "report",
                submission,
                instance_id,
                until is None,
                changes,
                base if uuid == row.uuid else None,  # what was said of another entity says nothing of this one
                submission in settled,
            )
        )
    _add_decisions(events, own, decided, reports)
    _add_registrations(events, own)
    for pk, subject, at in _merges(ids):
        events[pk].append(Event(at, 0, "merge", instance_id=str(subject)))
    return events


_Decided = tuple[str, str, int, dt.datetime]  # kind, version's instance id, key, when


def _decisions(submissions: Any, registrations: Sequence[str]) -> dict[str, list[_Decided]]:
    kinds = (Decision.Kind.REVIEW, Decision.Kind.CONFLICT)
    rows = Decision.objects.filter(kind__in=kinds, version__isnull=False)
    of_these = Q(submission__instance_id__in=submissions) | Q(submission__instance_id__in=registrations)
    found: dict[str, list[_Decided]] = defaultdict(list)
    columns = ("submission__instance_id", "kind", "version__instance_id", "pk", "at")
    for submission, kind, version, key, at in rows.filter(of_these).values_list(*columns):
        found[str(submission)].append((kind, str(version), key, at))
    return found


def _add_decisions(
    events: dict[int, list[Event]], own: dict[int, Deployment], decided: dict[str, list[_Decided]], reports: Any
) -> None:
    if not decided:
        return
    about: dict[str, set[int]] = defaultdict(set)
    for pk, submission in reports.filter(submission__in=list(decided)).values_list("deployment_id", "submission"):
        about[submission].add(pk)
    for row in own.values():
        about[row.instance_id].add(row.pk)
    for submission, told in decided.items():
        for _, version, key, at in told:
            for pk in about[submission]:
                events[pk].append(Event(at, key, "decision", submission, version))


def _add_registrations(events: dict[int, list[Event]], own: dict[int, Deployment]) -> None:
    by_id = {row.instance_id: row for row in own.values()}
    edits = SubmissionVersion.objects.filter(submission__instance_id__in=by_id, number__gt=1)
    if not edits.exists():
        return
    rows = SubmissionVersion.objects.filter(submission__in=edits.values("submission")).select_related("submission")
    before: dict[str, Any] = {}
    for version in rows.order_by("submission", "number"):
        submission = version.submission.instance_id
        flat = flatten(version.answers, form_by_pk(version.form_version_id).schema)
        said = {name: flat.get(name) for name in SAID}
        if submission in before:
            changes = frozenset(name for name in SAID if said[name] != before[submission][name])
            event = Event(
                version.received_at, version.pk, "registration", submission, version.instance_id, True, changes
            )
            events[by_id[submission].pk].append(event)
        before[submission] = said


def _merged_at(ids: Sequence[int]) -> dict[UUID, dt.datetime]:
    """Of the deployments that were merged into these: when their reports came over, also through others."""
    rows = Deployment.objects.filter(merged_into__in=ids).values_list("uuid", "merged_with", "merged_at")
    steps = {uuid: (to, at) for uuid, to, at in rows if to is not None and at is not None}
    found = {}
    for uuid, (to, latest) in steps.items():
        while to in steps:
            to, at = steps[to]
            latest = max(latest, at)
        found[uuid] = latest
    return found


def _merges(ids: Sequence[int]) -> Iterator[tuple[int, UUID, dt.datetime]]:
    """(survivor, what was merged into it, when), each once; not what came along with that."""
    uuids = dict(Deployment.objects.filter(pk__in=ids).values_list("uuid", "pk"))
    rows = Deployment.objects.filter(merged_with__in=uuids).values_list("merged_with", "uuid", "merged_at")
    return ((uuids[to], uuid, at) for to, uuid, at in rows if to is not None and at is not None)


def conflicts_of(deployment: Deployment) -> list[Conflict]:
    return conflicts(events_of([deployment])[deployment.pk])
