"""One export: kind, format, whose scope, which filters -> a stream of bytes with its name and type, or a file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.errors import BadFilter, NotFound
from backend.exports import geojson, kml, tables, zips
from backend.exports.files import FILE_TYPES, SEVERAL, WRITERS
from backend.exports.sources import Source

STREAM_TYPES = {
    "geojson": "application/geo+json",
    "geojsonseq": "application/geo+json-seq",
    "csv": "text/csv; charset=utf-8",
    "kml": "application/vnd.google-earth.kml+xml",
}
TYPES = STREAM_TYPES | FILE_TYPES
ENDINGS = {"geoparquet": "parquet"}


@dataclass(frozen=True)
class Export:
    filename: str
    content_type: str
    chunks: Iterator[bytes]


def streams(form: str) -> bool:
    """Whether this format can be sent while it is made. Raises NotFound where there is no such format."""
    if form not in TYPES:
        raise NotFound(f"No format {form!r}. There are: {', '.join(TYPES)}.", where="format", code="unknown_format")
    return form in STREAM_TYPES


def check_tables(source: Source, form: str) -> None:
    """Raises BadFilter where a format holds one table and there are several, or none of its rows lies anywhere."""
    if len(source.parts) > 1 and form not in (*SEVERAL, "csv"):
        raise BadFilter(f"{form} holds one table. Take csv (a zip), xlsx or gpkg, or leave tables out.", where="tables")
    if form == "fgb" and source.parts[0].kind.shape is None:
        raise BadFilter("This form asks for no place, and fgb holds places. Take csv or xlsx.", where="format")


def ending(source: Source, form: str) -> str:
    return "csv.zip" if form == "csv" and len(source.parts) > 1 else ENDINGS.get(form, form)


def filename(source: Source, form: str) -> str:
    return f"gramreach-{source.name}-{dt.datetime.now(dt.UTC):%Y%m%d}.{ending(source, form)}"


@contextmanager
def written(source: Source, form: str, folder: Path) -> Iterator[Path]:
    """The export as a file below `folder`, whole and on the disk, to be moved to where it belongs: until then it lies in
    a folder of its own, and whatever breaks off leaves nothing behind.
    """
    with TemporaryDirectory(prefix=".part-", dir=folder) as part:
        path = Path(part) / f"whole.{ending(source, form)}"
        write(source, form, path)
        with path.open("rb") as whole:
            os.fsync(whole.fileno())
        yield path


def export(source: Source, form: str) -> Export:
    """What goes wrong after the first rows is raised in the middle of the stream, which then must not be ended as if it
    were whole.
    """
    check_tables(source, form)
    zipped = form == "csv" and len(source.parts) > 1
    content_type = "application/zip" if zipped else STREAM_TYPES[form]
    return Export(filename(source, form), content_type, _begun(_written(source, form)))


def write(source: Source, form: str, path: Path) -> None:
    """Into a file, whole or with an error; a format that streams too."""
    check_tables(source, form)
    if not streams(form):
        WRITERS[form](source, path)
        return
    with path.open("wb") as target:
        for chunk in _written(source, form):
            target.write(chunk)


def _written(source: Source, form: str) -> Iterator[bytes]:
    if len(source.parts) > 1:
        return zips.tables(source)
    (part,) = source.parts
    if form == "geojson":
        return geojson.collection(part.kind, part.rows(), source.about, source.end)
    if form == "kml":
        return kml.document(part.kind, part.rows(), source.about)
    return geojson.lines(part.kind, part.rows()) if form == "geojsonseq" else tables.lines(part.kind, part.rows())


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """With the first features already read: what cannot begin answers with its error, not with a broken file."""
    first = [next(chunks, b""), next(chunks, b"")]

    def rest() -> Iterator[bytes]:
        yield from first
        yield from chunks

    return rest()
