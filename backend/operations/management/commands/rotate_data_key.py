"""`gramreach rotate_data_key`: a new key for personal answers, while the server runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backend.errors import GramReachError
from backend.submissions import rotating


class Command(BaseCommand):
    help = "Make a new DATA_KEY and close all personal answers with it. Make a backup afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-close-again", action="store_true", help="the environment has the new key already")

    def handle(self, *args: Any, only_close_again: bool, **options: Any) -> None:
        with tqdm(unit=" values", disable=None) as bar:
            try:
                count = rotating.close_again(bar.update) if only_close_again else rotating.rotate(bar.update)
            except GramReachError as error:
                raise CommandError(error.detail) from error
        self.stdout.write(
            f"{count} values are closed with the new key. Make a backup now: older ones hold the old key."
        )
