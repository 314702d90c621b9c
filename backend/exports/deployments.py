"""Deployments, with what was known of them on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment
from backend.deployments.privacy import at_least_five, guarded, summed_upward
from backend.exports import queries
from backend.exports.fields import DEPLOYMENTS
from backend.exports.names import Names, names
from backend.exports.queries import after, iso
from backend.exports.rows import Chunks, Place, Row, at
from backend.exports.states import states
from backend.submissions.models import Submission
from maps.condition import STOCKS, State, condition_on


class Site(NamedTuple):
    """Columns of a deployment, named as the query names them."""

    id: int
    uuid: UUID
    instance_id: str
    counted: bool
    label: str
    technology_id: int | None
    centre_id: int | None
    purpose: str
    site_kind: str
    village__code: str | None
    village__name: str | None
    village_other: str
    village__state_id: int | None
    village__district_id: int | None
    village__lon: float | None
    village__lat: float | None
    district_id: int | None
    hamlet: str
    user_agency: str
    plate: str
    started: dt.date | None
    registered_at: dt.datetime
    moved_from: UUID | None
    lon: float | None
    lat: float | None
    digipin: str
    accuracy: float | None
    illustrative: bool
    installed: int


def deployments(who: Who, filters: Filters, *, begin: int = 0, narrowed: Q | None = None, size: int = 0) -> Chunks:
    """Those that were not merged into another, registrations of every review state; columns as `fields.DEPLOYMENTS`."""
    known, private = names(), guarded(who)
    wanted = queries.of_deployments(filters, who) & (narrowed or Q())
    rows = Deployment.objects.filter(wanted).values_list(*Site._fields)
    last = begin
    while found := [Site(*row) for row in after(rows, last, size)]:
        last = found[-1].id
        yield list(_rows(found, known, filters, private))


def listed(who: Who, ids: list[int]) -> list[dict[str, Any]]:
    """The same columns for a page of deployments, as of today."""
    found = [Site(*row) for row in Deployment.objects.filter(id__in=ids).order_by("id").values_list(*Site._fields)]
    rows = _rows(found, names(), Filters(), guarded(who))
    return [_item(place, values) for _, place, values in rows]


def _item(place: Place, values: tuple[Any, ...]) -> dict[str, Any]:
    lon, lat = place if isinstance(place, tuple) else (None, None)
    return dict(zip(DEPLOYMENTS.names, values, strict=True)) | {"lon": lon, "lat": lat}


def _rows(found: list[Site], known: Names, filters: Filters, private: Any) -> Iterable[Row]:
    paces = {site.id: (site.installed, known.technologies[site.technology_id].rhythm) for site in found}
    now, served, reviews = states(paces, filters), _served(found), _reviews(found)
    for site in found:
        state = now[site.id]
        condition = condition_on(state, filters.day, paces[site.id][1])
        review = reviews.get(site.instance_id)
        if (filters.status and condition not in filters.status) or (filters.review and review not in filters.review):
            continue
        hidden = private(site.site_kind, site.centre_id)
        lon, lat = (site.village__lon, site.village__lat) if hidden and site.lon is not None else (site.lon, site.lat)
        if queries.within(filters, lon, lat):
            about = _about(site, known, served.get(site.id), review, hidden=hidden)
            values = (*about, filters.day.isoformat(), condition, *_state(state, hidden=hidden))
            yield str(site.uuid), at(lon, lat), values


def _about(site: Site, known: Names, served: str | None, review: str | None, *, hidden: bool) -> tuple[Any, ...]:
    """The columns up to `illustrative`."""
    slug, name, clusters, _ = known.technologies[site.technology_id]
    state, district = known.area(site.village__district_id or site.district_id, site.village__state_id)
    exact = (None, None) if hidden else (site.digipin or None, site.accuracy)
    return (
        str(site.uuid), site.instance_id, review, site.counted, queries.rule(), site.label, slug, name, clusters,
        known.centres.get(site.centre_id), site.purpose, site.site_kind or None, site.village__code, site.village__name,
        site.village_other or None, state, district, served, None if hidden else site.hamlet or None,
        site.user_agency or None, site.plate or None, iso(site.started), f"{site.registered_at:%Y-%m-%dT%H:%M:%SZ}",
        str(site.moved_from) if site.moved_from else None, *exact, site.illustrative,
    )  # fmt: skip


_CATEGORIES = STOCKS.index("sc")


def _state(state: State, *, hidden: bool) -> tuple[Any, ...]:
    """The columns after `condition`. Before the first report nothing is known of the units but how many there are."""
    units: tuple[Any, ...] = (state.working, state.defective, state.broken, state.units_in_use)
    stocks = state.stocks
    if hidden:
        people, categories, disabled = stocks[:_CATEGORIES], stocks[_CATEGORIES:-1], stocks[-1]
        stocks = (*people, *summed_upward(categories), at_least_five(disabled))
    return (
        state.reports, iso(state.first_visit), iso(state.last_visit), iso(state.seen_on),
        state.latest_instance_id or None, state.installed, *(units if state.seen_on else (None,) * len(units)),
        iso(state.down_since), state.fault or None, state.can_repair or None, iso(state.ended_on),
        state.ended_reason or None, *stocks, *state.estimates,
    )  # fmt: skip


def _served(found: list[Site]) -> dict[int, str]:
    links = Deployment.villages_served.through.objects.filter(deployment__in=[site.id for site in found])
    served: dict[int, list[str]] = {}
    for pk, code in links.order_by("village__code").values_list("deployment_id", "village__code"):
        served.setdefault(pk, []).append(code)
    return {pk: " ".join(codes) for pk, codes in served.items()}


def _reviews(found: list[Site]) -> dict[str, str]:
    wanted = queries.among([site.instance_id for site in found])
    return dict(Submission.objects.filter(instance_id__in=wanted).values_list("instance_id", "review_state"))
