"""The deployments of an officer's area, each as a phone shows it offline; and which of them changed or went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from backend.accounts.models import Device, Officer
from backend.accounts.who import Who
from backend.deployments.look import rhythm
from backend.deployments.models import Change, Deployment, Visit
from backend.deployments.observed import INDIA
from backend.submissions import lists
from backend.submissions.lists import MOST_ROWS, in_area
from maps import boundaries
from maps.condition import Rhythm, State, condition_on

MOST_DISTRICTS = 6  # a phone's map shows one
MOST_CHANGES = 5000  # more are told faster by sending everything


class Site(NamedTuple):
    uuid: UUID
    label: str
    installed: int
    revised: int
    registered_at: dt.datetime
    hamlet: str
    village_other: str
    lat: float | None
    lon: float | None
    plate: str
    technology__slug: str | None
    technology__name: str | None
    technology__name_hi: str | None
    technology__revisit_days: int | None
    technology__season_months: str | None
    village__code: str | None
    village__name: str | None
    village__name_local: str | None
    state__version: int | None
    state__installed: int | None
    state__last_visit: dt.date | None
    state__seen_on: dt.date | None
    state__working: int | None
    state__defective: int | None
    state__units_in_use: int | None
    state__ended_on: dt.date | None


def everything(rows: QuerySet[Deployment], day: dt.date) -> list[dict[str, Any]]:
    return [_row(site, day) for site in _sites(rows)]


def changed(rows: QuerySet[Deployment], uuids: set[UUID], since: dt.date, day: dt.date) -> list[dict[str, Any]]:
    """Those named, and those whose condition became another one by the days that passed."""
    if since == day:
        return [_row(site, day) for site in _sites(rows.filter(uuid__in=uuids))]
    return [
        _row(site, day)
        for site in _sites(rows)
        if site.uuid in uuids or _condition(site, day) != _condition(site, since)
    ]


def changes_since(settled: int) -> set[UUID] | None:
    """Deployments that the feed names; None: too many to tell."""
    keys = Change.objects.filter(kind="deployment", id__gt=settled).order_by().values_list("key", flat=True).distinct()
    found = {UUID(key) for key in keys[: MOST_CHANGES + 1]}
    return found if len(found) <= MOST_CHANGES else None


def gone(officer: Officer, uuids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Of changed deployments that are not in the area, those that may have been: they are now, merged or withdrawn, or a
    former version of their registration said so. All others are nobody's business here."""
    before = Visit.objects.filter(in_area(officer), kind=Visit.Kind.REGISTRATION, deployment=OuterRef("pk"))
    rows = Deployment.objects.filter(uuid__in=list(uuids)).order_by("id")
    was = rows.filter(in_area(officer)) | rows.filter(Exists(before))
    return [{"uuid": str(uuid), "gone": True} for uuid in was.distinct().values_list("uuid", flat=True)]


def outlines(device: Device) -> dict[str, Any]:
    """Of the officer's districts, and of those where most villages of the pack lie."""
    own = list(device.officer.districts.order_by("slug").values_list("slug", flat=True))
    villages = lists.villages_of(Who("field_officer", device=device)).exclude(district=None).order_by()
    counted = (
        villages.values_list("district__slug").annotate(n=Count("id", distinct=True)).order_by("-n", "district__slug")
    )
    slugs = dict.fromkeys([*own, *(slug for slug, _ in counted[:MOST_DISTRICTS])])
    return boundaries.rough(list(slugs)[:MOST_DISTRICTS])


def _sites(rows: QuerySet[Deployment]) -> Iterator[Site]:
    found = rows.order_by("label", "id").values_list(*Site._fields)[:MOST_ROWS]
    return (Site(*row) for row in found.iterator())


def _row(site: Site, day: dt.date) -> dict[str, Any]:
    condition = _condition(site, day)
    return {
        "uuid": str(site.uuid),
        "version": (site.state__version or 1) + site.revised,
        "label": site.label,
        "technology": site.technology__slug,
        "technology_name": site.technology__name,
        "technology_name_hi": site.technology__name_hi or "",
        "village": site.village__code,
        "village_name": site.village__name or site.village_other,
        "village_name_local": site.village__name_local or "",
        "hamlet": site.hamlet,
        "lat": site.lat,
        "lon": site.lon,
        "condition": condition,
        "last_visit": site.state__last_visit,
        "due_on": None if condition == "ended" else _due_on(site),
        "installed": _installed(site),
        "plate": site.plate,
        "gone": False,
    }


def _pace(site: Site) -> Rhythm:
    return rhythm(site.technology__revisit_days, site.technology__season_months)


def _due_on(site: Site) -> dt.date:
    last = site.state__last_visit or site.registered_at.astimezone(INDIA).date()
    return last + dt.timedelta(days=_pace(site).window)


def _installed(site: Site) -> int:
    return site.installed if site.state__installed is None else site.state__installed


def _condition(site: Site, day: dt.date) -> str:
    state = State(
        _installed(site),
        seen_on=site.state__seen_on,
        working=site.state__working or 0,
        defective=site.state__defective or 0,
        units_in_use=site.state__units_in_use or 0,
        ended_on=site.state__ended_on,
    )
    return condition_on(state, day, _pace(site))
