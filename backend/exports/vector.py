"""GeoPackage and FlatGeobuf: GDAL writes them, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyogrio.raw import write_arrow

from backend.exports import arrow
from backend.exports.fields import Kind
from backend.exports.rows import Chunks
from backend.exports.sources import Source

_CRS = "EPSG:4326"


def geopackage(source: Source, path: Path) -> None:
    """A layer for each table; what the file says of itself is its metadata."""
    about = {name: str(value) for name, value in source.about.items()}
    for part in source.parts:
        _write(part.kind, part.rows(), path, "GPKG", dataset_metadata=about)


def flatgeobuf(source: Source, path: Path) -> None:
    """With its index, by which a reader fetches a box over the network; without it where a row has no place: the index
    takes none such, and rows matter more.
    """
    (part,) = source.parts
    try:
        _write(part.kind, _placed(part.rows()), path, "FlatGeobuf", DESCRIPTION=part.kind.about)
    except _WithoutPlace:
        path.unlink(missing_ok=True)
        _write(part.kind, part.rows(), path, "FlatGeobuf", DESCRIPTION=part.kind.about, SPATIAL_INDEX="NO")


class _WithoutPlace(Exception):
    pass


def _placed(chunks: Chunks) -> Chunks:
    for chunk in chunks:
        if any(place is None for _, place, _ in chunk):
            raise _WithoutPlace
        yield chunk


def _write(kind: Kind, chunks: Chunks, path: Path, driver: str, **options: Any) -> None:
    shape = kind.shape
    schema = arrow.schema(kind, None if shape is None else pa.field(arrow.GEOMETRY, pa.binary()))
    failed: list[BaseException] = []
    stream = pa.RecordBatchReader.from_batches(schema, _batches(kind, chunks, schema, failed))
    geometry = {} if shape is None else {"geometry_name": arrow.GEOMETRY, "geometry_type": shape, "crs": _CRS}
    try:
        write_arrow(stream, path, layer=kind.name, driver=driver, **geometry, **options)
    except Exception:
        if failed:
            raise failed[0] from None  # GDAL hands on its text only
        raise


def _batches(kind: Kind, chunks: Chunks, schema: pa.Schema, failed: list[BaseException]) -> Iterator[pa.RecordBatch]:
    try:
        for rows in arrow.batches(kind, chunks):
            columns = arrow.columns(kind, rows)
            if kind.shape is not None:
                columns.append(pa.array([arrow.wkb(place) for _, place, _ in rows], pa.binary()))
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
    except BaseException as error:
        failed.append(error)
        raise
