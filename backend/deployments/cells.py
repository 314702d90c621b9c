"""Reach by H3 cell for what is in view: as GeoJSON, of a size that depends on the view and not on the reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from backend.errors import BadFilter
from maps import geo, reach
from maps.compose import Scene, source_bits

# Zoom (Leaflet's) up to which each level is drawn. Cells are made for a whole country: finer ones than level 6 are villages.
LEVELS = ((4.35, 3), (7.5, 4), (9.0, 5), (99.0, 6))


def level_of(zoom: float) -> int:
    return next(level for least, level in LEVELS if zoom < least)


def collection(
    scene: Scene, bbox: tuple[float, float, float, float] | None, zoom: float, sources: Sequence[str] | None
) -> dict[str, Any]:
    """A FeatureCollection of cells (RFC 7946) with `h3`, `reached`, `active` and `catchment` (villages on a list)."""
    level = level_of(zoom)
    places = reach.villages(of_sources(scene, sources), scene.day)
    reached = places[places["reached"] & (places["h3_r7"] >= 0)]
    cells = pd.DataFrame({"cell": _cells(reached["h3_r7"], level), "active": reached["active"].to_numpy(bool)})
    grouped = cells.groupby("cell")["active"].agg(["size", "sum"]).astype(int)
    counts = {cell: (size, active) for cell, size, active in grouped.itertuples()}
    placed = scene.catchment[scene.catchment["h3_r7"] >= 0].drop_duplicates("village")
    keys, sizes = np.unique(_cells(placed["h3_r7"], level), return_counts=True)
    listed = dict(zip(keys.tolist(), sizes.tolist(), strict=True))
    features = []
    for cell in sorted({*counts, *listed}):
        ring = geo.cell_boundary(cell)
        if bbox is None or _touches(ring, bbox):
            features.append(_feature(cell, ring, *counts.get(cell, (0, 0)), listed.get(cell, 0)))
    return {"type": "FeatureCollection", "level": level, "as_of": scene.day.isoformat(), "features": features}


def of_sources(scene: Scene, sources: Sequence[str] | None) -> pd.DataFrame:
    if sources is None:
        return scene.deployments
    bits, kinds = source_bits(scene)
    order = [c.slug for c in scene.gazetteer.clusters] + [slug for slug, _, _ in kinds]
    for slug in sources:
        if slug not in order:
            raise BadFilter(f"sources are some of {', '.join(order)}; not {slug!r}.", where="sources")
    chosen = sum(1 << order.index(slug) for slug in set(sources))
    frame: pd.DataFrame = scene.deployments[(bits & chosen) != 0]
    return frame


def _cells(cells: pd.Series, level: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return geo.parent(cells.to_numpy(np.int64), level)


def _touches(ring: Sequence[tuple[float, float]], bbox: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bbox
    lats, lons = [p[0] for p in ring], [p[1] for p in ring]
    return min(lons) <= east and max(lons) >= west and min(lats) <= north and max(lats) >= south


def _feature(cell: int, ring: Sequence[tuple[float, float]], reached: int, active: int, listed: int) -> dict[str, Any]:
    corners = [[round(lon, 4), round(lat, 4)] for lat, lon in (*ring, ring[0])]
    return {
        "type": "Feature",
        "id": f"{cell:x}",
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {"h3": f"{cell:x}", "reached": reached, "active": active, "catchment": listed},
    }
