"""`gramreach export KIND`: what `GET /api/v1/export/{kind}.{format}` gives, into a file."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from backend.accounts.who import Who
from backend.deployments.filters import NAMES, parse
from backend.errors import GramReachError
from backend.exports.streams import READERS, TYPES, export


class Command(BaseCommand):
    help = "Export reports, deployments, villages, centres, needs or trainings, with the filters that maps have too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", help=", ".join(READERS))
        parser.add_argument("--format", default="geojson", help=", ".join(TYPES))
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="the file to write; - for the output"
        )
        for name in NAMES:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=f"filter_{name}", default="", metavar="VALUE")

    def handle(self, *args: Any, kind: str, format: str, out: Path, **options: Any) -> None:
        chosen = {name: options[f"filter_{name}"] or "" for name in NAMES}
        _read_lightly()
        rows = 0
        with tqdm(desc=kind, unit=" rows", unit_scale=True, disable=None) as bar:

            def seen(count: int) -> None:
                nonlocal rows
                rows += count
                bar.update(count)

            try:
                filters = parse({name: value for name, value in chosen.items() if value})
                file = export(kind, format, Who("administrator", everywhere=True), filters, seen)
            except GramReachError as error:
                raise CommandError(error.detail) from error
            with _written(out) as target:
                for chunk in file.chunks:
                    target.write(chunk)
        if str(out) != "-":
            self.stdout.write(f"{rows} rows: {out}")


def _read_lightly() -> None:
    """Everything is read once and in order: SQLite's cache and mapped file would only make the process look large.

    And what is loaded by now stays: the collector need not look through it again for every chunk.
    """
    gc.freeze()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-8192")  # KB


@contextmanager
def _written(out: Path) -> Iterator[BinaryIO]:
    """Under another name until it is whole: a file cut off is never taken for an export."""
    if str(out) == "-":
        yield sys.stdout.buffer
        return
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise CommandError(f"{out} could not be written: {error.strerror}.") from error
    part.replace(out)
