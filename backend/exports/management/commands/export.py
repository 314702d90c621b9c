"""`gramreach export KIND`: what `GET /api/v1/export/{kind}.{format}` gives, into a file."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from backend.accounts.who import Who
from backend.audit.models import Action
from backend.audit.services import record
from backend.deployments.filters import NAMES as FILTERS
from backend.deployments.filters import Filters, parse
from backend.errors import GramReachError
from backend.exports.photos import photos
from backend.exports.sources import NAMES, Source, source
from backend.exports.streams import TYPES, export, streams, written


class Command(BaseCommand):
    help = (
        "Export reports, deployments, villages, centres, needs, trainings or the submissions of any form, with the filters "
        "that maps have too; or photos, as a ZIP."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", help=", ".join((*NAMES, PHOTOS)))
        parser.add_argument("--format", default="", help=f"{', '.join(TYPES)}; geojson if nothing is said")
        parser.add_argument("--form", default="", metavar="F", help="the form of submissions, or of photos")
        parser.add_argument(
            "--tables",
            action="store_true",
            help="with the form's repeats as tables of their own: csv (a ZIP), xlsx, gpkg",
        )
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="the file to write; - for the output"
        )
        for name in FILTERS:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=f"filter_{name}", default="", metavar="VALUE")

    def handle(self, *args: Any, kind: str, format: str, form: str, tables: bool, out: Path, **options: Any) -> None:
        chosen = {name: value for name in FILTERS if (value := options[f"filter_{name}"])}
        _read_lightly()
        try:
            filters = parse(chosen)
            record(None, Action.EXPORTED, f"export:{kind}.{format or 'geojson'}", form=form, filters=filters.query())
            if kind == PHOTOS:
                rows = _photos(filters, form or "village_report", out)
            else:
                rows = _rows(source(kind, _EVERYBODY, filters, form=form, tables=tables), format or "geojson", out)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        if str(out) != "-":
            self.stdout.write(f"{rows} {'photos' if kind == PHOTOS else 'rows'}: {out}")


PHOTOS = "photos"
_EVERYBODY = Who("administrator", everywhere=True)


class _Bar:
    """Counts, and shows how far it is."""

    def __init__(self, what: str, most: int | None = None) -> None:
        self.count = 0
        self.bar = tqdm(desc=what, total=most, unit=" rows", unit_scale=True, disable=None)

    def __call__(self, count: int) -> None:
        self.count += count
        self.bar.update(count)


def _rows(source: Source, form: str, out: Path) -> int:
    bar = _Bar(source.name, source.most)
    with bar.bar:
        watched = source.watched(bar)
        if streams(form):
            _write(out, export(watched, form).chunks)
        elif str(out) == "-":
            raise CommandError(f"{form} is written into a file: --out FILE.")
        else:
            with _told(out), written(watched, form, out.parent) as whole:
                whole.replace(out)
    return bar.count


def _photos(filters: Filters, form: str, out: Path) -> int:
    bar = _Bar(PHOTOS)
    with bar.bar:
        _write(out, photos(_EVERYBODY, filters, form, bar))
    return bar.count


def _read_lightly() -> None:
    """Everything is read once and in order: SQLite's cache and mapped file would only make the process look large.

    And what is loaded by now stays: the collector need not look through it again for every chunk.
    """
    gc.freeze()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-8192")  # KB


def _write(out: Path, chunks: Iterator[bytes]) -> None:
    """Under its name only when it is whole: a file cut off is never taken for an export."""
    if str(out) == "-":
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        return
    with _told(out), TemporaryDirectory(prefix=".part-", dir=out.parent) as part:
        whole = Path(part) / "whole"
        with whole.open("wb") as target:
            for chunk in chunks:
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        whole.replace(out)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{out} could not be written: {error.strerror}.") from error
