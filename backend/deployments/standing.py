"""How each deployment of a scope stands on a day, for lists and counts of the office, without pandas.

Kept for a minute like the scenes of maps (see `scenes`): anew when something was received or decided.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.who import Who
from backend.deployments.feed import newest
from backend.deployments.look import rhythm
from backend.deployments.models import Deployment, Visit
from backend.registry.models import CatchmentVillage, Technology
from maps.condition import RANK, Rhythm, State, condition_on

MOST, SECONDS = 24, 60.0


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


_kept: OrderedDict[tuple[object, ...], tuple[float, tuple[list[Standing], list[Listed]]]] = OrderedDict()
_lock = threading.Lock()


def forget_standings() -> None:
    _kept.clear()


def standings(who: Who, day: dt.date) -> tuple[list[Standing], list[Listed]]:
    """The deployments in scope that are counted and were not merged, and the villages of the centres' lists."""
    key = (who.everywhere, who.centres, who.clusters, day, newest(), settings.REVIEW_REQUIRED)
    with _lock:
        found = _kept.get(key)
    if found is not None and time.monotonic() - found[0] < SECONDS:
        return found[1]
    deployments = _standings(deployments_of(who), day)
    both = deployments, _listed(who, day)
    with _lock:
        _kept[key] = (time.monotonic(), both)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return both


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


def _standings(rows: QuerySet[Deployment], day: dt.date) -> list[Standing]:
    paces, usual = rhythms(), Rhythm()
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


def _listed(who: Who, day: dt.date) -> list[Listed]:
    lists = CatchmentVillage.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    if not who.everywhere:
        lists = lists.filter(centre__in=who.centres)
    visit = Visit.objects.filter(village=OuterRef("village"), known_to=None, waiting=False)
    rows = list(
        lists.annotate(visited=Exists(visit))
        .order_by("centre_id", "village_id")
        .values_list("village_id", "centre_id", "visited")
    )
    there = Deployment.objects.filter(counted=True, merged_into=None, village__in=lists.values("village"))
    by_village: dict[int | None, list[Standing]] = {}
    for standing in _standings(there, day):
        if standing.village_use:
            by_village.setdefault(standing.village, []).append(standing)
    return [_village(village, centre, visited, by_village.get(village, ())) for village, centre, visited in rows]


def _village(village: int, centre: int, visited: bool, there: Sequence[Standing]) -> Listed:
    conditions = [standing.condition for standing in there]
    best = min(conditions, key=RANK.__getitem__, default="visited" if visited else "never")
    return Listed(village, centre, best, best != "broken" and "broken" in conditions, any(s.reported for s in there))


def counted(rows: Sequence[Standing] | Sequence[Listed]) -> Mapping[str, int]:
    """How many of each condition, the best first."""
    numbers = dict.fromkeys(RANK, 0)
    for row in rows:
        numbers[row.condition] += 1
    return numbers
