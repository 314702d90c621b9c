"""`gramreach apply_retention`: erase what was kept as long as it may be; for every night."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.accounts.models import EnrolmentCode
from backend.submissions import erasing
from backend.writing import writing


class Command(BaseCommand):
    help = "Erase personal answers older than PERSONAL_DAYS, ended sessions, and codes that nobody can use any more."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("clearsessions")
        with writing():
            codes = EnrolmentCode.objects.filter(device=None, expires_at__lt=timezone.now()).delete()[0]
        self.stdout.write(f"{codes} unused codes forgotten.")
        if settings.PERSONAL_DAYS is None:
            self.stdout.write("PERSONAL_DAYS is not set: personal answers are kept.")
            return
        done = erasing.apply_retention(settings.PERSONAL_DAYS)
        self.stdout.write(f"{done.values} personal answers and {done.kept} settled kept items erased.")
