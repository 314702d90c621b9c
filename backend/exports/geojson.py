"""GeoJSON (RFC 7946), streamed: a header with the rule and the filters in force, features, and the end only at the end.

A file that was cut off is no JSON, so nobody takes it for a whole one. One feature a line; memory does not grow with
their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from backend.exports.fields import Kind
from backend.exports.rows import Row

CRS_DIGITS = 6  # about 0.1 m: what RFC 7946 recommends


def collection(kind: Kind, chunks: Iterable[list[Row]], about: dict[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection with `about` as foreign members before the features."""
    header = {"type": "FeatureCollection", "name": kind.name, **about, "features": []}
    yield orjson.dumps(header)[:-2] + b"\n"
    comma = b""
    for chunk in chunks:
        if chunk:
            yield comma + b",\n".join(_features(kind.names, chunk))
            comma = b",\n"
    yield b"\n]}\n"


def lines(kind: Kind, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """Newline-delimited features (GeoJSONSeq without record separators, as GDAL and tippecanoe write it)."""
    for chunk in chunks:
        if chunk:
            yield b"\n".join(_features(kind.names, chunk)) + b"\n"


def _features(names: Sequence[str], chunk: list[Row]) -> Iterator[bytes]:
    dumps = orjson.dumps
    for feature_id, lon, lat, values in chunk:
        point = None if lon is None or lat is None else {"type": "Point", "coordinates": (_degrees(lon), _degrees(lat))}
        properties = dict(zip(names, values, strict=True))
        yield dumps({"type": "Feature", "id": feature_id, "geometry": point, "properties": properties})


def _degrees(value: float) -> float:
    return round(value, CRS_DIGITS)
