"""GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0), in row groups: a reader takes only those of its columns and box."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from backend.exports import arrow
from backend.exports.fields import Kind
from backend.exports.rows import DIGITS, Place
from backend.exports.sources import Source

ROW_GROUP = 50_000
_BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
Bounds = tuple[float, float, float, float]


def geoparquet(source: Source, path: Path) -> None:
    (part,) = source.parts
    kind = part.kind
    schema = arrow.schema(kind)
    if kind.shape is not None:
        schema = schema.append(pa.field(arrow.GEOMETRY, pa.binary())).append(pa.field("bbox", _BOX))
    whole: Bounds | None = None
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in arrow.batches(kind, part.rows(), ROW_GROUP):
            columns = arrow.columns(kind, rows)
            if kind.shape is not None:
                boxes = [_bounds(place) for _, place, _ in rows]
                whole = _around([box for box in (whole, *boxes) if box is not None])
                columns.append(pa.array([arrow.wkb(place) for _, place, _ in rows], pa.binary()))
                columns.append(_boxes(boxes))
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema), row_group_size=ROW_GROUP)
        writer.add_key_value_metadata(_metadata(kind, source.about, whole))


def _boxes(boxes: list[Bounds | None]) -> pa.Array:
    sides = zip(*(box or (None,) * 4 for box in boxes), strict=True)
    absent = pa.array([box is None for box in boxes])
    return pa.StructArray.from_arrays([pa.array(s, pa.float64()) for s in sides], fields=list(_BOX), mask=absent)


def _metadata(kind: Kind, about: dict[str, Any], whole: Bounds | None) -> dict[str, str]:
    told = {"gramreach": orjson.dumps(about).decode()}
    if kind.shape is None:
        return told
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [kind.shape],  # no `crs`: longitude and latitude, OGC:CRS84
        "covering": {"bbox": {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if whole is not None:
        column["bbox"] = list(whole)
    geo = {"version": "1.1.0", "primary_column": arrow.GEOMETRY, "columns": {arrow.GEOMETRY: column}}
    return told | {"geo": orjson.dumps(geo).decode()}


def _bounds(place: Place) -> Bounds | None:
    if place is None:
        return None
    if isinstance(place, tuple):
        lon, lat = round(place[0], DIGITS), round(place[1], DIGITS)
        return lon, lat, lon, lat
    rings = [place["coordinates"]] if place["type"] == "LineString" else place["coordinates"]
    pairs = [pair for ring in rings for pair in ring]
    return _around([(lon, lat, lon, lat) for lon, lat in pairs])


def _around(boxes: list[Bounds]) -> Bounds | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    found = min(west), min(south), max(east), max(north)
    return found if all(map(math.isfinite, found)) else None
