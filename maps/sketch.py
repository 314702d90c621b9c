"""A map of a few hundred pixels as inline SVG, for pages that must be there at once: where villages are, and how they stand.

It needs neither frames nor shapes, only the stored base map; `minimap` draws the larger ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from maps import symbols
from maps.basemap import DISTRICT, EXTERNAL, STATE, Line, load
from maps.catchment import KM_LAT, Box, Point, box_around, km_lon
from maps.geo import haversine_km
from maps.picture import Condition, SourceKind
from maps.words import t

INDIA: Box = (6.5, 68.0, 37.3, 97.6)
STEPS = (2, 5, 10, 20, 50, 100, 200)
URGENT: dict[Condition, int] = {"broken": 3, "never": 2, "silent": 1}
WIDTH, HEIGHT = 320, 216


@dataclass(frozen=True)
class Spot:
    """A village with a known place."""

    lat: float
    lon: float
    condition: Condition


class Plane:
    """Kilometres around the middle of a box to pixels."""

    def __init__(self, box: Box, width: float, height: float, edge: float = 0) -> None:
        south, west, north, east = box
        self.lat, self.lon = (south + north) / 2, (west + east) / 2
        self.kx = km_lon(self.lat)
        self.width, self.height = width, height
        self.scale = min((width - edge) / ((east - west) * self.kx), (height - edge) / ((north - south) * KM_LAT))

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        x = self.width / 2 + (lon - self.lon) * self.kx * self.scale
        return x, self.height / 2 - (lat - self.lat) * KM_LAT * self.scale

    def shows(self, line: Line) -> bool:
        """Whether a line of (lon, lat) may touch the picture."""
        half_x, half_y = self.width / 2 / self.scale / self.kx, self.height / 2 / self.scale / KM_LAT
        lons, lats = [lon for lon, _ in line], [lat for _, lat in line]
        return (
            min(lons) < self.lon + half_x and max(lons) > self.lon - half_x
            and min(lats) < self.lat + half_y and max(lats) > self.lat - half_y
        )  # fmt: skip


def around(spots: Sequence[Spot], sites: Sequence[Point], kind: SourceKind, says: str) -> str:
    """One centre: its villages by condition, rings of distance, the borders of districts; `says`: the map in a sentence."""
    plane = Plane(box_around([*((s.lat, s.lon) for s in spots), *sites], 1.5), WIDTH, HEIGHT, edge=16)
    parts = [f'<rect class="land" width="{WIDTH}" height="{HEIGHT}"/>']
    for name, what in (("district", DISTRICT), ("state", STATE), ("state", EXTERNAL)):
        parts += [_path(plane, line, name) for line in load("detail").lines(what) if plane.shows(line)]
    step = _step(spots, sites)
    if len(sites) == 1:
        parts += [_ring(plane, sites[0], km) for km in (step, 2 * step)]
    size = 16 if len(spots) <= 60 else 10
    parts += [_mark(plane, s.lat, s.lon, symbols.condition(s.condition, size), size) for s in _urgent_last(spots)]
    parts += [_mark(plane, lat, lon, symbols.source(kind, size=20), 20) for lat, lon in sites]
    return _svg(WIDTH, HEIGHT, "sketch", says, [*parts, _bar(plane, step)])


def country(spots: Sequence[Spot], says: str) -> str:
    """All India with a dot a village: full where something is in use, hollow where nothing is."""
    plane = Plane(INDIA, 300, 320)
    used = {_pixel(plane, s) for s in spots if s.condition == "in_use"}
    hollow = {_pixel(plane, s) for s in spots if s.condition != "in_use"} - used
    dots = [f'<circle class="hollow" cx="{x}" cy="{y}" r="1.7"/>' for x, y in sorted(hollow)]
    dots += [f'<circle class="full" cx="{x}" cy="{y}" r="2.2"/>' for x, y in sorted(used)]
    return _svg(300, 320, "sketch india", says, [_outline(), *dots])


@lru_cache(maxsize=1)
def _outline() -> str:
    plane = Plane(INDIA, 300, 320)
    rings = [polygon[0] for polygon in load("national").rings("india", "")]
    d = "".join(f"M{points}Z" for ring in rings if (points := _points(plane, ring)).count(" ") > 4)
    states = "".join(f"M{_points(plane, line)}" for line in load("national").lines(STATE))
    return f'<path class="country" d="{d}"/><path class="state" d="{states}"/>'


def _points(plane: Plane, line: Line) -> str:
    """Without points that lie within a pixel of the one before."""
    found: list[tuple[float, float]] = []
    for lon, lat in line:
        x, y = plane.at(lat, lon)
        if not found or abs(x - found[-1][0]) + abs(y - found[-1][1]) > 1.2:
            found.append((x, y))
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in found)


def _path(plane: Plane, line: Line, name: str) -> str:
    return f'<path class="{name}" d="M{_points(plane, line)}"/>'


def _step(spots: Iterable[Spot], sites: Sequence[Point]) -> int:
    """Kilometres from ring to ring, so that two hold most of the villages."""
    far = sorted(min(haversine_km(s.lat, s.lon, *site) for site in sites) for s in spots) if sites else []
    reach = far[int(len(far) * 0.9)] if far else 10.0
    return next((step for step in STEPS if 2.4 * step >= reach), 400)


def _ring(plane: Plane, site: Point, km: int) -> str:
    x, y = plane.at(*site)
    return f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{km * plane.scale:.1f}"/>'


def _urgent_last(spots: Sequence[Spot]) -> list[Spot]:
    """So that they lie on top."""
    return sorted(spots, key=lambda s: URGENT.get(s.condition, 0))


def _mark(plane: Plane, lat: float, lon: float, svg: str, size: float) -> str:
    x, y = plane.at(lat, lon)
    return svg.replace("<svg ", f'<svg x="{x - size / 2:.1f}" y="{y - size / 2:.1f}" ', 1)


def _bar(plane: Plane, km: int) -> str:
    y, long = HEIGHT - 12, km * plane.scale
    return (
        f'<path class="bar" d="M12 {y - 5}v5h{long:.1f}v-5"/>'
        f'<text x="{18 + long:.1f}" y="{y + 1}">{escape(t("{km} km", km=km))}</text>'
    )


def _pixel(plane: Plane, spot: Spot) -> tuple[float, float]:
    """To half a pixel: dots that lie on each other are one."""
    x, y = plane.at(spot.lat, spot.lon)
    return round(x * 2) / 2, round(y * 2) / 2


def _svg(width: int, height: int, name: str, says: str, parts: Sequence[str]) -> str:
    return f'<svg class="{name}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(says)}">{"".join(parts)}</svg>'
