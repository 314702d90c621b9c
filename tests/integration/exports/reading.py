"""The files as other people's programs read them: rows of plain values, the place as (longitude, latitude) or text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import orjson
import pandas as pd
import pyogrio

from backend.exports.fields import Kind
from backend.exports.fields import Type as FieldType

Rows = list[dict[str, Any]]
PLACE = "_place"


def geojson(path: Path, kind: Kind) -> Rows:
    return [of_feature(feature) for feature in orjson.loads(path.read_bytes())["features"]]


def geojsonseq(path: Path, kind: Kind) -> Rows:
    return [of_feature(orjson.loads(line)) for line in path.read_bytes().splitlines()]


def of_feature(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = feature["geometry"]
    return {**feature["properties"], PLACE: geometry and tuple(geometry["coordinates"])}


def of_csv(path: Path, kind: Kind) -> Rows:
    return [_typed(row, kind) for row in csv.DictReader(io.StringIO(path.read_bytes().decode()))]


def _typed(row: dict[str, str], kind: Kind) -> dict[str, Any]:
    place = (float(row["lon"]), float(row["lat"])) if row["lon"] else None
    return {f.name: _FROM_TEXT[f.type](row[f.name]) if row[f.name] else None for f in kind.fields} | {PLACE: place}


_FROM_TEXT: dict[FieldType, Callable[[str], Any]] = {
    "text": str, "date": str, "datetime": str, "integer": int, "number": float, "boolean": lambda text: text == "true",
}  # fmt: skip


def xlsx(path: Path, kind: Kind) -> Rows:
    book = openpyxl.load_workbook(path, read_only=True)
    headings, *lines = book[kind.name].iter_rows(values_only=True)
    rows = []
    for line in lines:
        row = {name: _plain(value, kind, name) for name, value in zip(headings, line, strict=True)}
        lon, lat = row.pop("lon"), row.pop("lat")
        rows.append(row | {PLACE: None if lon is None else (lon, lat)})
    return rows


def _plain(value: Any, kind: Kind, name: Any) -> Any:
    types = {field.name: field.type for field in kind.fields}
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if types[name] == "date" else f"{value.isoformat()}Z"
    return value


def gpkg(path: Path, kind: Kind) -> Rows:
    return of_frame(pyogrio.read_dataframe(path, layer=kind.name), kind)


def fgb(path: Path, kind: Kind) -> Rows:
    return of_frame(pyogrio.read_dataframe(path), kind)


def geoparquet(path: Path, kind: Kind) -> Rows:
    return of_frame(geopandas.read_parquet(path), kind)


def kml(path: Path, kind: Kind) -> Rows:
    """GDAL takes a column `name` for the name of the placemark, which is the same."""
    frame = pyogrio.read_dataframe(path)
    return of_frame(frame.assign(name=frame["Name"]) if "name" in kind.names else frame, kind)


def of_frame(frame: Any, kind: Kind) -> Rows:
    rows = []
    for row in frame.to_dict("records"):
        place = row.get("geometry")
        values = {field.name: _of_cell(row.get(field.name), field.type) for field in kind.fields}
        rows.append(values | {PLACE: None if place is None or place.is_empty else tuple(place.coords[0])})
    return rows


def _of_cell(value: Any, type_: FieldType) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp | dt.datetime):
        return f"{value:%Y-%m-%d}" if type_ == "date" else f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if type_ == "integer":
        return int(value)
    if type_ == "boolean":
        return bool(int(value))
    return value.isoformat() if isinstance(value, dt.date) else value


READERS: dict[str, Callable[[Path, Kind], Rows]] = {
    "geojsonseq": geojsonseq, "csv": of_csv, "xlsx": xlsx, "gpkg": gpkg, "fgb": fgb, "geoparquet": geoparquet, "kml": kml,
}  # fmt: skip
