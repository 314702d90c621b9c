"""Where a report was made, to scale: beside the place of the visit before and that of its village. SVG, without tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from backend.deployments.observed import Point
from backend.registry.models import Village
from backend.submissions.shapes import Shape
from maps.geo import haversine_km

WIDTH, HEIGHT, EDGE = 520, 268, 56
MOST_RING = 90
SCALES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
LEAST_METRES = 120  # across: nearer, a phone's own error is all one sees


@dataclass(frozen=True)
class Spot:
    """`ring`: the radius of its accuracy; `anchor`: on which side its words stand."""

    kind: str
    x: float
    y: float
    ring: float
    words_y: float
    anchor: str
    accuracy: int | None


@dataclass(frozen=True)
class Drawn:
    """A shape on the paper. `d`: of an SVG path."""

    kind: str
    name: str
    d: str


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    spots: list[Spot]
    shapes: list[Drawn]
    line: tuple[float, float, float, float] | None  # from this report to the nearest of the others
    between: str  # how long that line is
    bar: float  # of the scale, and what it stands for
    bar_text: str
    here: Point | None
    village_km: float | None


Named = Sequence[tuple[str, Shape]]  # by the words of its question


def drawing(here: Point | None, before: Point | None, village: Village | None, shapes: Named = ()) -> Drawing | None:
    """None where the report has no position and drew nothing."""
    if here is None and not shapes:
        return None
    origin = here or shapes[0][1].points[0]
    home = None
    if village is not None and village.lat is not None and village.lon is not None:
        home = Point(village.lat, village.lon, None)
    others = [*([("before", before)] if before else []), *([("village", home)] if home else [])]
    named = [("here", here), *others] if here is not None else []
    metres = [_metres(origin, point) for _, point in named]
    traced = [[_metres(origin, point) for point in shape.points] for _, shape in shapes]
    scale, middle = _fit([*metres, *(m for points in traced for m in points)])
    at = [_on_paper(m, scale, middle) for m in metres]
    spots = [_spot(kind, point, x, y, scale) for (kind, point), (x, y) in zip(named, at, strict=True)]
    bar = next((s for s in SCALES if s * scale >= 60), SCALES[-1])
    line, between = None, ""
    if len(named) > 1:
        line, between = (*at[0], *at[1]), _length(origin, named[1][1])
    km = haversine_km(here.lat, here.lon, home.lat, home.lon) if here and home else None
    drawn = _on_paper_all(shapes, traced, scale, middle)
    return Drawing(WIDTH, HEIGHT, spots, drawn, line, between, bar * scale, _text(bar), here, km)


def _on_paper_all(
    shapes: Named, traced: Sequence[Sequence[tuple[float, float]]], scale: float, middle: tuple[float, float]
) -> list[Drawn]:
    found = []
    for (name, shape), metres in zip(shapes, traced, strict=True):
        at = [_on_paper(m, scale, middle) for m in metres]
        if shape.kind == "spot":
            x, y = at[0]
            d = f"M{x - 5} {y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"
        else:
            d = "M" + "L".join(f"{x} {y}" for x, y in at) + ("Z" if shape.kind == "area" else "")
        found.append(Drawn(shape.kind, name, d))
    return found


def _metres(origin: Point, point: Point) -> tuple[float, float]:
    north = (point.lat - origin.lat) * 111_320
    return (point.lon - origin.lon) * 111_320 * math.cos(math.radians(origin.lat)), -north


def _fit(metres: list[tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """Pixels a metre, and the metres that lie in the middle."""
    xs, ys = [x for x, _ in metres], [y for _, y in metres]
    wide, high = max(max(xs) - min(xs), LEAST_METRES), max(max(ys) - min(ys), LEAST_METRES / 2)
    scale = min((WIDTH - 2 * EDGE - 120) / wide, (HEIGHT - 2 * EDGE) / high)
    return scale, ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)


def _on_paper(metres: tuple[float, float], scale: float, middle: tuple[float, float]) -> tuple[float, float]:
    return round(WIDTH / 2 + (metres[0] - middle[0]) * scale, 1), round(HEIGHT / 2 + (metres[1] - middle[1]) * scale, 1)


def _spot(kind: str, point: Point, x: float, y: float, scale: float) -> Spot:
    accuracy = point.accuracy or 0
    ring = min(max(accuracy * scale, 12 if kind == "here" else 0), MOST_RING)
    anchor = "start" if x < 120 else "end" if x > WIDTH - 120 else "middle"
    return Spot(
        kind,
        x,
        y,
        round(ring, 1),
        round(_words(kind, y, ring), 1),
        anchor,
        round(accuracy) or None,
    )


def _words(kind: str, y: float, ring: float) -> float:
    """Above the ring, or within it where there is no room; of the others below."""
    if kind != "here":
        return y + 26
    return y - ring - 8 if y - ring > 30 else y - 12


def _length(one: Point, other: Point) -> str:
    return _text(haversine_km(one.lat, one.lon, other.lat, other.lon) * 1000)


def _text(metres: float) -> str:
    if metres < 1000:
        return gettext("%(n)d m") % {"n": round(metres)}
    if metres >= 10_000 or metres % 1000 == 0:
        return gettext("%(n)d km") % {"n": round(metres / 1000)}
    return gettext("%(n).1f km") % {"n": metres / 1000}
