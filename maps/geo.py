"""Distances, the nearest centre, H3 cells and DIGIPIN: arithmetic on coordinates, without any file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARTH_KM = 6371.0088  # mean radius (IUGG)
CELL_RES = 7  # the one resolution that is stored (about 5 km2); coarser ones are rolled up from it


@overload
def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float: ...
@overload
def haversine_km(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any: ...
def haversine_km(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    """Great-circle distance in km between places in degrees; arrays broadcast as NumPy's do. NaN in, NaN out."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lon = np.radians(np.subtract(lon2, lon1)) / 2
    chord2 = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lon) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord2, 0.0, 1.0)))
    return km if np.ndim(km) else float(km)


def _on_unit_sphere(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    phi, lam = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def nearest(
    lat: npt.ArrayLike, lon: npt.ArrayLike, centres_lat: npt.ArrayLike, centres_lon: npt.ArrayLike
) -> tuple[Ints, Floats]:
    """The nearest of m centres for each of n places: (index, km), both of shape (n,).

    Without centres the index is -1 and the distance NaN, as it is for a place without coordinates. Exact: the chord
    through the sphere grows with the great circle, while nearness in degrees is wrong away from the equator.
    """
    places = _on_unit_sphere(np.atleast_1d(np.asarray(lat)), np.atleast_1d(np.asarray(lon)))
    centres = _on_unit_sphere(np.atleast_1d(np.asarray(centres_lat)), np.atleast_1d(np.asarray(centres_lon)))
    index = np.full(len(places), -1, dtype=np.int64)
    km = np.full(len(places), np.nan)
    known = np.isfinite(places).all(axis=1)
    if len(centres) and known.any():
        from scipy.spatial import cKDTree  # 26 MB that a process without a map need not carry

        chord, found = cKDTree(centres).query(places[known])
        index[known] = found
        km[known] = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    return index, km


def cell(lat: float, lon: float, res: int = CELL_RES) -> int:
    """The H3 cell of a place in degrees, as an integer that fits a signed 64-bit column."""
    return int(h3.latlng_to_cell(lat, lon, res))


def cells(lat: npt.ArrayLike, lon: npt.ArrayLike, res: int = CELL_RES) -> Ints:
    """The H3 cells of n places, shape (n,); -1 where a coordinate is missing."""
    lats, lons = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    out = np.full(lats.shape, -1, dtype=np.int64)
    known = np.isfinite(lats) & np.isfinite(lons)
    pairs = zip(lats[known].tolist(), lons[known].tolist(), strict=True)
    out[known] = np.fromiter((h3.latlng_to_cell(y, x, res) for y, x in pairs), dtype=np.int64, count=int(known.sum()))
    return out


def parent(cells: npt.ArrayLike, res: int) -> Ints:
    """The cells' parents at resolution `res`, shape as given; -1 (no cell) stays -1.

    Bit arithmetic on the H3 index layout (h3geo.org, "H3Index bit layout"): the resolution stands in bits 52-55, each
    finer digit in three bits, and an unused digit is 7. Raises ValueError for a resolution finer than a cell's own.
    """
    ids = np.asarray(cells, dtype=np.int64)
    given = ids >= 0
    if not 0 <= res <= 15 or bool((((ids >> 52) & 0xF)[given] < res).any()):
        raise ValueError(f"No parent at resolution {res}: the cells are coarser than that.")
    unused_digits = (1 << (3 * (15 - res))) - 1
    parents = (ids & ~np.int64(0xF << 52)) | np.int64(res << 52) | np.int64(unused_digits)
    out: Ints = np.where(given, parents, -1)
    return out


def cell_boundary(cell: int) -> list[tuple[float, float]]:
    """The cell's corners as (lat, lon) in degrees, counter-clockwise, not closed."""
    return [(float(lat), float(lon)) for lat, lon in h3.cell_to_boundary(cell)]


def cell_centre(cell: int) -> tuple[float, float]:
    """The cell's middle as (lat, lon) in degrees."""
    lat, lon = h3.cell_to_latlng(cell)
    return float(lat), float(lon)


# India Post's grid (DIGIPIN technical document, March 2025): sixteen signs, rows from the north, columns from the west.
_DIGIPIN_TEXT = "FC98J327K456LMPT"
_DIGIPIN_SIGNS = np.array([ord(sign) for sign in _DIGIPIN_TEXT], dtype=np.uint32)  # as NumPy's str holds them
_DIGIPIN_SOUTH, _DIGIPIN_WEST, _DIGIPIN_SPAN, _DIGIPIN_LEVELS = 2.5, 63.5, 36.0, 10


def _digipin_steps(degrees: Floats, origin: float) -> npt.NDArray[np.int32]:
    """How many of the 4**10 finest steps lie between the origin and each coordinate; the far edge is the last step."""
    steps = 4**_DIGIPIN_LEVELS
    offset = degrees - origin
    count = np.floor(offset * (steps / _DIGIPIN_SPAN)).astype(np.int32)
    count -= count * (_DIGIPIN_SPAN / steps) > offset  # the product may round up over an edge; the steps are exact
    inside: npt.NDArray[np.int32] = np.clip(count, 0, steps - 1, dtype=np.int32)
    return inside


def _digipin_of_one(lat: float, lon: float) -> str:
    """The same square as `_digipin_steps` leads to, in Python's numbers."""
    steps, at = 4**_DIGIPIN_LEVELS, []
    for degrees, origin in ((lat, _DIGIPIN_SOUTH), (lon, _DIGIPIN_WEST)):
        offset = degrees - origin
        if not 0 <= offset <= _DIGIPIN_SPAN:
            return ""
        count = int(offset * (steps / _DIGIPIN_SPAN))
        at.append(min(count - (count * (_DIGIPIN_SPAN / steps) > offset), steps - 1))
    north, east = at
    shifts = range(2 * (_DIGIPIN_LEVELS - 1), -1, -2)
    return "".join(_DIGIPIN_TEXT[4 * (3 - ((north >> n) & 3)) + ((east >> n) & 3)] for n in shifts)


@overload
def digipin(lat: float, lon: float) -> str: ...
@overload
def digipin(lat: Floats | Sequence[float], lon: Floats | Sequence[float]) -> npt.NDArray[np.str_]: ...
def digipin(lat: Any, lon: Any) -> str | npt.NDArray[np.str_]:
    """The ten signs (without hyphens) of the square of about 4 m that a place in degrees lies in.

    One place gives a str, arrays of shape (n,) an array of shape (n,). "" outside the published box (lat 2.5 to 38.5,
    lon 63.5 to 99.5) and where a coordinate is missing.
    """
    if isinstance(lat, float) and isinstance(lon, float):  # one report's: NumPy would take ten times as long
        return _digipin_of_one(lat, lon)
    lats, lons = np.atleast_1d(np.asarray(lat, np.float64)), np.atleast_1d(np.asarray(lon, np.float64))
    inside = (lats >= _DIGIPIN_SOUTH) & (lats <= _DIGIPIN_SOUTH + _DIGIPIN_SPAN)
    inside &= (lons >= _DIGIPIN_WEST) & (lons <= _DIGIPIN_WEST + _DIGIPIN_SPAN)
    north = _digipin_steps(lats[inside], _DIGIPIN_SOUTH)
    east = _digipin_steps(lons[inside], _DIGIPIN_WEST)
    signs = np.zeros((len(lats), _DIGIPIN_LEVELS), dtype=np.uint32)
    for level in range(_DIGIPIN_LEVELS):
        shift = 2 * (_DIGIPIN_LEVELS - 1 - level)
        signs[inside, level] = _DIGIPIN_SIGNS[4 * (3 - ((north >> shift) & 3)) + ((east >> shift) & 3)]
    codes: npt.NDArray[np.str_] = signs.view(f"U{_DIGIPIN_LEVELS}")[:, 0]
    return codes if np.ndim(lat) else str(codes[0])
