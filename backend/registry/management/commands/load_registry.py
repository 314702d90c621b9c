"""`gramreach load_registry [DIR]`: the registry's CSV files into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.errors import GramReachError
from backend.registry import services


class Command(BaseCommand):
    help = "Load clusters, centres, technologies and areas from CSV files; again without duplicates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "data")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            loaded = services.load_registry(folder)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        for table, rows, new in loaded:
            self.stdout.write(f"{table:<20} {rows:>6} rows {new:>6} new")
