"""One export: kind, format, whose scope, which filters -> a stream of bytes with its name and type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.errors import NotFound
from backend.exports import geojson, tables
from backend.exports.answered import needs, trainings
from backend.exports.deployments import deployments
from backend.exports.fields import KINDS, Kind
from backend.exports.queries import rule
from backend.exports.reports import reports
from backend.exports.rows import Chunks


def _villages(who: Who, filters: Filters) -> Chunks:
    from backend.exports.villages import villages  # with pandas: 60 MB that the others need not carry

    return villages(who, filters)


def _centres(who: Who, filters: Filters) -> Chunks:
    from backend.exports.centres import centres  # with pandas too

    return centres(who, filters)


READERS: dict[str, Callable[[Who, Filters], Chunks]] = {
    "reports": reports,
    "deployments": deployments,
    "villages": _villages,
    "centres": _centres,
    "needs": needs,
    "trainings": trainings,
}
TYPES = {
    "geojson": "application/geo+json",
    "geojsonseq": "application/geo+json-seq",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Export:
    filename: str
    content_type: str
    chunks: Iterator[bytes]


def export(kind: str, form: str, who: Who, filters: Filters, seen: Callable[[int], Any] | None = None) -> Export:
    """`seen` is told how many features were read, chunk by chunk. Raises NotFound, NotAllowed and BadFilter at once.

    What goes wrong later is raised in the middle of the stream, which then must not be ended as if it were whole.
    """
    who.require(who.may_export, "export")
    if kind not in READERS:
        raise NotFound(
            f"There is no kind {kind!r}. There are: {', '.join(READERS)}.", where="kind", code="unknown_kind"
        )
    if form not in TYPES:
        raise NotFound(f"No format {form!r}. There are: {', '.join(TYPES)}.", where="format", code="unknown_format")
    now = dt.datetime.now(dt.UTC)
    rows = READERS[kind](who, filters)
    if seen is not None:
        rows = _counted(rows, seen)
    chunks = _begun(_written(KINDS[kind], form, rows, about(filters, now)))
    return Export(f"gramreach-{kind}-{now:%Y%m%d}.{form}", TYPES[form], chunks)


def about(filters: Filters, now: dt.datetime) -> dict[str, Any]:
    """What a file says of itself: the rule in force, the day, the filters."""
    moment = filters.known_at or now
    return {
        "rule": rule(),
        "as_of": filters.day.isoformat(),
        "known_at": f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "generated_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "filters": filters.query(),
        "fields": "/api/v1/export/fields",
    }


def _written(kind: Kind, form: str, rows: Chunks, about: dict[str, Any]) -> Iterator[bytes]:
    if form == "geojson":
        return geojson.collection(kind, rows, about)
    return geojson.lines(kind, rows) if form == "geojsonseq" else tables.lines(kind, rows)


def _counted(rows: Chunks, seen: Callable[[int], Any]) -> Chunks:
    for chunk in rows:
        seen(len(chunk))
        yield chunk


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """With the first features already read: what cannot begin answers with its error, not with a broken file."""
    first = [next(chunks, b""), next(chunks, b"")]

    def rest() -> Iterator[bytes]:
        yield from first
        yield from chunks

    return rest()
