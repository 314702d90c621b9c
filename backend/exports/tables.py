"""CSV, streamed: columns as `fields` names them, then longitude and latitude (or `wkt`, of lines and areas); UTF-8 without
a mark, blank for none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from backend.exports.fields import Kind
from backend.exports.form_tables import wkt
from backend.exports.rows import BROKEN, DIGITS, Place, Row

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a text begins that a spreadsheet would run


def headings(kind: Kind) -> tuple[str, ...]:
    if kind.shape is None:
        return kind.names
    return (*kind.names, "lon", "lat") if kind.shape == "Point" else (*kind.names, "wkt")


def spot(kind: Kind, place: Place) -> tuple[Any, ...]:
    """The place, in the columns that stand after those of the kind."""
    if kind.shape == "Point":
        return (round(place[0], DIGITS), round(place[1], DIGITS)) if isinstance(place, tuple) else (None, None)
    if kind.shape is None:
        return ()
    return (wkt(place) if isinstance(place, dict) else None,)


def lines(kind: Kind, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """A file that broke off ends in a row that says so, and in a quote that is never closed: see `geojson.lines`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(headings(kind))
    try:
        for chunk in chunks:
            for _, place, values in chunk:
                writer.writerow((*map(_cell, values), *spot(kind, place)))
            yield _taken(out)
    except Exception:
        writer.writerow([BROKEN if name == kind.id else "" for name in headings(kind)])
        yield _taken(out) + f'"{BROKEN}'.encode()
        raise
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return written


def _cell(value: object) -> object:
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value  # a spreadsheet would run it
    return value
