"""`gramreach restore FILE`: what `backup` wrote, into an empty home, or with --replace into this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.errors import GramReachError
from backend.operations.restore import restore


class Command(BaseCommand):
    help = "Restore a backup, whole or not at all. End the server first."
    requires_system_checks: list[str] = []  # they open the database, which is not there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--replace", action="store_true", help="what is there is set aside in the home")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            done = restore(file.absolute(), replace=replace)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"Restored as of {done.made_at} (version {done.version}), {done.attachments} attachments.")
        if done.missing:
            self.stdout.write(f"{len(done.missing)} attachments were missing already when it was made.")
        if done.aside:
            self.stdout.write(f"What was here before lies in {done.aside}; delete it once all is well.")
        self.stdout.write("Everybody signs in again. Now: gramreach doctor, then gramreach serve.")
