"""How each deployment of a scope stands on a day, for lists and counts of the office, without pandas.

Kept for a minute like the scenes of maps (see `scenes`): anew when something was received or decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.who import Who
from backend.deployments.feed import Newest, newest
from backend.deployments.look import rhythm
from backend.deployments.models import Deployment, Visit
from backend.kept import Kept
from backend.registry.models import CatchmentVillage, Technology
from maps.condition import RANK, Rhythm, State, condition_on


@dataclass(frozen=True, slots=True)
class Standing:
    """`since`: since when it is broken, or has been silent; otherwise when it was last seen."""

    pk: int
    uuid: UUID
    technology: int | None
    village: int | None
    centre: int | None
    condition: str
    since: dt.date | None
    village_use: bool
    reported: bool  # at least one counted report


@dataclass(frozen=True, slots=True)
class Listed:
    """A village of a catchment list, in the best condition of its deployments."""

    village: int
    centre: int
    condition: str
    also_broken: bool
    reached: bool
    lat: float | None
    lon: float | None


_kept: Kept[tuple[list[Standing], list[Listed]]] = Kept(24)


def forget_standings() -> None:
    _kept.forget()


def standings(who: Who, day: dt.date, came: Newest | None = None) -> tuple[list[Standing], list[Listed]]:
    """The deployments in scope that are counted and were not merged, and the villages of the centres' lists. `came`: the
    newest entry of the feed, where it was read already.
    """
    key = (who.everywhere, who.centres, who.clusters, day, came or newest(), settings.REVIEW_REQUIRED)
    return _kept.of(key, lambda: _both(who, day))


def _both(who: Who, day: dt.date) -> tuple[list[Standing], list[Listed]]:
    paces = rhythms()
    own = _standings(deployments_of(who), day, paces)
    lists = CatchmentVillage.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    if who.everywhere:
        return own, _listed(lists, own)
    lists = lists.filter(centre__in=who.centres)
    there = Deployment.objects.filter(counted=True, merged_into=None, village__in=lists.values("village"))
    return own, _listed(lists, _standings(there, day, paces))


def deployments_of(who: Who) -> QuerySet[Deployment]:
    rows = Deployment.objects.filter(counted=True, merged_into=None)
    if who.everywhere:
        return rows
    scope = Q(centre__in=who.centres)
    if who.clusters:
        scope |= Q(technology__in=Technology.objects.filter(clusters__in=who.clusters).values("id"))
    return rows.filter(scope)


def rhythms() -> dict[int | None, Rhythm]:
    rows = Technology.objects.values_list("id", "revisit_days", "season_months")
    return {pk: rhythm(days, season) for pk, days, season in rows}


_COLUMNS = (
    "id", "uuid", "technology_id", "village_id", "centre_id", "purpose", "state__seen_on", "state__ended_on",
    "state__working", "state__defective", "state__units_in_use", "state__down_since", "state__reports",
)  # fmt: skip


def _standings(rows: QuerySet[Deployment], day: dt.date, paces: Mapping[int | None, Rhythm]) -> list[Standing]:
    usual = Rhythm()
    found = []
    for (
        pk,
        uuid,
        technology,
        village,
        centre,
        purpose,
        seen,
        ended,
        working,
        defective,
        in_use,
        down,
        reports,
    ) in rows.order_by("id").values_list(*_COLUMNS):
        state = State(0, seen, working=working or 0, defective=defective or 0, units_in_use=in_use or 0, ended_on=ended)
        condition = condition_on(state, day, paces.get(technology, usual))
        since = (down or seen) if condition == "broken" else seen
        use = purpose == Deployment.Purpose.VILLAGE_USE
        found.append(Standing(pk, uuid, technology, village, centre, condition, since, use, bool(reports)))
    return found


def _listed(lists: QuerySet[CatchmentVillage], there: Sequence[Standing]) -> list[Listed]:
    """`there`: whatever stands in the villages of these lists, whoever's it is."""
    visit = Visit.objects.filter(village=OuterRef("village"), known_to=None, waiting=False)
    rows = list(
        lists.annotate(visited=Exists(visit))
        .order_by("centre_id", "village_id")
        .values_list("village_id", "centre_id", "visited", "village__lat", "village__lon")
    )
    by_village: dict[int | None, list[Standing]] = {}
    for standing in there:
        if standing.village_use:
            by_village.setdefault(standing.village, []).append(standing)
    return [
        _village(village, centre, visited, by_village.get(village, ()), (lat, lon))
        for village, centre, visited, lat, lon in rows
    ]


def _village(
    village: int, centre: int, visited: bool, there: Sequence[Standing], at: tuple[float | None, float | None]
) -> Listed:
    conditions = [standing.condition for standing in there]
    best = min(conditions, key=RANK.__getitem__, default="visited" if visited else "never")
    reached = any(s.reported for s in there)
    return Listed(village, centre, best, best != "broken" and "broken" in conditions, reached, *at)


def counted(rows: Sequence[Standing] | Sequence[Listed]) -> Mapping[str, int]:
    """How many of each condition, the best first."""
    numbers = dict.fromkeys(RANK, 0)
    for row in rows:
        numbers[row.condition] += 1
    return numbers
