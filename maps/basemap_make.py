"""How the stored base maps are made (`python -m maps.basemap`): needs the boundaries, and about half a minute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from maps import boundaries
from maps.basemap import DISTRICT, EXTERNAL, ISLAND, STATE
from maps.topology import SCALE, Arcs, pack, snap, stitch

PLANE = 7755  # metres, for all of India
SMALLEST_ISLAND = 8e6  # square metres, on the national map; smaller ones are left out there
ISLAND_ARC = 4000e6  # outlines of land smaller than this are drawn thinner
AROUND = (38.0, -12.0, 128.0, 56.0)


def coverage(tolerance: float) -> gpd.GeoDataFrame:
    """Districts without gaps or overlaps, simplified together: slug, name, state, geometry in degrees."""
    frame = boundaries.districts()[["slug", "name", "state", "geometry"]].to_crs(PLANE)
    clean = shapely.coverage_clean(shapely.force_2d(frame.geometry.values), snapping_distance=50, gap_width=1500)
    frame = _fill_holes(frame.set_geometry(gpd.GeoSeries(clean, crs=PLANE, index=frame.index)))
    if tolerance:
        simple = shapely.coverage_simplify(frame.geometry.values, tolerance)
        frame = frame.set_geometry(gpd.GeoSeries([_without_islets(g) for g in simple], crs=PLANE, index=frame.index))
    return frame.to_crs(4326)


def _fill_holes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Water and unnamed land inside India go to the neighbour they share the longest edge with."""
    whole = shapely.union_all(frame.geometry.values)
    outline = shapely.force_2d(shapely.union_all(boundaries.states().to_crs(PLANE).geometry.values))
    holes = [Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    missing = [p for p in shapely.get_parts(outline.difference(whole).buffer(-1500).buffer(1500)) if p.area > 4e6]
    geometry = list(frame.geometry.values)
    for hole in [*holes, *(m.intersection(outline).difference(whole) for m in missing)]:
        near = [i for i, g in enumerate(geometry) if g.distance(hole) < 10]
        if near:
            best = max(near, key=lambda i: geometry[i].buffer(10).intersection(hole.boundary).length)
            geometry[best] = geometry[best].union(hole)
    clean = shapely.coverage_clean(np.array(geometry, dtype=object), snapping_distance=50, gap_width=1500)
    return frame.set_geometry(gpd.GeoSeries(clean, crs=PLANE, index=frame.index))


def _without_islets(geometry: BaseGeometry) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    kept = [p for p in parts if p.area >= SMALLEST_ISLAND] or sorted(parts, key=lambda p: p.area)[-3:]
    return MultiPolygon(kept)


def _polygons(geometry: BaseGeometry) -> list[list[list[tuple[float, float]]]]:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and not p.is_empty]
    return [[list(ring.coords) for ring in (p.exterior, *p.interiors)] for p in parts]


def make(tolerance: float, land: list[list[int]]) -> dict[str, Any]:
    """The base map as plain JSON: arcs with their kinds, the polygons of districts, states and India, the land mask."""
    frame = coverage(tolerance)
    faces = {row.slug: _snapped(row.geometry) for row in frame.itertuples()}
    arcs = Arcs([ring for polygons in faces.values() for polygon in polygons for ring in polygon])
    districts = {slug: [[arcs.ring(r) for r in polygon] for polygon in polygons] for slug, polygons in faces.items()}
    state_of = dict(zip(frame.slug, frame.state, strict=True))
    users = _users(districts, len(arcs.arcs))
    names = dict(zip(frame.slug, frame.name, strict=True))
    state_names = dict(zip(boundaries.states().slug, boundaries.states().name, strict=True))
    members: dict[str, list[str]] = {}
    for slug, state in state_of.items():
        members.setdefault(state, []).append(slug)
    kinds = [_kind(arc, used, state_of) for arc, used in zip(arcs.arcs, users, strict=True)]
    states = {state: _merged(slugs, districts, arcs.arcs) for state, slugs in sorted(members.items())}
    india = _merged(list(districts), districts, arcs.arcs)
    for i in reversed(_pinholes(india, arcs.arcs, largest=1.0)):
        for number in india.pop(i)[0]:
            kinds[number if number >= 0 else ~number] = DISTRICT
    for polygons in states.values():
        for i in reversed(_pinholes(polygons, arcs.arcs, largest=0.003)):
            polygons.pop(i)
    return {
        "arcs": [pack(arc) for arc in arcs.arcs],
        "kinds": kinds,
        "districts": {
            slug: {"name": names[slug], "state": state_of[slug], "polygons": districts[slug]} for slug in districts
        },
        "states": {s: {"name": state_names.get(s, s), "polygons": states[s]} for s in states},
        "india": india,
        "land": land,
    }


def _snapped(geometry: BaseGeometry) -> list[list[list[tuple[int, int]]]]:
    polygons = [[snap(ring) for ring in polygon] for polygon in _polygons(geometry)]
    return [[ring for ring in polygon if ring] for polygon in polygons if polygon[0]]


def _users(districts: dict[str, list[list[list[int]]]], count: int) -> list[list[str]]:
    users: list[list[str]] = [[] for _ in range(count)]
    for slug, polygons in districts.items():
        for ring in (ring for polygon in polygons for ring in polygon):
            for number in ring:
                users[number if number >= 0 else ~number].append(slug)
    return users


def _kind(arc: tuple[tuple[int, int], ...], users: list[str], state_of: dict[str, str]) -> int:
    if len(users) < 2:
        closed = arc[0] == arc[-1] and Polygon(arc).area / SCALE**2 * 1.2e10 < ISLAND_ARC if len(arc) > 3 else False
        return ISLAND if closed else EXTERNAL
    return DISTRICT if len({state_of[slug] for slug in users}) == 1 else STATE


def _merged(
    slugs: list[str], districts: dict[str, list[list[list[int]]]], arcs: list[tuple[tuple[int, int], ...]]
) -> list[list[list[int]]]:
    """The districts' common outline: what is used once. Each ring stands as a polygon of its own (drawn even-odd)."""
    loose: dict[int, int] = {}
    for number in (n for slug in slugs for polygon in districts[slug] for ring in polygon for n in ring):
        key = number if number >= 0 else ~number
        if key in loose:
            del loose[key]
        else:
            loose[key] = number
    merged = []
    while loose:
        merged.append([_chain(loose, arcs)])
    return merged


def _pinholes(merged: list[list[list[int]]], arcs: list[tuple[tuple[int, int], ...]], largest: float) -> list[int]:
    """Which of the rings lie within another one and are no larger than so many square degrees."""
    rings = [stitch(polygon[0], [list(a) for a in arcs]) for polygon in merged]
    shapes = [Polygon(ring if len(ring) > 3 else []).buffer(0) for ring in rings]
    big = [s for s in shapes if s.area > 0.05]
    return [i for i, s in enumerate(shapes) if s.area <= largest and any(b is not s and b.intersects(s) for b in big)]


def _chain(loose: dict[int, int], arcs: list[tuple[tuple[int, int], ...]]) -> list[int]:
    """Takes arcs from `loose` until a ring is closed."""

    def ends(number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        return arc[0], arc[-1]

    _, first = loose.popitem()
    ring, (begin, at) = [first], ends(first)
    while at != begin:
        key = next((k for k, n in loose.items() if ends(n)[0] == at), None)
        if key is None:
            break
        ring.append(loose.pop(key))
        at = ends(ring[-1])[1]
    return ring


def land_mask(source: Path) -> list[list[int]]:
    """The land around India from a TopoJSON of Natural Earth's land: no line of it can contradict India's outline."""
    land = _land(json.loads(source.read_bytes()))
    india = shapely.union_all(boundaries.states().to_crs(PLANE).geometry.values).buffer(0)
    rest = land.difference(india)
    solid = rest.buffer(-14000).buffer(14000)  # slivers along India's coast go
    solid = solid.union(solid.buffer(20000).intersection(land)).buffer(-2000).buffer(2000)
    parts = [p for p in shapely.get_parts(solid.simplify(6000)) if p.area > 4e8]
    degrees = gpd.GeoSeries(parts, crs=PLANE).to_crs(4326)
    return [pack([(round(x * 100), round(y * 100)) for x, y in p.exterior.coords]) for p in degrees]


def _land(topology: dict[str, Any]) -> BaseGeometry:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        steps = np.cumsum(np.array(arc), axis=0)
        arcs.append([(x * sx + tx, y * sy + ty) for x, y in steps])

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for n in numbers:
            out += arcs[n] if n >= 0 else arcs[~n][::-1]
        return out

    shapes = topology["objects"]["land"].get("geometries") or [topology["objects"]["land"]]
    polygons = [
        shape({"type": "Polygon", "coordinates": [ring(r) for r in polygon]}).buffer(0)
        for geometry in shapes
        for polygon in (geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]])
    ]
    near = [p.intersection(shapely.box(*AROUND)) for p in polygons if p.intersects(shapely.box(*AROUND))]
    flat = gpd.GeoSeries(near, crs=4326).segmentize(0.5).to_crs(PLANE)
    return shapely.union_all(flat.values).buffer(0)
