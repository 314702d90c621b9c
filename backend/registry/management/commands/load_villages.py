"""`gramreach load_villages FILE`: an official (LGD), Census or own village list into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backend.errors import GramReachError
from backend.registry.village_files import HEADINGS, Progress
from backend.registry.village_import import Imported, load_villages


class Command(BaseCommand):
    help = "Load a village list (CSV, XLSX or ZIP of CSV): LGD, Census or one of your own; again without duplicates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--map",
            nargs="+",
            default=[],
            action="extend",
            metavar="OURS=THEIRS",
            help=f"which heading a column has; ours are {', '.join(HEADINGS)}",
        )
        parser.add_argument("--rejects", type=Path, help="CSV for the rows that could not be loaded, with the reason")
        parser.add_argument("--list-name", default="", help="what the list is called as a denominator")
        parser.add_argument("--code-prefix", choices=["lgd", "demo"], default="lgd")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        columns = dict(_pair(text) for text in options["map"])
        rejects = options["rejects"] or file.with_name(f"{file.stem}-rejects.csv")
        with tqdm(desc=file.name, unit_scale=True, disable=None) as bar:

            def show(progress: Progress) -> None:
                bar.total, bar.unit = progress.total, progress.unit
                bar.update(min(progress.done, progress.total) - bar.n)

            try:
                figures = load_villages(
                    file,
                    columns=columns,
                    rejects=rejects,
                    list_name=options["list_name"],
                    prefix=options["code_prefix"],
                    on_progress=show,
                )
            except GramReachError as error:
                raise CommandError(error.detail) from error
        self._print(figures, rejects)

    def _print(self, figures: Imported, rejects: Path) -> None:
        write = self.stdout.write
        write(f"{figures.rows} rows: {figures.new} new villages, {figures.known} known, {figures.renamed} renamed.")
        write(f"{figures.without_place} villages without a place, {figures.without_district} without a district.")
        for name, count in figures.unknown_districts.most_common(10):
            write(f"  no such district in its state: {name} ({count})")
        if figures.rejected or figures.places_refused:
            write(f"{figures.rejected} rows not loaded, {figures.places_refused} without their place: see {rejects}")


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or not theirs:
        raise CommandError(f'--map {text}: write OURS=THEIRS, for example code="Village Code".')
    return ours.strip(), theirs.strip()
