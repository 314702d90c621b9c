"""States and districts with India's official external boundary, and the district that a place lies in.

The geometry is that of the `adarvmaps` package (see data/SOURCES.md). The package itself is never imported: it would
bring a web server along, and all we need are its two files. Names are cleaned in `maps.names`.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from maps import flatgeobuf, names

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

# Codes 001-640 are those of the Census of 2011. Younger districts carry numbers of unknown origin there: not LGD codes.
LAST_CENSUS_DISTRICT = 640
METRES = "EPSG:7755"  # India's Lambert conic of the Survey of India: distances within about 2 per cent

# Named like a district in the file, and none: nazul (government) land along the Yamuna. Its places go to the nearest.
NOT_DISTRICTS = {"delhi-nazul"}

# State codes as in the Local Government Directory: the Census 2011 ones up to 35, then 36-38 for those formed since.
LGD_ONLY_STATES = {"telangana": "36", "ladakh": "37", "dadra-and-nagar-haveli-and-daman-and-diu": "38"}


def _read(name: str, columns: list[str]) -> tuple[list[dict[str, Any]], Shapes]:
    spec = importlib.util.find_spec("adarvmaps")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package adarvmaps with the boundaries is not installed: run `make setup`.")
    return flatgeobuf.read(Path(spec.origin).parent / "data" / name, columns)


class _District(NamedTuple):
    slug: str
    name: str
    state: str
    census_code: str


class _Districts(NamedTuple):
    rows: list[_District]  # by slug
    shapes: Shapes
    states: dict[str, str]  # names by slug, as the districts' file spells them


@cache
def _districts() -> _Districts:
    """The named rows of the district file. The unnamed ones are slivers that two states dispute: no districts."""
    rows, shapes = _read("district_boundary_lite.fgb", ["STATE_UT", "DISTRICT", "DIST_LGD"])
    states: dict[str, str] = {}
    found: dict[str, _District] = {}
    parts: dict[str, list[Any]] = {}
    for row, shape in zip(rows, shapes, strict=True):
        if row["STATE_UT"] is None or row["DISTRICT"] is None:
            continue
        state, name = names.state(row["STATE_UT"]), names.district(row["DISTRICT"])
        states[of := names.slug(state)] = state
        slug = f"{of}-{names.slug(name)}"
        if slug in NOT_DISTRICTS:
            continue
        found.setdefault(slug, _District(slug, name, of, _census_code(row["DIST_LGD"])))
        parts.setdefault(slug, []).append(shape)
    slugs = sorted(found)
    whole = [parts[slug][0] if len(parts[slug]) == 1 else shapely.union_all(parts[slug]) for slug in slugs]
    return _Districts([found[slug] for slug in slugs], np.array(whole, dtype=object), states)


def _census_code(raw: object) -> str:
    text = str(raw).strip()
    return text.zfill(3) if text.isdigit() and 1 <= int(text) <= LAST_CENSUS_DISTRICT else ""


@cache
def district_slugs() -> tuple[str, ...]:
    """Of the 779 districts, by position. As `districts()["slug"]`, without the frame."""
    return tuple(row.slug for row in _districts().rows)


@cache
def states() -> gpd.GeoDataFrame:
    """The 36 states and union territories by slug, EPSG:4326: slug, name, census_code, lgd_code, geometry.

    `census_code` (2011) is "" for those formed since. Do not write to the frame: it is shared.
    """
    import geopandas as gpd

    rows, shapes = _read("state_boundary_lite.fgb", ["STATE"])
    named = ((row["STATE"], shape) for row, shape in zip(rows, shapes, strict=True))
    geometry = {names.slug(names.state(raw)): shape for raw, shape in named if not raw.startswith("DISPUTED")}
    found = _districts().states
    slugs = sorted(found)
    codes = [names.CENSUS_STATES.get(slug, "") for slug in slugs]
    columns = {
        "slug": slugs,
        "name": [found[slug] for slug in slugs],
        "census_code": codes,
        "lgd_code": [LGD_ONLY_STATES.get(slug) or str(int(code)) for slug, code in zip(slugs, codes, strict=True)],
    }
    return gpd.GeoDataFrame(columns, geometry=[geometry[slug] for slug in slugs], crs="EPSG:4326")


@cache
def districts() -> gpd.GeoDataFrame:
    """The 779 districts by slug, EPSG:4326: slug, name, state (its slug), census_code, lgd_code, geometry.

    Index = position, as `district_of` answers. Codes are "" where not known. Do not write to the frame: it is shared.
    """
    import geopandas as gpd

    found = _districts()
    columns = {name: [getattr(row, name) for row in found.rows] for name in _District._fields}
    # The file's column of that name holds other numbers.
    return gpd.GeoDataFrame(columns | {"lgd_code": ""}, geometry=found.shapes.copy(), crs="EPSG:4326")


@cache
def outline() -> Any:
    """India's external boundary, EPSG:4326: one MultiPolygon, the slivers between the states' edges filled."""
    union = shapely.union_all(_read("state_boundary_lite.fgb", [])[1])
    return shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])


def rough(slugs: Sequence[str], tolerance: float = 0.002) -> dict[str, Any]:
    """GeoJSON of these districts, true to about 200 m: to find one's way by, in few bytes. Slugs we do not know are left out."""
    position = {slug: i for i, slug in enumerate(district_slugs())}
    found = [(slug, position[slug]) for slug in slugs if slug in position]
    shapes = shapely.simplify(_districts().shapes[[i for _, i in found]], tolerance) if found else []
    features = [
        {
            "type": "Feature",
            "properties": {"slug": slug, "name": _districts().rows[i].name},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 0.0001))),
        }
        for (slug, i), shape in zip(found, shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


class _Index(NamedTuple):
    shapes: Shapes
    bounds: Floats  # (n, 4): west, south, east, north
    tree: shapely.STRtree


@cache
def _index() -> _Index:
    shapes = _districts().shapes
    shapely.prepare(shapes)
    return _Index(shapes, shapely.bounds(shapes), shapely.STRtree(shapes))


class _Metric(NamedTuple):
    shapes: Shapes
    tree: shapely.STRtree


@cache
def _metric() -> _Metric:
    shapes = shapely.transform(_districts().shapes, lambda at: np.column_stack(to_metres(at[:, 1], at[:, 0])))
    return _Metric(shapes, shapely.STRtree(shapes))


@cache
def _projection() -> pyproj.Transformer:
    import pyproj  # 16 MB, for the few places that lie in no district

    return pyproj.Transformer.from_crs("EPSG:4326", METRES, always_xy=True)


def to_metres(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """(x, y) in metres, EPSG:7755, of n places in degrees; infinite where the projection has none."""
    x, y = _projection().transform(lon, lat)
    return x, y


def district_of(lat: npt.ArrayLike, lon: npt.ArrayLike, cap_km: float = 10) -> Ints:
    """The positions in `districts()` of n places in degrees, shape (n,); -1 for none.

    Where the edges of two overlap the lower position wins. A place in none (at sea, in a sliver between two edges)
    goes to the nearest within `cap_km`. A million places take about a second.
    """
    lats, lons = np.atleast_1d(np.asarray(lat, np.float64)), np.atleast_1d(np.asarray(lon, np.float64))
    found = _containing(lats, lons)
    if cap_km > 0:
        lost = np.flatnonzero((found < 0) & np.isfinite(lats) & np.isfinite(lons))
        found[lost] = _nearest(lats[lost], lons[lost], cap_km)
    return found


def _containing(lats: Floats, lons: Floats) -> Ints:
    """Sorted by longitude, each district looks only at the slice its box spans."""
    index = _index()
    order = np.argsort(lons, kind="stable")
    x, y = lons[order], lats[order]
    west, east = np.searchsorted(x, index.bounds[:, 0], "left"), np.searchsorted(x, index.bounds[:, 2], "right")
    found = np.full(len(x), -1, dtype=np.int64)
    for i, (start, stop) in enumerate(zip(west, east, strict=True)):
        rows = y[start:stop]
        near = (rows >= index.bounds[i, 1]) & (rows <= index.bounds[i, 3]) & (found[start:stop] < 0)
        at = start + np.flatnonzero(near)
        found[at[shapely.contains_xy(index.shapes[i], x[at], y[at])]] = i
    out = np.empty_like(found)
    out[order] = found
    return out


def _nearest(lats: Floats, lons: Floats, cap_km: float) -> Ints:
    found = np.full(len(lats), np.iinfo(np.int64).max)
    x, y = to_metres(lats, lons)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    points = shapely.points(x[known], y[known])
    of, district = _metric().tree.query_nearest(points, max_distance=cap_km * 1000)
    np.minimum.at(found, known[of], district)
    return np.where(found == np.iinfo(np.int64).max, -1, found)


def district_at(lat: float, lon: float, cap_km: float = 10) -> int:
    """The position in `districts()` of one place; -1 for none. As `district_of`, without its cost for a single one."""
    index = _index()
    for i in sorted(index.tree.query(shapely.Point(lon, lat)).tolist()):
        if shapely.contains_xy(index.shapes[i], lon, lat):
            return int(i)
    return _nearest_to_one(lat, lon, cap_km) if cap_km > 0 else -1


def _nearest_to_one(lat: float, lon: float, cap_km: float) -> int:
    x, y = to_metres(np.array([lat]), np.array([lon]))
    if not (np.isfinite(x[0]) and np.isfinite(y[0])):
        return -1
    cap = cap_km * 1000
    near = np.sort(_metric().tree.query(shapely.box(x[0] - cap, y[0] - cap, x[0] + cap, y[0] + cap)))
    metres = shapely.distance(_metric().shapes[near], shapely.Point(x[0], y[0]))
    return int(near[metres.argmin()]) if len(near) and metres.min() <= cap else -1


@cache
def _prepared_outline() -> Any:
    shape = outline()
    shapely.prepare(shape)
    return shape


def in_india(lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each of n places in degrees lies in India, shape (n,): in its outline or in a district.

    The two files are simplified apart and differ by some hundred metres at the coast. A missing place is in no country.
    """
    lats, lons = np.atleast_1d(np.asarray(lat, np.float64)), np.atleast_1d(np.asarray(lon, np.float64))
    inside: npt.NDArray[np.bool_] = np.asarray(shapely.contains_xy(_prepared_outline(), lons, lats), dtype=np.bool_)
    outside = np.flatnonzero(~inside)
    inside[outside] = _containing(lats[outside], lons[outside]) >= 0
    return inside
