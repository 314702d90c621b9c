"""The derived tables for many submissions at once: the same rows as `services.apply`, a hundredth of the statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from backend.deployments import derive, services
from backend.deployments.look import Area, Known, KnownDeployment, KnownVillage, deployments_by
from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import Filled
from backend.deployments.places import places
from backend.deployments.services import Span
from backend.registry.models import CatchmentVillage, Centre, Technology, Village

BATCH = 400  # SQLite's limit of 999 variables is long gone, but statements stay readable and short


def known_all(filled: Sequence[Filled], areas: Sequence[Area]) -> list[Known]:
    """`look.known` for each, in order: what an earlier one of the list adds is known to the later."""
    villages = _villages({f.text("village") for f in filled})
    listed = _listed(villages, areas)
    deployments = deployments_by(uuid__in={f.deployment for f in filled if f.deployment is not None})
    technologies, centres = _ids(Technology, "technology", filled), _ids(Centre, "centre", filled)
    seen = _days_seen(filled, deployments)
    owners = {uuid: known[1] for uuid, known in _owners(filled).items()}
    result = []
    for f, area, at in zip(filled, areas, places([f.point for f in filled]), strict=True):
        own = f.deployment
        deployment = None if f.kind == Visit.Kind.REGISTRATION or own is None else deployments.get(own)
        village = villages.get(f.text("village"))
        if village is not None:
            in_area = (area.centre_id, village.id) in listed or village.district_id in area.district_ids
            village = KnownVillage(village.id, village.district_id, village.lat, village.lon, in_area)
        result.append(
            Known(
                at,
                village,
                deployment,
                technologies.get(f.text("technology")) if deployment is None else deployment.technology_id,
                centres.get(f.text("centre")) if deployment is None else deployment.centre_id,
                deployment is not None and f.kind == Visit.Kind.REPORT and _again(seen, deployment.survivor, f),
                f.kind == Visit.Kind.REGISTRATION
                and own is not None
                and owners.setdefault(own, f.submission) != f.submission,
            )
        )
    return result


def _villages(codes: Iterable[str]) -> dict[str, KnownVillage]:
    rows = Village.objects.filter(code__in=[c for c in codes if c]).values_list(
        "code", "id", "district_id", "lat", "lon"
    )
    return {code: KnownVillage(pk, district, lat, lon, False) for code, pk, district, lat, lon in rows}


def _listed(villages: Mapping[str, KnownVillage], areas: Sequence[Area]) -> set[tuple[int | None, int]]:
    centres = {a.centre_id for a in areas if a.centre_id}
    if not centres:
        return set()
    rows = CatchmentVillage.objects.filter(
        village__in=[v.id for v in villages.values()], centre__in=centres, until=None
    )
    return set(rows.values_list("centre_id", "village_id"))


def _ids(model: type[Technology | Centre], name: str, filled: Sequence[Filled]) -> dict[str, int]:
    slugs = {f.text(name) for f in filled} - {""}
    return dict(model._default_manager.filter(slug__in=slugs).values_list("slug", "id")) if slugs else {}


def _owners(filled: Sequence[Filled]) -> dict[UUID, tuple[int, str]]:
    wanted = {f.deployment for f in filled if f.kind == Visit.Kind.REGISTRATION and f.deployment is not None}
    rows = Deployment.objects.filter(uuid__in=wanted).values_list("uuid", "id", "instance_id") if wanted else ()
    return {uuid: (pk, instance_id) for uuid, pk, instance_id in rows}


Days = dict[tuple[int, dt.date], set[str]]


def _days_seen(filled: Sequence[Filled], deployments: Mapping[UUID, KnownDeployment]) -> Days:
    days: Days = {}
    ids = {d.survivor for d in deployments.values()}
    dates = {f.visit_date for f in filled}
    if not ids:
        return days
    rows = Visit.objects.filter(deployment__in=ids, kind=Visit.Kind.REPORT, known_to=None)
    rows = rows.filter(visit_date__gte=min(dates), visit_date__lte=max(dates))
    for deployment, day, submission in rows.values_list("deployment_id", "visit_date", "submission"):
        days.setdefault((deployment or 0, day), set()).add(submission)
    return days


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


def add_visits(items: Sequence[Sequence[Span]]) -> Touched:
    """Insert the visits of submissions that have none yet; returns the deployments they touch."""
    spans = [s for item in items for s in item if s.filled.kind is not None]
    entities = {s.filled.entity for s in spans if s.filled.kind == Visit.Kind.REGISTRATION and s.filled.entity}
    own: dict[tuple[UUID | None, str], int] = {(uuid, owner): pk for uuid, pk, owner in _registered(entities)}
    rows = [derive.visit(s, own.get((s.filled.entity, s.filled.submission))) for s in spans]
    services.PUT_VISIT.many(rows)
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


def tell_changes(submissions: Iterable[str], deployments: Iterable[int]) -> None:
    uuids = Deployment.objects.filter(pk__in=list(deployments)).order_by("id").values_list("uuid", flat=True)
    services.PUT_CHANGE.many(
        [{"kind": "submission", "key": key} for key in submissions]
        + [{"kind": "deployment", "key": str(uuid)} for uuid in uuids]
    )
