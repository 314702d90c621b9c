"""The shape around a centre's villages, and the piece of the base map it lies on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from shapely.geometry import MultiPoint

from maps import geo
from maps.basemap import Basemap, load
from maps.topology import SCALE

KM_LAT = 110.57
Point = tuple[float, float]  # lat, lon
Box = tuple[float, float, float, float]  # south, west, north, east


def km_lon(lat: float) -> float:
    return 111.32 * math.cos(math.radians(lat))


def outlines(places: Iterable[Point], sites: Sequence[Point]) -> list[list[Point]]:
    """Rings around the places of each site: a centre of two sites has two catchments, not one band between them."""
    points = list(places)
    if len(sites) < 2 or not points:
        return outline(points)
    nearest = geo.nearest(*zip(*points, strict=True), *zip(*sites, strict=True))[0].tolist()
    of_sites = [[p for p, at in zip(points, nearest, strict=True) if at == i] for i in range(len(sites))]
    return [ring for own in of_sites for ring in outline(own)]


def outline(places: Iterable[Point], margin_km: float = 1.4) -> list[list[Point]]:
    """One or more rings (lat, lon) closely around the places; empty without places."""
    points = list(places)
    if not points:
        return []
    lat0 = sum(lat for lat, _ in points) / len(points)
    east = km_lon(lat0)
    flat = MultiPoint([(lon * east, lat * KM_LAT) for lat, lon in points])
    hull = shapely.concave_hull(flat, ratio=0.55) if len(points) > 3 else flat.convex_hull
    shape = hull.buffer(margin_km, quad_segs=4).simplify(0.02)
    return [
        [(round(y / KM_LAT, 5), round(x / east, 5)) for x, y in part.exterior.coords]
        for part in shapely.get_parts(shape)
    ]


def box_around(places: Iterable[Point], margin_km: float) -> Box:
    points = list(places)
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    north = margin_km / KM_LAT
    east = margin_km / km_lon(sum(lats) / len(lats))
    return min(lats) - north, min(lons) - east, max(lats) + north, max(lons) + east


def base(box: Box) -> dict[str, Any]:
    """The detailed base map of the districts that the box touches, as its own small base map."""
    whole = load("detail")
    frame = shapely.box(box[1], box[0], box[3], box[2])
    near = {
        slug: found
        for slug, found in whole.raw["districts"].items()
        if any(_touches(polygon[0], whole.arcs, frame) for polygon in found["polygons"])
    }
    used = sorted({n if n >= 0 else ~n for d in near.values() for p in d["polygons"] for ring in p for n in ring})
    number = {old: new for new, old in enumerate(used)}

    def renamed(polygons: list[list[list[int]]]) -> list[list[list[int]]]:
        return [[[number[n] if n >= 0 else ~number[~n] for n in ring] for ring in polygon] for polygon in polygons]

    districts = {slug: {**found, "polygons": renamed(found["polygons"])} for slug, found in near.items()}
    return {
        "arcs": [whole.raw["arcs"][n] for n in used],
        "kinds": [whole.raw["kinds"][n] for n in used],
        "districts": districts,
        "states": {},
        "india": [polygon for found in districts.values() for polygon in found["polygons"]],
        "land": [],
    }


def _touches(ring: list[int], arcs: list[list[tuple[int, int]]], frame: shapely.Geometry) -> bool:
    points = [(x / SCALE, y / SCALE) for n in ring for x, y in arcs[n if n >= 0 else ~n]]
    if len(points) < 3:
        return False
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return bool(shapely.box(min(lons), min(lats), max(lons), max(lats)).intersects(frame))


def district_names(piece: dict[str, Any], box: Box, avoid: list[list[Point]]) -> list[tuple[str, float, float]]:
    """Names of the districts of the piece and where they stand: lat, lon within their visible part, off the catchment."""
    drawn = Basemap(piece)
    frame = shapely.box(box[1], box[0], box[3], box[2])
    covered = shapely.union_all([shapely.Polygon([(lon, lat) for lat, lon in ring]).buffer(0.02) for ring in avoid])
    out = []
    for slug, found in piece["districts"].items():
        rings = [polygon[0] for polygon in drawn.rings("districts", slug) if len(polygon[0]) > 3]
        shape = shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in rings])
        part = shape.intersection(frame).difference(covered)
        if part.area > 0.05 * frame.area:
            at = max(shapely.get_parts(part), key=lambda p: p.area).representative_point()
            out.append((found["name"], round(at.y, 4), round(at.x, 4)))
    return out
