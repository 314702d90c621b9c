"""Villages in view, each with its condition, as GeoJSON; where there are too many, as groups with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from backend.deployments.cells import of_sources
from backend.registry.models import Village
from maps import geo, reach
from maps.compose import Scene
from maps.condition import CONDITIONS

MOST = 250  # marks that a map can still tell apart
GROUPS = ((8.0, 5), (9.5, 6), (99.0, 7))  # zoom up to which villages are grouped by cells of a level
Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-180.0, -90.0, 180.0, 90.0)


def collection(scene: Scene, bbox: Box, zoom: float, sources: Sequence[str] | None) -> dict[str, Any]:
    """A FeatureCollection of points (RFC 7946). A village has `village`, `name`, `condition`, `also_broken`, `listed`; a
    group has `villages`, `reached` and `active`. `grouped` says which of the two these are.
    """
    found = in_view(scene, bbox, sources)
    grouped = len(found) > MOST
    features = _groups(found, zoom) if grouped else _villages(found)
    return {"type": "FeatureCollection", "grouped": grouped, "as_of": scene.day.isoformat(), "features": features}


def in_view(scene: Scene, bbox: Box, sources: Sequence[str] | None) -> pd.DataFrame:
    """By village: condition, also_broken, reached, active, listed, lat, lon, h3_r7. Villages on lists, and wherever
    something is deployed for village use."""
    places = reach.villages(_within(of_sources(scene, sources), bbox), scene.day)
    listed = _within(scene.catchment, bbox)
    conditions = reach.condition_of_listed(listed, places) if len(listed) else pd.Series(dtype=np.int8)
    names = ["condition", "also_broken", "reached", "active", "lat", "lon", "h3_r7"]
    only_listed = listed.drop_duplicates("village").set_index("village")[["lat", "lon", "h3_r7"]]
    only_listed = only_listed[~only_listed.index.isin(places.index)]
    added = only_listed.assign(
        condition=conditions.reindex(only_listed.index), also_broken=False, reached=False, active=False
    )
    both = pd.concat([places[names], added[names]]) if len(added) else places[names]
    return both.assign(listed=both.index.isin(listed["village"])).sort_index()


def _within(frame: pd.DataFrame, bbox: Box) -> pd.DataFrame:
    west, south, east, north = bbox
    there: pd.DataFrame = frame[frame["lat"].between(south, north) & frame["lon"].between(west, east)]
    return there


def _villages(found: pd.DataFrame) -> list[dict[str, Any]]:
    known = {v.pk: v for v in Village.objects.filter(pk__in=found.index.tolist()).only("id", "code", "name")}
    columns = (found[name].tolist() for name in ("lat", "lon", "condition", "also_broken", "listed"))
    return [
        _feature(
            lat, lon, village=known[key].code, name=known[key].name, condition=CONDITIONS[int(condition)],
            also_broken=bool(also), listed=bool(listed),
        )
        for key, lat, lon, condition, also, listed in zip(found.index.tolist(), *columns, strict=True)
        if key in known
    ]  # fmt: skip


def _groups(found: pd.DataFrame, zoom: float) -> list[dict[str, Any]]:
    level = next(level for least, level in GROUPS if zoom < least)
    cells = geo.parent(found["h3_r7"].to_numpy(np.int64), level)
    grouped = found.assign(cell=cells, n=1).groupby("cell")
    rows = grouped.agg({"lat": "mean", "lon": "mean", "n": "sum", "reached": "sum", "active": "sum"})
    columns = (rows[name].tolist() for name in ("lat", "lon", "n", "reached", "active"))
    return [
        _feature(lat, lon, villages=int(n), reached=int(reached), active=int(active))
        for lat, lon, n, reached, active in zip(*columns, strict=True)
    ]


def _feature(lat: float, lon: float, **properties: Any) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}
    return {"type": "Feature", "geometry": point, "properties": properties}
