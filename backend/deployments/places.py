"""Where a form was filled: district by polygon, cell and DIGIPIN, for one point or for a million."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.deployments.observed import Point
from backend.registry.models import District
from maps import boundaries, geo


@dataclass(frozen=True, slots=True)
class Place:
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None
    h3_r7: int | None = None
    digipin: str = ""
    district_id: int | None = None
    in_india: bool = True


NOWHERE = Place()
WORTH_VECTORS = 500  # points; all districts are gone through for them, which one point does not need
_district_keys: dict[int, int] = {}  # position among the boundaries -> key of our table


def district_keys() -> dict[int, int]:
    """Read once: districts come with the boundary package and are only ever added by an upgrade of it."""
    if not _district_keys:
        by_slug = dict(District.objects.values_list("slug", "id"))
        slugs = boundaries.district_slugs()
        _district_keys.update({i: by_slug[slug] for i, slug in enumerate(slugs) if slug in by_slug})
    return _district_keys


def warm_up() -> None:
    """Read the districts' shapes now."""
    boundaries.district_at(22.0, 79.0)


def forget_districts() -> None:
    _district_keys.clear()


def place(point: Point | None) -> Place:
    if point is None:
        return NOWHERE
    index = boundaries.district_at(point.lat, point.lon)
    return Place(
        point.lat,
        point.lon,
        point.accuracy,
        geo.cell(point.lat, point.lon, 7),
        geo.digipin(point.lat, point.lon),
        district_keys().get(index),
        index >= 0,
    )


def places(points: Sequence[Point | None]) -> list[Place]:
    """The same for many points at once: vectorised, where they are many."""
    if len(points) < WORTH_VECTORS:
        return [place(point) for point in points]
    known = [i for i, p in enumerate(points) if p is not None]
    result = [NOWHERE] * len(points)
    if not known:
        return result
    present = [p for p in points if p is not None]
    lat, lon = (np.array([getattr(p, axis) for p in present], dtype=float) for axis in ("lat", "lon"))
    keys = district_keys()
    rows = zip(
        known, present, boundaries.district_of(lat, lon), geo.cells(lat, lon, 7), geo.digipin(lat, lon), strict=True
    )
    for i, p, index, cell, digipin in rows:
        district = int(index)
        result[i] = Place(p.lat, p.lon, p.accuracy, int(cell), str(digipin), keys.get(district), district >= 0)
    return result
