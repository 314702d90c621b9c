"""The derived tables for many submissions at once: the same rows as `services.apply`, a hundredth of the statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings

from backend.deployments import carrying, derive, services
from backend.deployments.look import Area, Known, KnownVillage, deployments_by, deployments_by_uuid
from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import Filled
from backend.deployments.places import Place, places
from backend.deployments.services import Span
from backend.registry.models import CatchmentVillage, Centre, Technology, Village
from backend.statements import Select
from backend.statements import date as as_date
from backend.writing import hold

BATCH = 400  # SQLite's limit of 999 variables is long gone, but statements stay readable and short


def known_all(filled: Sequence[Filled], areas: Sequence[Area]) -> list[Known]:
    """`look.known` for each, in order: what an earlier one of the list adds is known to the later."""
    return Registry(filled, areas).known_all(filled, areas)


class Registry:
    """What is known of all that the forms name, read at once."""

    def __init__(self, filled: Sequence[Filled], areas: Sequence[Area]) -> None:
        self.villages = _villages({f.text("village") for f in filled})
        self.listed = _listed(self.villages, areas)
        self.deployments = deployments_by_uuid(
            {f.deployment for f in filled if f.deployment is not None and f.kind != Visit.Kind.REGISTRATION}
        )
        self.states = carrying.states(sorted({d.survivor for d in self.deployments.values()}))
        elsewhere = [f for f in filled if f.deployment not in self.deployments]
        self.technologies = _ids(_TECHNOLOGIES, {f.text("technology") for f in elsewhere})
        self.centres = _ids(_CENTRES, {f.text("centre") for f in elsewhere})
        self.seen = self._days_seen(filled)
        self.owners = _owners(filled)

    def known_all(self, filled: Sequence[Filled], areas: Sequence[Area]) -> list[Known]:
        at = places([f.point for f in filled])
        return [self._known(f, area, place) for f, area, place in zip(filled, areas, at, strict=True)]

    def _known(self, f: Filled, area: Area, at: Place) -> Known:
        own = f.deployment
        registers = f.kind == Visit.Kind.REGISTRATION
        deployment = None if registers or own is None else self.deployments.get(own)
        village = self.villages.get(f.text("village"))
        if village is not None:
            in_area = (area.centre_id, village.id) in self.listed or village.district_id in area.district_ids
            village = KnownVillage(village.id, village.district_id, village.lat, village.lon, in_area)
        return Known(
            at,
            village,
            deployment,
            self.technologies.get(f.text("technology")) if deployment is None else deployment.technology_id,
            self.centres.get(f.text("centre")) if deployment is None else deployment.centre_id,
            deployment is not None and f.kind == Visit.Kind.REPORT and _again(self.seen, deployment.survivor, f),
            registers and own is not None and self.owners.setdefault(own, f.submission) != f.submission,
        )

    def _days_seen(self, filled: Sequence[Filled]) -> Days:
        """Who reported on which day, where that may be a day of the new reports."""
        days: dict[int, set[dt.date]] = {}
        for f in filled:
            deployment = None if f.deployment is None else self.deployments.get(f.deployment)
            if deployment is not None and f.kind == Visit.Kind.REPORT:
                days.setdefault(deployment.survivor, set()).add(f.visit_date)
        asked = [pk for pk, dates in days.items() if self._may_have(pk, min(dates))]
        seen: Days = {}
        if asked:
            for deployment_id, day, submission in _SEEN.rows(asked, list(set().union(*(days[pk] for pk in asked)))):
                seen.setdefault((deployment_id, as_date(day)), set()).add(submission)
        return seen

    def _may_have(self, deployment: int, day: dt.date) -> bool:
        """Whether there may be a report of this day or a later one. Of those that wait for review the state knows nothing."""
        if settings.REVIEW_REQUIRED or deployment not in self.states:
            return True
        last = self.states[deployment][1].last_visit
        return last is not None and last >= day


Days = dict[tuple[int, dt.date | None], set[str]]
_VILLAGES = Select(
    lambda codes: (
        Village.objects.filter(code__in=codes).order_by().values_list("code", "id", "district_id", "lat", "lon")
    ),
    ["\0code"],
)
_LISTED = Select(
    lambda villages, centres: CatchmentVillage.objects.filter(village__in=villages, centre__in=centres, until=None)
    .order_by()
    .values_list("centre_id", "village_id"),
    [-987_654_321], [-987_654_322],
)  # fmt: skip
_TECHNOLOGIES = Select(lambda s: Technology.objects.filter(slug__in=s).order_by().values_list("slug", "id"), ["\0slug"])
_CENTRES = Select(lambda s: Centre.objects.filter(slug__in=s).order_by().values_list("slug", "id"), ["\0slug"])
_SEEN = Select(
    lambda deployments, days: Visit.objects.filter(deployment__in=deployments, visit_date__in=days)
    .filter(kind=Visit.Kind.REPORT, known_to=None)
    .order_by()
    .values_list("deployment_id", "visit_date", "submission"),
    [-987_654_321], [dt.date(1900, 1, 2)],
)  # fmt: skip


def _villages(codes: set[str]) -> dict[str, KnownVillage]:
    wanted = list(codes - {""})
    rows = _VILLAGES.rows(wanted) if wanted else []
    return {code: KnownVillage(pk, district, lat, lon, False) for code, pk, district, lat, lon in rows}


def _listed(villages: Mapping[str, KnownVillage], areas: Sequence[Area]) -> set[tuple[int | None, int]]:
    centres = list({a.centre_id for a in areas if a.centre_id})
    return set(_LISTED.rows([v.id for v in villages.values()], centres)) if centres and villages else set()


def _ids(which: Select, slugs: set[str]) -> dict[str, int]:
    wanted = list(slugs - {""})
    return dict(which.rows(wanted)) if wanted else {}


def _owners(filled: Sequence[Filled]) -> dict[UUID, str]:
    wanted = {f.deployment for f in filled if f.kind == Visit.Kind.REGISTRATION and f.deployment is not None}
    return dict(Deployment.objects.filter(uuid__in=wanted).values_list("uuid", "instance_id")) if wanted else {}


def _again(days: Days, deployment: int, filled: Filled) -> bool:
    there = days.setdefault((deployment, filled.visit_date), set())
    again = bool(there - {filled.submission})
    there.add(filled.submission)
    return again


def register(items: Sequence[Sequence[Span]]) -> None:
    """Deployments of registrations that are new here. Registrations come before the reports on them."""
    rows: dict[UUID, Deployment] = {}
    served: dict[UUID, list[str]] = {}
    for spans in items:
        kept = [s for s in spans if s.filled.kind == Visit.Kind.REGISTRATION and s.filled.entity is not None]
        if not kept or kept[-1].known.taken or kept[-1].filled.entity in rows:
            continue
        now = [s for s in kept if s.until is None]
        latest = (now or kept)[-1]
        entity: Any = latest.filled.entity
        rows[entity] = Deployment(uuid=entity, counted=any(not s.waiting for s in now), **derive.deployment(latest))
        if codes := derive.villages_served(latest):
            served[entity] = codes
    made = Deployment.objects.bulk_create(rows.values(), batch_size=BATCH)
    for deployment in made:
        if deployment.uuid in served:
            deployment.villages_served.set(Village.objects.filter(code__in=served[deployment.uuid]))
    _attach(made)


def _attach(made: Sequence[Deployment]) -> None:
    by_uuid = {d.uuid: d.pk for d in made}
    for start in range(0, len(made), BATCH):
        uuids = [d.uuid for d in made[start : start + BATCH]]
        early = Visit.objects.filter(deployment=None, deployment_uuid__in=uuids, kind=Visit.Kind.REPORT)
        for pk, uuid in early.values_list("id", "deployment_uuid"):
            Visit.objects.filter(pk=pk).update(deployment=by_uuid[uuid] if uuid else None)


Touched = dict[int, dt.date | None]  # deployment -> the first day that changed; None: all of them


def add_visits(items: Sequence[Sequence[Span]], registry: Registry | None = None) -> Touched:
    """Insert the visits of submissions that have none yet; returns the deployments whose state is still to be made.

    With a `registry` the states are carried forward where that can be: the visits are then all new and later in receipt.
    """
    rows = _visit_rows(items)
    carried = set() if registry is None else _carried(rows, registry)
    services.PUT_VISIT.many(rows)
    return {pk: since for pk, since in _touched(rows).items() if pk not in carried}


def _carried(rows: Sequence[dict[str, Any]], registry: Registry) -> set[int]:
    known = {d.id: d for d in registry.deployments.values() if d.survivor == d.id}
    new: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] == Visit.Kind.REPORT and row["deployment_id"] in known:
            new.setdefault(row["deployment_id"], []).append(row)
    merged = {d.survivor for d in registry.deployments.values() if d.survivor != d.id}
    if merged:  # what their reports land on was not named, so nobody holds it yet
        hold(Deployment.objects.filter(pk__in=merged).values_list("uuid", flat=True))
    return carrying.carry({pk: rows for pk, rows in new.items() if pk not in merged}, known, registry.states)


def _visit_rows(items: Sequence[Sequence[Span]]) -> list[dict[str, Any]]:
    spans = [s for item in items for s in item if s.filled.kind is not None]
    entities = {s.filled.entity for s in spans if s.filled.kind == Visit.Kind.REGISTRATION and s.filled.entity}
    own: dict[tuple[UUID | None, str], int] = {(uuid, owner): pk for uuid, pk, owner in _registered(entities)}
    return [derive.visit(s, own.get((s.filled.entity, s.filled.submission))) for s in spans]


def _touched(rows: Iterable[Mapping[str, Any]]) -> Touched:
    touched: Touched = {}
    for row in rows:
        if row["deployment_id"] is not None:
            is_report = row["kind"] == Visit.Kind.REPORT
            touch(touched, {row["deployment_id"]: row["visit_date"] if is_report else None})
    return touched


def touch(touched: Touched, more: Touched) -> None:
    """Add to `touched` what `more` touches."""
    for deployment, since in more.items():
        before = touched.get(deployment, since)
        touched[deployment] = None if since is None or before is None else min(since, before)


def _registered(entities: set[UUID]) -> list[tuple[UUID, int, str]]:
    return (
        list(Deployment.objects.filter(uuid__in=entities).values_list("uuid", "id", "instance_id")) if entities else []
    )


def recompute_all(touched: Touched) -> None:
    """State and months of many deployments. Their rows are written over, none is taken away: for additions only."""
    wanted = sorted(touched)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        facts = {known.id: known for known in deployments_by(id__in=batch).values()}
        rows = {pk: list(found) for pk, found in groupby(derive.reports_of(batch), key=lambda row: row[0])}
        histories = [derive.history(facts[pk], rows.get(pk, [])) for pk in batch]
        derive.write_states(histories)
        derive.write_months([(h, services.months_since(h, touched[h.deployment])) for h in histories])


def tell_changes(submissions: Iterable[str], deployments: Mapping[int, UUID | None]) -> None:
    """To the change feed. `deployments`: keys with their UUIDs, where these are known."""
    unknown = [pk for pk, uuid in deployments.items() if uuid is None]
    found = dict(Deployment.objects.filter(pk__in=unknown).values_list("pk", "uuid")) if unknown else {}
    uuids = [deployments[pk] or found[pk] for pk in sorted(deployments)]
    services.PUT_CHANGE.many(
        [{"kind": "submission", "key": key} for key in submissions]
        + [{"kind": "deployment", "key": str(uuid)} for uuid in uuids]
    )
