"""GeoJSON (RFC 7946), streamed: a header with the rule and the filters in force, features, and the end only at the end.

A file that was cut off is no JSON, so nobody takes it for a whole one. One feature a line; memory does not grow with
their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from backend.exports.fields import Kind
from backend.exports.rows import BROKEN, Row, geometry


def collection(
    kind: Kind,
    chunks: Iterable[list[Row]],
    about: dict[str, Any],
    end: Callable[[], dict[str, Any]] | None = None,
) -> Iterator[bytes]:
    """A FeatureCollection with `about` as foreign members before the features, and those of `end` after them."""
    header = {"type": "FeatureCollection", "name": kind.name, **about, "features": []}
    yield orjson.dumps(header)[:-2] + b"\n"
    between = b""
    for chunk in chunks:
        if chunk:
            yield between + features(kind.names, chunk, b",\n")
            between = b",\n"
    yield b"\n]" + (b"," + orjson.dumps(end())[1:] if end is not None else b"}") + b"\n"


def lines(kind: Kind, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """Newline-delimited features (GeoJSONSeq without record separators, as GDAL and tippecanoe write it).

    Such a file has no end of its own, and the server ends a broken response as it ends a whole one. So a broken one ends
    in a feature that says so, for readers who pass over what they cannot read (GDAL does), and in a line that is no JSON.
    """
    try:
        for chunk in chunks:
            if chunk:
                yield features(kind.names, chunk, b"\n") + b"\n"
    except Exception:
        properties = dict.fromkeys(kind.names) | {kind.id: BROKEN}
        last = {"type": "Feature", "id": BROKEN, "geometry": None, "properties": properties}
        yield orjson.dumps(last) + b'\n{"error": "' + BROKEN.encode() + b"\n"
        raise


def features(names: Sequence[str], chunk: list[Row], between: bytes) -> bytes:
    """One to a line. The same dictionaries are filled again for each: making new ones would take twice as long."""
    properties: dict[str, Any] = dict.fromkeys(names)
    feature: dict[str, Any] = {"type": "Feature", "id": None, "geometry": None, "properties": properties}
    written = []
    for key, place, values in chunk:
        feature["id"], feature["geometry"] = key, geometry(place)
        properties.update(zip(names, values, strict=True))
        written.append(orjson.dumps(feature))
    return between.join(written)
