"""Small reach frames, written as a story: a row a deployment, only what matters is said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from maps import geo, reach, timeline
from maps.compose import Scene
from maps.gazetteer import CentreEntry, ClusterEntry, Gazetteer

DAY = dt.date(2026, 11, 22)
SEEN = dt.date(2026, 11, 1)
HERE = geo.cell(13.18, 74.93)
KARNATAKA, KERALA, GOA = 1, 2, 3
BEST, PKC = 0b01, 0b10  # bits of clusters

_USUAL: dict[str, Any] = {
    "village": 1, "technology": 1, "centre": 1, "state": KARNATAKA, "district": 1, "h3_r7": HERE, "clusters": BEST,
    "themes": 1, "village_use": True, "window": 180, "season": 0, "illustrative": False, "lat": 13.18, "lon": 74.93,
    "first_visit": SEEN, "last_visit": SEEN, "seen_on": SEEN, "ended_on": None, "down_since": None, "registered": SEEN,
    "reports": 1, "installed": 1, "working": 1, "defective": 0, "broken": 0, "units_in_use": 1,
}  # fmt: skip

IN_USE: dict[str, Any] = {}
IDLE = {"units_in_use": 0}
BROKEN = {"working": 0, "broken": 1, "units_in_use": 0}
SILENT = {name: dt.date(2026, 1, 1) for name in ("first_visit", "last_visit", "seen_on")}
ENDED = {"ended_on": SEEN}
REGISTERED = {
    "first_visit": None, "last_visit": None, "seen_on": None, "reports": 0, "working": 0, "units_in_use": 0,
}  # fmt: skip


def deployments(*rows: dict[str, Any]) -> pd.DataFrame:
    data: dict[str, Any] = {}
    for name in ("deployment", *(c for c in reach.COLUMNS if c != "deployment")):
        found = [row.get(name, i if name == "deployment" else _USUAL.get(name)) for i, row in enumerate(rows)]
        if name in reach.DATES:
            data[name] = np.array(found, dtype="datetime64[D]").astype("datetime64[s]")
        elif name in ("village_use", "illustrative"):
            data[name] = np.array(found, dtype=bool)
        elif name in (*reach.KEYS, "clusters", "themes", "window", "season"):
            data[name] = np.array(found, dtype=np.int64)
        else:
            data[name] = np.array([np.nan if v is None else v for v in found], dtype=np.float64)
    return pd.DataFrame(data)


def catchment(*rows: dict[str, Any]) -> pd.DataFrame:
    usual: dict[str, Any] = {**_USUAL, "population": 900, "visited": False}
    data = {}
    for name in reach.CATCHMENT_COLUMNS:
        found = [row.get(name, usual[name]) for row in rows]
        kind: Any = np.int64 if name in reach.KEYS else bool if name == "visited" else np.float64
        data[name] = np.array(found, dtype=kind)
    return pd.DataFrame(data)


def months(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of `DeploymentMonth`: what was known of a deployment after a month's last report."""
    data: dict[str, Any] = {}
    for name in timeline.MONTH_COLUMNS:
        found = [row.get(name, 0 if name == "deployment" else _USUAL.get(name)) for row in rows]
        if name in reach.DATES:
            data[name] = np.array(found, dtype="datetime64[D]")
        elif name in ("deployment", "month"):
            data[name] = np.array(found, dtype=np.int64)
        else:
            data[name] = np.array([np.nan if v is None else v for v in found], dtype=np.float64)
    return pd.DataFrame(data)


def cluster(key: int, slug: str, state: int, served: frozenset[int] = frozenset()) -> ClusterEntry:
    return ClusterEntry(key, slug, slug.upper(), slug.upper(), "City", slug[:2], "#262C8C", 13.0, 77.6, state, served)


def centre(key: int, slug: str, kind: Any = "rsvc") -> CentreEntry:
    return CentreEntry(key, slug, slug.title(), slug.title(), kind, ((slug, 13.18, 74.93),), "Udupi, Karnataka")


BOOK = Gazetteer(
    (cluster(1, "best", KARNATAKA), cluster(2, "pkc", KERALA, frozenset({KERALA, GOA}))),
    (centre(1, "nitte"), centre(2, "madras", "rutag")),
    {KARNATAKA: ("karnataka", "Karnataka"), KERALA: ("kerala", "Kerala"), GOA: ("goa", "Goa")},
    {1: ("udupi", "Udupi"), 2: ("kasaragod", "Kasaragod")},
)


def scene(
    rows: pd.DataFrame, by_month: pd.DataFrame | None = None, listed: pd.DataFrame | None = None, day: dt.date = DAY
) -> Scene:
    return Scene(rows, months() if by_month is None else by_month, catchment() if listed is None else listed, BOOK, day)
