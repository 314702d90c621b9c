"""Small maps as inline SVG, for pages that carry no script: one centre's villages, and India with dots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from html import escape

import numpy as np
import shapely

from maps import boundaries, catchment, render_ground, symbols
from maps.picture import CentreMap
from maps.sketch import INDIA, URGENT, Plane
from maps.words import t

WIDTH, HEIGHT = 600, 400
PAD_KM = 3.0


def centre(picture: CentreMap, says: str) -> str:
    """The centre, its catchment, distance rings and villages by condition."""
    placed = [(v.lat, v.lon) for v in picture.villages] + render_ground.sites(picture)
    plane = Plane(catchment.box_around(placed, PAD_KM), WIDTH, HEIGHT, edge=40)
    parts = [f'<rect class="land" width="{WIDTH}" height="{HEIGHT}"/>', *_district_lines(plane)]
    for outline in render_ground.outlines(picture):
        parts.append(f'<polygon class="catchment" points="{_points(plane, outline)}"/>')
    for (lat, lon), km in render_ground.rings(picture):
        x, y = plane.at(lat, lon)
        r = km * plane.scale
        parts.append(f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>')
        parts.append(f'<text class="km" x="{x + r * 0.5:.1f}" y="{y - r * 0.866 - 4:.1f}">{t("{km} km", km=km)}</text>')
    parts += _villages(plane, picture)
    for name, lat, lon in picture.sites or ((picture.centre.name, picture.centre.lat, picture.centre.lon),):
        x, y = plane.at(lat, lon)
        parts.append(_mark(symbols.source(picture.centre.kind, "", "", 22), x, y, 22))
        parts.append(
            f'<text class="name strong" x="{x:.1f}" y="{y + 24:.1f}" text-anchor="middle">{escape(name)}</text>'
        )
    return f'<svg class="small-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(says)}">{"".join(parts)}</svg>'


def _villages(plane: Plane, picture: CentreMap) -> list[str]:
    """The urgent ones last, so that they lie on top; names where they fit."""
    rows = sorted(picture.villages, key=lambda v: URGENT.get(v.condition, 0))
    size = 16 if len(rows) <= 60 else 10
    spots = {v.code: plane.at(v.lat, v.lon) for v in rows}
    taken = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y in spots.values()]
    parts = [_mark(symbols.condition(v.condition, size), *spots[v.code], size) for v in rows]
    for v in reversed(rows):
        x, y = spots[v.code]
        box = (x + size / 2 + 2, y - 8, x + size / 2 + 8 + 6.6 * len(v.name), y + 8)
        own = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
        if box[2] > WIDTH or any(_meet(box, other) for other in taken if other != own):
            continue
        taken.append(box)
        strong = " strong" if v.condition == "never" else ""
        parts.append(f'<text class="name{strong}" x="{box[0] + 1:.1f}" y="{y + 4.5:.1f}">{escape(v.name)}</text>')
    return parts


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _mark(svg: str, x: float, y: float, size: float) -> str:
    return svg.replace("<svg ", f'<svg x="{x - size / 2:.1f}" y="{y - size / 2:.1f}" ', 1)


def _points(plane: Plane, places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (plane.at(lat, lon) for lat, lon in places))


def _district_lines(plane: Plane) -> list[str]:
    half_x, half_y = plane.width / 2 / plane.scale / plane.kx, plane.height / 2 / plane.scale / catchment.KM_LAT
    frame = shapely.box(plane.lon - half_x, plane.lat - half_y, plane.lon + half_x, plane.lat + half_y)
    shapes = boundaries.districts()
    near = shapes[shapes.intersects(frame)]
    out = []
    for name, shape in zip(near["name"], near.geometry, strict=True):
        cut = shapely.intersection(shape, frame)
        for part in shapely.get_parts(cut):
            if part.geom_type == "Polygon":
                places = [(lat, lon) for lon, lat in part.exterior.coords]
                out.append(f'<polygon class="district" points="{_points(plane, places)}"/>')
        x, y = plane.at(*reversed(cut.representative_point().coords[0]))
        if len(near) > 1:
            out.append(f'<text class="km" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(name)}</text>')
    return out


SIMPLE = 0.06  # degrees: at this size less than a pixel


@lru_cache(maxsize=1)
def _outline() -> str:
    plane = Plane(INDIA, 380, 400)
    rings = [p.exterior for p in shapely.get_parts(shapely.simplify(boundaries.outline(), SIMPLE)) if p.area > 0.01]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (plane.at(lat, lon) for lon, lat in ring.coords)) + "Z"
        for ring in rings
    )


def india(dots: Sequence[tuple[float, float, str]], says: str) -> str:
    """India's outline with a dot a village, (lat, lon, active or lost); `says`: the map in a sentence."""
    plane = Plane(INDIA, 380, 400)
    shown = [d for d in dots if math.isfinite(d[0]) and math.isfinite(d[1])]
    marks = "".join(
        f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>'
        for x, y, kind in sorted(
            ((*plane.at(lat, lon), kind) for lat, lon, kind in _thinned(shown)), key=lambda d: d[2]
        )
    )
    return (
        f'<svg class="small-map india" viewBox="0 0 380 400" role="img" aria-label="{escape(says)}">'
        f'<path class="country" d="{_outline()}"/>{marks}</svg>'
    )


def _thinned(dots: Sequence[tuple[float, float, str]], most: int = 4000) -> list[tuple[float, float, str]]:
    """A map of this size tells no more of them apart; every n-th stands for its neighbours."""
    step = max(1, math.ceil(len(dots) / most))
    order = np.arange(0, len(dots), step)
    return [dots[i] for i in order.tolist()]
