"""What a centre's map lies on: the land around, the catchment, distance rings, district names."""

from __future__ import annotations

import math
from functools import lru_cache
from html import escape
from typing import Any

import folium
import shapely

from maps import catchment
from maps.basemap import Basemap, Line, load
from maps.folium_offline import mark
from maps.picture import CentreMap
from maps.topology import SCALE, pack, unpack
from maps.words import t

TEAL = "#00564B"
RING = "#6E7774"
DOT = "#A9A494"
BEYOND = 1.3  # a ring is drawn when the farthest village lies at most this far inside it
Site = tuple[float, float]


def sites(picture: CentreMap) -> list[Site]:
    return [(lat, lon) for _, lat, lon in picture.sites] or [(picture.centre.lat, picture.centre.lon)]


def rings(picture: CentreMap) -> list[tuple[Site, int]]:
    """The distance rings: around each site; no more of them than the villages need."""
    if not picture.rings_km:
        return []
    first, *others = picture.rings_km
    if len(sites(picture)) > 1:
        return [(site, first) for site in sites(picture)]
    far = max((v.km for v in picture.villages if v.km is not None), default=first)
    return [(sites(picture)[0], km) for km in (first, *(km for km in others if km <= far * BEYOND))]


def outlines(picture: CentreMap) -> list[list[catchment.Point]]:
    return catchment.outlines([(v.lat, v.lon) for v in picture.villages], sites(picture))


def view_box(picture: CentreMap) -> catchment.Box:
    """All that the first view must hold: the catchment and its rings."""
    places = [(v.lat, v.lon) for v in picture.villages] + sites(picture)
    for site, km in rings(picture):
        south, west, north, east = catchment.box_around([site], km)
        places += [(south, west), (north, east)]
    return catchment.box_around(places, 0.5)


def base(box: catchment.Box) -> dict[str, Any]:
    """The detailed piece of the base map under a box; far around it, bare land: what is not sea must not look like it."""
    piece = catchment.base(catchment.box_around([box[:2], box[2:]], 14))
    south, west, north, east = piece_box(piece)
    high, wide = north - south, east - west
    frame = shapely.box(west - wide, south - high, east + wide, north + high)
    piece["around"] = _packed(_india().intersection(frame), SCALE)
    piece["land"] = _packed(_neighbours().intersection(frame), 100)
    return piece


def piece_box(piece: dict[str, Any]) -> catchment.Box:
    """South, west, north, east of all its arcs."""
    points = [point for arc in piece["arcs"] for point in unpack(arc)]
    lons, lats = [p[0] / SCALE for p in points], [p[1] / SCALE for p in points]
    return min(lats), min(lons), max(lats), max(lons)


@lru_cache(maxsize=1)
def _india() -> shapely.Geometry:
    polygons = load("detail").rings("india", "")
    return shapely.union_all([shapely.Polygon(outer, holes).buffer(0) for outer, *holes in polygons])


@lru_cache(maxsize=1)
def _neighbours() -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in load("detail").land if len(ring) > 3])


def _packed(shape: shapely.Geometry, scale: int) -> list[list[int]]:
    outer: list[Line] = [list(p.exterior.coords) for p in shapely.get_parts(shape) if p.area]
    return [pack([(round(x * scale), round(y * scale)) for x, y in ring]) for ring in outer]


def around(base: Basemap) -> list[Line]:
    """The bare land of `base()`: closed rings, (lon, lat)."""
    return [[(x / SCALE, y / SCALE) for x, y in unpack(ring)] for ring in base.raw["around"]]


def draw(view: folium.Map, picture: CentreMap, piece: dict[str, Any], box: catchment.Box) -> None:
    group = folium.FeatureGroup(name="ground", control=False).add_to(view)
    look: dict[str, Any] = {"pane": "catchment", "interactive": False}
    for place in picture.outside:
        folium.CircleMarker(
            place, radius=2, stroke=False, fill=True, fill_color=DOT, fill_opacity=0.9, **look
        ).add_to(group)  # fmt: skip
    for outline in outlines(picture):
        folium.Polygon(
            outline, color=TEAL, weight=2.2, fill=True, fill_color="#B9D2CC", fill_opacity=0.8, **look
        ).add_to(group)  # fmt: skip
    for number, (site, km) in enumerate(rings(picture)):
        folium.Circle(
            site, radius=km * 1000, color=RING, weight=1.1, dash_array="4 4", fill=False, **look
        ).add_to(group)  # fmt: skip
        _ring_name(number, site, km).add_to(group)
    _district_names(view, picture, piece, box)


def _ring_name(number: int, site: Site, km: int) -> folium.Marker:
    """Where on its ring the name stands, the page decides."""
    options = {"slug": f"ring-{number}", "kind": "ring", "km": km, "around": list(site)}
    html = f'<span class="ring-label">{t("{km} km", km=km)}</span>'
    return mark(towards(site, km, 105), html, "leaders", options, interactive=False)


def towards(site: Site, km: float, bearing: float) -> Site:
    turn = math.radians(bearing)
    return site[0] + km * math.cos(turn) / catchment.KM_LAT, site[1] + km * math.sin(turn) / catchment.km_lon(site[0])


def _district_names(view: folium.Map, picture: CentreMap, piece: dict[str, Any], box: catchment.Box) -> None:
    group = folium.FeatureGroup(name="names", control=False).add_to(view)
    for name, lat, lon in catchment.district_names(piece, box, outlines(picture)):
        html = f'<span class="state-name">{escape(t("{name} district", name=name))}</span>'
        options = {"slug": f"district-{name}", "kind": "state"}
        mark((lat, lon), html, "leaders", options, interactive=False).add_to(group)
