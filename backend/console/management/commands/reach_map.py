from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.console.drawing import VIEWS, picture, view_of
from backend.console.drawn import page_of
from backend.deployments.filters import NAMES, parse
from backend.errors import GramReachError
from maps.picture import ReplicationMap
from maps.slide import slide


class Command(BaseCommand):
    help = "Write a reach map to a file that opens without a network (.html), or as a slide (.png)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="F.html or F.png")
        parser.add_argument("--view", choices=VIEWS, help="default: the centre's map with one --centre, else national")
        for name in NAMES:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=f"filter_{name}", metavar="VALUE")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if out.suffix not in (".html", ".png"):
            raise CommandError(f"{out}: a map is written as .html or as .png.")
        given = {name: options[f"filter_{name}"] for name in NAMES if options[f"filter_{name}"]}
        try:
            filters = parse(given)
            drawn = picture(filters, view_of(filters, options["view"]), None, links=False)
        except GramReachError as error:
            raise CommandError(f"{error.where}: {error.detail}") from error
        if out.suffix == ".html":
            content = page_of(drawn).standalone().encode()
        elif isinstance(drawn, ReplicationMap):
            raise CommandError("There is no slide of replication. Write it as .html, and print that.")
        else:
            content = slide(drawn)
        part = out.with_name(out.name + ".part")
        part.write_bytes(content)
        part.replace(out)  # all of it under its name, or nothing
        self.stdout.write(f"{out}: {drawn.head.title} ({len(content) / 1000:.0f} KB)")
