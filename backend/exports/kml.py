"""KML 2.2, streamed: a placemark each row, its columns as extended data. Without its last tag it is no XML, so nobody takes
a file that was cut off for a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from backend.exports.fields import Kind, Type
from backend.exports.rows import DIGITS, Place, Row

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES: Mapping[Type, str] = {"integer": "int", "number": "double", "boolean": "bool"}  # KML has no others of ours
_NAMES = ("label", "technology_name", "name", "village_name", "need", "topic")  # what a placemark is called
_WHEN = ("visit_date", "last_visit", "started")


def document(kind: Kind, chunks: Iterable[list[Row]], about: Mapping[str, Any]) -> Iterator[bytes]:
    yield _head(kind, about).encode()
    called = next((name for name in _NAMES if name in kind.names), kind.id)
    when = next((name for name in _WHEN if name in kind.names), None)
    columns = [f"<SimpleData name={quoteattr(name)}>" for name in kind.names]
    name_at, when_at = kind.names.index(called), kind.names.index(when) if when else None
    for chunk in chunks:
        yield "".join(
            _placemark(key, place, values, columns, values[name_at], None if when_at is None else values[when_at])
            for key, place, values in chunk
        ).encode()
    yield b"</Document>\n</kml>\n"


def _head(kind: Kind, about: Mapping[str, Any]) -> str:
    fields = "".join(
        f"<SimpleField name={quoteattr(f.name)} type={quoteattr(_TYPES.get(f.type, 'string'))}/>" for f in kind.fields
    )
    said = "; ".join(f"{name}: {value}" for name, value in about.items() if value)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{_text(kind.name)}</name><description>{_text(said)}</description>"
        f'<Schema name={quoteattr(kind.name)} id="columns">{fields}</Schema>\n'
    )


def _placemark(
    key: str, place: Place, values: tuple[Any, ...], columns: list[str], called: Any, when: str | None
) -> str:
    data = "".join(
        f"{column}{_value(value)}</SimpleData>"
        for column, value in zip(columns, values, strict=True)
        if value is not None
    )
    time = f"<TimeStamp><when>{when}</when></TimeStamp>" if when else ""
    return (
        f"<Placemark><name>{_text(called if called is not None else key)}</name>{time}"
        f'<ExtendedData><SchemaData schemaUrl="#columns">{data}</SchemaData></ExtendedData>{_geometry(place)}</Placemark>\n'
    )


def _value(value: Any) -> str:
    if value is True or value is False:
        return "1" if value else "0"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: Any) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def _geometry(place: Place) -> str:
    if place is None:
        return ""
    if isinstance(place, tuple):
        return f"<Point><coordinates>{round(place[0], DIGITS)},{round(place[1], DIGITS)}</coordinates></Point>"
    if place["type"] == "LineString":
        return f"<LineString>{_positions(place['coordinates'])}</LineString>"
    outer, *inner = (f"<LinearRing>{_positions(ring)}</LinearRing>" for ring in place["coordinates"])
    holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"


def _positions(positions: Iterable[tuple[float, float]]) -> str:
    return f"<coordinates>{' '.join(f'{lon},{lat}' for lon, lat in positions)}</coordinates>"
