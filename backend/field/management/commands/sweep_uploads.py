"""`gramreach sweep_uploads`: forget uploads that nobody went on with. The server does it once an hour while files come."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.field.uploads import DAYS, sweep


class Command(BaseCommand):
    help = f"Forget unfinished uploads of {DAYS} days ago; keep aside files whose report never came."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sweep()} settled.")
