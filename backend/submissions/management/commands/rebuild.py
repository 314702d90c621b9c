from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from backend.submissions import derived, looks
from backend.submissions.bulk import rebuild
from backend.submissions.models import Attachment, Submission


class Command(BaseCommand):
    help = "Build all derived tables anew from the facts. Nothing that was sent is touched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--photos", action="store_true", help="look at every photo again too; this takes long")

    def handle(self, *args: Any, photos: bool, **options: Any) -> None:
        with tqdm(total=Submission.objects.count(), unit=" submissions", disable=None) as bar:
            count = rebuild(bar.update)
        derived.note()
        if photos:
            self._look_again()
        self.stdout.write(f"Built anew from {count} submissions.")

    def _look_again(self) -> None:
        looks.forget()
        with tqdm(total=Attachment.objects.exclude(blob=None).count(), unit=" files", disable=None) as bar:
            while seen := looks.look_at_new():
                bar.update(seen)
