from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate

from backend import keys


class Command(Migrate):
    """Django's migrate, which also makes the home and its keys where they are missing."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Here and not in `handle`: the checks that come before it open the database, which lies in the home.
        settings.GRAMREACH_HOME.mkdir(parents=True, exist_ok=True)
        keys.make(settings.GRAMREACH_HOME)
        return super().execute(*args, **options)
