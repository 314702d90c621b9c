"""`gramreach backup FILE`: database, attachments and keys of a running installation into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backend.errors import GramReachError
from backend.operations.backup import Made, backup


class Command(BaseCommand):
    help = "Back everything up into one file, while the server runs. BACKUP_PASSPHRASE locks the keys in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="replaced when the new one is whole")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {file.absolute().parent}.")
        try:
            with tqdm(unit=" attachments", disable=None) as bar:
                made = backup(file.absolute(), bar.update)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{file}: the database and {made.attachments} attachments, {made.size / 1e6:.1f} MB.")
        self._warn(file, made)

    def _warn(self, file: Path, made: Made) -> None:
        if made.sealed:
            self.stdout.write("Its keys open with BACKUP_PASSPHRASE only. Without that the personal answers are lost.")
        else:
            self.stdout.write(
                "Its keys lie in it as they are: whoever has this file reads personal answers. Keep it as you keep the "
                "keys, or set BACKUP_PASSPHRASE."
            )
        if made.unfit:
            raise CommandError(
                f"{file} is whole, but {len(made.unfit)} attachments were missing or damaged on this server already. "
                "`gramreach doctor --thorough` names them."
            )
