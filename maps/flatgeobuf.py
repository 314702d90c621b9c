"""Reads a FlatGeobuf file of polygons with NumPy and shapely alone.

GDAL's readers bring pandas and GDAL along, some 90 MB, into every process that only asks which district a point lies in.
The format: https://flatgeobuf.org (version 3); its tables are FlatBuffers: a table begins with the distance back to its
vtable, where slot n holds how far into the table its field n lies, 0 for an absent one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

MAGIC = b"fgb\x03fgb"
_NODE = 40  # bytes of a node of the spatial index, which lies between header and features and is not needed here
# By ColumnType: how a value is packed among a feature's properties. Texts (and their like) carry their length.
_FORMATS = ("<b", "<B", "<?", "<h", "<H", "<i", "<I", "<q", "<Q", "<f", "<d")


class _Table:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.vtable = at - struct.unpack_from("<i", data, at)[0]
        self.slots = struct.unpack_from("<H", data, self.vtable)[0]

    def number(self, slot: int, form: str, default: int = 0) -> int:
        place = self._place(slot)
        return int(struct.unpack_from(form, self.data, place)[0]) if place else default

    def table(self, slot: int) -> _Table | None:
        place = self._place(slot)
        return _Table(self.data, place + _uint(self.data, place)) if place else None

    def tables(self, slot: int) -> list[_Table]:
        start, count = self._vector(slot)
        return [_Table(self.data, at + _uint(self.data, at)) for at in range(start, start + 4 * count, 4)]

    def array(self, slot: int, kind: str) -> Any:
        start, count = self._vector(slot)
        return np.frombuffer(self.data, kind, count, start)

    def bytes(self, slot: int) -> bytes:
        start, count = self._vector(slot)
        return self.data[start : start + count]

    def _place(self, slot: int) -> int:
        entry = 4 + 2 * slot
        offset = struct.unpack_from("<H", self.data, self.vtable + entry)[0] if entry < self.slots else 0
        return self.at + int(offset) if offset else 0

    def _vector(self, slot: int) -> tuple[int, int]:
        place = self._place(slot)
        if not place:
            return 0, 0
        at = place + _uint(self.data, place)
        return at + 4, _uint(self.data, at)


def read(path: Path, columns: Sequence[str]) -> tuple[list[dict[str, Any]], Any]:
    """The features in the file's order: what they say in `columns` (None where nothing), and their shapes in two
    dimensions, an array of MultiPolygons.
    """
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{path} is no FlatGeobuf file of version 3.")
    header = _Table(data, 12 + _uint(data, 12))
    fields = [(field.bytes(0).decode(), field.number(1, "<B")) for field in header.tables(7)]
    at = 12 + _uint(data, 8) + _index_size(header.number(8, "<Q"), header.number(9, "<H", 16))
    rows, shapes = [], []
    while at < len(data):
        feature = _Table(data, at + 4 + _uint(data, at + 4))
        said = dict(_properties(feature.bytes(1), fields))
        rows.append({name: said.get(name) for name in columns})
        shapes.append(_shape(feature.table(0)))
        at += 4 + _uint(data, at)
    return rows, np.array(shapes, dtype=object)


def _index_size(features: int, node_size: int) -> int:
    """A packed R-tree: all features, then level upon level of boxes of `node_size` until one holds all."""
    if node_size == 0 or features == 0:
        return 0
    nodes = level = features
    while level > 1:
        level = -(-level // node_size)
        nodes += level
    return nodes * _NODE


def _properties(packed: bytes, fields: Sequence[tuple[str, int]]) -> Iterator[tuple[str, Any]]:
    at = 0
    while at < len(packed):
        name, kind = fields[struct.unpack_from("<H", packed, at)[0]]
        at += 2
        if kind < len(_FORMATS):
            yield name, struct.unpack_from(_FORMATS[kind], packed, at)[0]
            at += struct.calcsize(_FORMATS[kind])
        else:
            length = _uint(packed, at)
            yield name, packed[at + 4 : at + 4 + length].decode()
            at += 4 + length


def _shape(geometry: _Table | None) -> Any:
    return shapely.MultiPolygon([_polygon(part) for part in geometry.tables(7) or [geometry]] if geometry else [])


def _polygon(part: _Table) -> Any:
    """`ends` says after how many points each ring ends; a single ring needs none."""
    points = part.array(1, "<f8").reshape(-1, 2)
    rings = [shapely.linearrings(ring) for ring in np.split(points, part.array(0, "<u4")[:-1])]
    return shapely.polygons(rings[0], holes=rings[1:] or None)


def _uint(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
