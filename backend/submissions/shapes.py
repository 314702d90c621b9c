"""The places, lines and areas that a report drew besides its position, repeats' included."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from backend.deployments.observed import Point, point
from field_forms.schema import Path
from maps.geo import haversine_km

KINDS: Mapping[str, Literal["spot", "line", "area"]] = {"Point": "spot", "LineString": "line", "Polygon": "area"}
MOST_POINTS = 2_000  # of one shape: a walked line may have more than a small drawing shows


@dataclass(frozen=True)
class Shape:
    kind: Literal["spot", "line", "area"]
    path: Path
    points: tuple[Point, ...]


def shapes(answers: Any, path: Path = ()) -> Iterator[Shape]:
    """In the order of the answers; without `position`, and without what is no place on Earth."""
    if isinstance(answers, list):
        for entry in answers:
            yield from shapes(entry, path)
    elif isinstance(answers, Mapping):
        kind = KINDS.get(str(answers.get("type")))
        if kind is not None and isinstance(answers.get("coordinates"), list):
            if path[-1:] != ("position",):
                yield from _shape(kind, path, answers["coordinates"])
            return
        for name, value in answers.items():
            yield from shapes(value, (*path, str(name)))


def _shape(kind: Literal["spot", "line", "area"], path: Path, coordinates: list[Any]) -> Iterator[Shape]:
    rings = {"spot": [coordinates], "line": coordinates, "area": coordinates[0] if coordinates else []}[kind]
    step = max(1, len(rings) // MOST_POINTS)
    points = [point({"type": "Point", "coordinates": at}) for at in rings[::step]]
    known = tuple(at for at in points if at is not None)
    if known:
        yield Shape(kind, path, known)


def metres(points: Sequence[Point]) -> float:
    """Along a line."""
    return float(sum(haversine_km(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(points)) * 1000)


def hectares(points: Sequence[Point]) -> float:
    """Of an area that is small beside the Earth, as fields and ponds are."""
    origin = points[0]
    flat = [
        ((p.lon - origin.lon) * 111_320 * math.cos(math.radians(origin.lat)), (p.lat - origin.lat) * 111_320)
        for p in points
    ]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*flat, flat[0]]))
    return abs(twice) / 20_000
