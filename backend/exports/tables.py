"""CSV, streamed: columns as `fields` names them, then longitude and latitude; UTF-8 without a mark, blank for none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from backend.exports.fields import Kind
from backend.exports.rows import BROKEN, Row

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(kind: Kind, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """A file that broke off ends in a row that says so, and in a quote that is never closed: see `geojson.lines`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow((*kind.names, "lon", "lat"))
    try:
        for chunk in chunks:
            for _, lon, lat, values in chunk:
                writer.writerow((*map(_cell, values), _degrees(lon), _degrees(lat)))
            yield _taken(out)
    except Exception:
        writer.writerow([BROKEN if name == kind.id else "" for name in (*kind.names, "lon", "lat")])
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
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value  # a spreadsheet would run it
    return value


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
