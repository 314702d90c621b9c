"""Villages, with the figures of `maps.reach` on the day: the same that pages and maps show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
from django.db.models import Q

from backend.accounts.who import Who
from backend.deployments import frames
from backend.deployments.filters import Filters
from backend.deployments.models import Visit
from backend.errors import BadFilter
from backend.exports import queries
from backend.exports.names import Names, names
from backend.exports.queries import CHUNK, after, iso
from backend.exports.rows import Chunks, Row, at
from backend.registry.models import CatchmentVillage, Village
from maps import reach
from maps.condition import CONDITIONS

_COLUMNS = (
    "id", "code", "name", "name_local", "state_id", "district_id", "subdistrict", "gram_panchayat", "census_code",
    "population", "place_source", "list_name", "until", "illustrative", "lon", "lat",
)  # fmt: skip
_FIGURES = (
    "condition", "also_broken", "reached", "active", "deployments", "first_visit", "last_visit", "people_low",
    "people_high", "households_low", "households_high", "people_known",
)  # fmt: skip


def no_review(filters: Filters, what: str) -> None:
    if filters.review:
        raise BadFilter(f"{what} have no review state. Leave review out, or export reports.", where="review")


def villages(who: Who, filters: Filters, *, begin: int = 0, size: int = 0) -> Chunks:
    """The villages of one's scope, reached or not; only those with such deployments where a filter asks for any."""
    no_review(filters, "Villages")
    known, about = names(), replace(filters, status=())
    if size and _anywhere(who, filters):  # a page: only what stands in its villages is read
        for found in _chunks(filters, None, begin, size):
            here = replace(about, village=tuple(row[1] for row in found), bbox=None)
            places = reach.villages(frames.deployments(here, who), filters.day)
            yield list(_with_status(_rows(found, places, known, filters), filters))
        return
    places = reach.villages(frames.deployments(about, who), filters.day)
    chosen = None if _anywhere(who, filters) else _chosen(who, filters, places)
    for found in _chunks(filters, chosen, begin, size):
        yield list(_with_status(_rows(found, places, known, filters), filters))


def _with_status(rows: Iterator[Row], filters: Filters) -> Iterator[Row]:
    return (row for row in rows if not filters.status or row[2][_CONDITION] in filters.status)


_CONDITION = 16  # among the values: after code ... illustrative, rule, as_of


def _chunks(filters: Filters, chosen: list[int] | None, begin: int, size: int) -> Iterator[list[tuple[Any, ...]]]:
    rows = Village.objects.filter(_where(filters)).order_by("id").values_list(*_COLUMNS)
    if chosen is not None:
        left = [pk for pk in chosen if pk > begin]
        for start in range(0, len(left), size or CHUNK):
            yield list(rows.filter(id__in=left[start : start + (size or CHUNK)]))
        return
    last = begin
    while found := list(after(rows, last, size)):
        last = found[-1][0]
        yield found


def _anywhere(who: Who, filters: Filters) -> bool:
    """Whether villages without a deployment are among them, wherever they lie."""
    narrowed = filters.cluster or filters.technology or filters.theme or filters.since or filters.until
    return who.everywhere and not filters.centre and not narrowed


def _chosen(who: Who, filters: Filters, places: pd.DataFrame) -> list[int]:
    """Keys of the villages that scope and filters leave. `centre`: on its list, or with a deployment of it."""
    with_deployments = {int(pk) for pk in places.index}
    if filters.cluster or filters.technology or filters.theme or filters.since or filters.until:
        return sorted(with_deployments)
    listed = catchments(filters)
    if not who.everywhere:
        listed = listed.filter(centre__in=who.centres)
    if filters.centre:
        listed = listed.filter(centre__slug__in=filters.centre)
    return sorted(with_deployments | set(listed.values_list("village_id", flat=True)))


def catchments(filters: Filters) -> Any:
    """The lists as of the day."""
    day = filters.day
    return CatchmentVillage.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


def _where(filters: Filters) -> Q:
    wanted = Q()
    for name, value in (
        ("code", filters.village),
        ("district__slug", filters.district),
        ("state__slug", filters.state),
    ):
        wanted &= Q(**{f"{name}__in": value}) if value else Q()
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        wanted &= Q(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east)
    return wanted


def _rows(found: list[tuple[Any, ...]], places: pd.DataFrame, known: Names, filters: Filters) -> Iterator[Row]:
    ids = [row[0] for row in found]
    listed = dict(catchments(filters).filter(village__in=ids).values_list("village_id", "centre_id"))
    visits = Visit.objects.filter(queries.counting(filters), village__in=ids, visit_date__lte=filters.day)
    visited = set(visits.order_by().values_list("village_id", flat=True).distinct())
    here = places.loc[places.index.intersection(ids), list(_FIGURES)]
    figures = {pk: _of_deployments(row) for pk, *row in here.itertuples()}
    for (
        pk,
        code,
        name,
        local,
        state,
        district,
        block,
        panchayat,
        census,
        population,
        source,
        of,
        until,
        made_up,
        lon,
        lat,
    ) in found:
        in_state, in_district = known.area(district, state)
        values = (
            code, name, local or None, in_state, in_district, block or None, panchayat or None, census or None,
            known.centres.get(listed.get(pk)), population, source, of or None, iso(until), made_up, queries.rule(),
            filters.day.isoformat(), *(figures.get(pk) or _without("visited" if pk in visited else "never")),
        )  # fmt: skip
        yield code, at(lon, lat), values


def _of_deployments(row: list[Any]) -> tuple[Any, ...]:
    condition, also_broken, reached, active, count, first, last, low, high, households_low, households_high, known = row
    people = (_whole(low), _whole(high)) if known else (None, None)
    households = (_whole(households_low), _whole(households_high)) if households_low == households_low else (None, None)
    days = (None if pd.isna(day) else day.date().isoformat() for day in (first, last))
    return (
        CONDITIONS[condition],
        bool(also_broken),
        bool(reached),
        bool(active),
        int(count),
        *days,
        *people,
        *households,
    )


def _whole(value: float) -> int | None:
    return None if value != value else int(value)


def _without(condition: str) -> tuple[Any, ...]:
    return condition, False, False, False, 0, None, None, None, None, None, None
