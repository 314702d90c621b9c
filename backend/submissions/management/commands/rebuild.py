from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from backend.submissions import derived
from backend.submissions.bulk import rebuild
from backend.submissions.models import Submission


class Command(BaseCommand):
    help = "Build all derived tables anew from the facts. Nothing that was sent is touched."

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=Submission.objects.count(), unit=" submissions", disable=None) as bar:
            count = rebuild(bar.update)
        derived.note()
        self.stdout.write(f"Built anew from {count} submissions.")
