"""Rows as Arrow batches: the way into GeoPackage, FlatGeobuf and GeoParquet without holding them all.

pyarrow is 100 MB in memory: whoever imports this module writes such a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from backend.exports.fields import Kind
from backend.exports.rows import DIGITS, Chunks, Place, Row

GEOMETRY = "geometry"
BATCH = 10_000  # rows
_TYPES = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
}  # fmt: skip
_AS_TEXT = ("date", "datetime")  # rows carry these as ISO text
_POINT = struct.Struct("<BIdd")


def schema(kind: Kind, geometry: pa.Field | None = None) -> pa.Schema:
    """`geometry`: the field of that column, for a kind whose rows have places."""
    columns = [pa.field(field.name, _TYPES[field.type]) for field in kind.fields]
    return pa.schema([*columns, geometry] if geometry is not None else columns)


def batches(kind: Kind, chunks: Chunks, size: int = BATCH) -> Iterator[list[Row]]:
    """The same rows in larger portions."""
    held: list[Row] = []
    for chunk in chunks:
        held += chunk
        if len(held) >= size:
            yield held
            held = []
    if held:
        yield held


def columns(kind: Kind, rows: Sequence[Row]) -> list[pa.Array]:
    found = []
    for field, column in zip(kind.fields, zip(*(values for _, _, values in rows), strict=True), strict=True):
        kept = pa.array(column, pa.string() if field.type in _AS_TEXT else _TYPES[field.type])
        found.append(kept.cast(_TYPES[field.type]) if field.type in _AS_TEXT else kept)
    return found


def wkb(place: Place) -> bytes | None:
    if isinstance(place, tuple):
        return _POINT.pack(1, 1, round(place[0], DIGITS), round(place[1], DIGITS))
    return None if place is None else _of_shape(place)


def _of_shape(shape: dict[str, Any]) -> bytes:
    """A line or an area; of two numbers each, little-endian (ISO 19125)."""
    if shape["type"] == "LineString":
        return struct.pack("<BI", 1, 2) + _ring(shape["coordinates"])
    rings = shape["coordinates"]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(map(_ring, rings))


def _ring(positions: Sequence[Sequence[float]]) -> bytes:
    return struct.pack(f"<I{2 * len(positions)}d", len(positions), *(number for pair in positions for number in pair))
