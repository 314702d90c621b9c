"""What the registry knows about the names in a filled form: one read each for village and deployment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import Filled
from backend.deployments.places import Place, place
from backend.registry.models import CatchmentVillage, Centre, Technology, Village
from backend.statements import Select, date
from maps.condition import Rhythm


@dataclass(frozen=True, slots=True)
class KnownVillage:
    id: int
    district_id: int | None
    lat: float | None
    lon: float | None
    in_area: bool  # of the officer's centre, or of the officer's districts


@dataclass(frozen=True, slots=True)
class KnownDeployment:
    """`survivor`: itself, or what it was merged into, on which late reports land."""

    id: int
    uuid: UUID
    survivor: int
    village_id: int | None
    centre_id: int | None
    technology_id: int | None
    started: dt.date | None
    installed: int
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class Known:
    place: Place
    village: KnownVillage | None = None
    deployment: KnownDeployment | None = None
    technology_id: int | None = None
    centre_id: int | None = None
    same_day: bool = False  # another submission reports on this deployment on this day
    taken: bool = False  # another registration has this deployment already


@dataclass(frozen=True, slots=True)
class Area:
    """What an officer is offered. `limited` is false where none was assigned."""

    centre_id: int | None = None
    district_ids: frozenset[int] = frozenset()


def known(filled: Filled, area: Area) -> Known:
    deployment = None if filled.form_id == "deployment_registration" else known_deployment(filled)
    return Known(
        place(filled.point),
        known_village(filled.text("village"), area),
        deployment,
        _id(Technology, filled.text("technology")) if deployment is None else deployment.technology_id,
        _id(Centre, filled.text("centre")) if deployment is None else deployment.centre_id,
        deployment is not None and filled.kind == Visit.Kind.REPORT and _same_day(filled, deployment),
        filled.kind == Visit.Kind.REGISTRATION and _taken(filled),
    )


_SAME_DAY = Select(
    lambda deployment, day, submission: Visit.objects.filter(deployment=deployment, visit_date=day, known_to=None)
    .filter(kind=Visit.Kind.REPORT)
    .exclude(submission=submission)
    .order_by()
    .values_list("id")[:1],
    -987_654_321, dt.date(1900, 1, 2), "\0submission",
)  # fmt: skip


def _same_day(filled: Filled, deployment: KnownDeployment) -> bool:
    return bool(_SAME_DAY.rows(deployment.survivor, filled.visit_date, filled.submission))


def _taken(filled: Filled) -> bool:
    same = Deployment.objects.filter(uuid=filled.deployment) if filled.deployment else Deployment.objects.none()
    return same.exclude(instance_id=filled.submission).exists()


def _id(model: type[Technology | Centre], slug: str) -> int | None:
    return model._default_manager.filter(slug=slug).values_list("id", flat=True).first() if slug else None


_VILLAGE = Select(
    lambda code, centre: Village.objects.filter(code=code)
    .order_by()
    .values_list(
        "id", "district_id", "lat", "lon",
        Exists(CatchmentVillage.objects.filter(village=OuterRef("pk"), centre=centre, until=None)),
    ),
    "\0code", -987_654_321,
)  # fmt: skip


def known_village(code: str, area: Area) -> KnownVillage | None:
    rows = _VILLAGE.rows(code, area.centre_id or 0) if code else []
    if not rows:
        return None
    pk, district_id, lat, lon, listed_here = rows[0]
    return KnownVillage(pk, district_id, lat, lon, bool(listed_here) or district_id in area.district_ids)


_DEPLOYMENT = (
    "id", "merged_into_id", "village_id", "centre_id", "technology_id", "started", "installed",
    "technology__revisit_days", "technology__season_months",
)  # fmt: skip


_BY_UUID = Select(
    lambda uuid: Deployment.objects.filter(uuid=uuid).order_by().values_list("uuid", *_DEPLOYMENT), UUID(int=1)
)


def known_deployment(filled: Filled) -> KnownDeployment | None:
    rows = _BY_UUID.rows(filled.deployment) if filled.deployment is not None else []
    return _deployment(filled.deployment, rows[0][1:]) if rows and filled.deployment is not None else None


def deployment_by_id(pk: int) -> KnownDeployment:
    return next(iter(deployments_by(id=pk).values()))


_BY_UUIDS = Select(
    lambda uuids: Deployment.objects.filter(uuid__in=uuids).order_by().values_list("uuid", *_DEPLOYMENT), [UUID(int=1)]
)


def deployments_by_uuid(uuids: Collection[UUID]) -> dict[UUID, KnownDeployment]:
    rows = _BY_UUIDS.rows(list(uuids)) if uuids else []
    return {(own := _uuid(row[0])): _deployment(own, row[1:]) for row in rows}


def _uuid(value: Any) -> UUID:
    """As read past the ORM: text on SQLite."""
    return value if isinstance(value, UUID) else UUID(value)


def deployments_by(**lookup: Any) -> dict[UUID, KnownDeployment]:
    rows = Deployment.objects.filter(**lookup).values_list("uuid", *_DEPLOYMENT)
    return {row[0]: _deployment(row[0], row[1:]) for row in rows}


def _deployment(uuid: UUID, row: tuple[Any, ...]) -> KnownDeployment:
    pk, merged_into, village, centre, technology, started, installed, revisit, season = row
    pace = rhythm(revisit, season)
    return KnownDeployment(pk, uuid, merged_into or pk, village, centre, technology, date(started), installed, pace)


def rhythm(revisit_days: int | None, season_months: str | None) -> Rhythm:
    months = frozenset(int(m) for m in (season_months or "").split(",") if m.strip())
    return Rhythm(revisit_days or Rhythm().window, months)
