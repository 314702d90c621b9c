"""Formats that cannot stream, because they know their end before their beginning: written into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backend.exports.sources import Source

Write = Callable[[Source, Path], None]


def _xlsx(source: Source, path: Path) -> None:
    from backend.exports.xlsx import workbook

    workbook(source, path)


def _gpkg(source: Source, path: Path) -> None:
    from backend.exports.vector import geopackage

    geopackage(source, path)


def _fgb(source: Source, path: Path) -> None:
    from backend.exports.vector import flatgeobuf

    flatgeobuf(source, path)


def _geoparquet(source: Source, path: Path) -> None:
    from backend.exports.geoparquet import geoparquet

    geoparquet(source, path)


# Each loads what it needs: 100 MB that neither a server nor a stream must carry.
WRITERS: dict[str, Write] = {"xlsx": _xlsx, "gpkg": _gpkg, "fgb": _fgb, "geoparquet": _geoparquet}
FILE_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/vnd.flatgeobuf",
    "geoparquet": "application/vnd.apache.parquet",
}
SEVERAL = ("xlsx", "gpkg")  # hold several tables
