"""Deployments that are likely one: the same technology, near each other, begun at a similar time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from maps.geo import haversine_km

NEAR_KM = 0.2
SIMILAR_DAYS = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """`accuracy` in metres; `began`: the start, or the day of its registration."""

    pk: int
    technology: int
    village: int | None
    lat: float | None
    lon: float | None
    accuracy: float | None
    began: dt.date


@dataclass(frozen=True, slots=True)
class Pair:
    """`km`: between their positions; None where one has none and they only share their village."""

    first: int
    second: int
    km: float | None
    days: int


def likely(deployments: Sequence[Placed]) -> list[Pair]:
    """Each pair once, the nearest first. A weak position reaches as far as its accuracy says."""
    found = {(pair.first, pair.second): pair for group in _groups(deployments) for pair in _pairs(group)}
    return sorted(found.values(), key=lambda pair: (pair.km is None, pair.km or 0.0, pair.first))


def _groups(deployments: Iterable[Placed]) -> Iterator[list[Placed]]:
    """By technology, those that share a village or a square of about two kilometres: in four grids, each shifted by half
    a square, so that neighbours across a border are together in one of them.
    """
    groups: dict[tuple[object, ...], list[Placed]] = {}
    for one in deployments:
        if one.village is not None:
            groups.setdefault((one.technology, "village", one.village), []).append(one)
        if one.lat is not None and one.lon is not None:
            for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
                square = int(one.lat * 50 + shift[0]), int(one.lon * 50 + shift[1])
                groups.setdefault((one.technology, shift, square), []).append(one)
    return (group for group in groups.values() if len(group) > 1)


def _pairs(group: Sequence[Placed]) -> Iterator[Pair]:
    for one, other in combinations(sorted(group, key=lambda placed: placed.pk), 2):
        days = abs((one.began - other.began).days)
        if days > SIMILAR_DAYS:
            continue
        if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
            if one.village is not None and one.village == other.village:
                yield Pair(one.pk, other.pk, None, days)
            continue
        km = haversine_km(one.lat, one.lon, other.lat, other.lon)
        weak = min((one.accuracy or 0) + (other.accuracy or 0), 1000) / 1000
        if km <= max(NEAR_KM, weak):
            yield Pair(one.pk, other.pk, km, days)
