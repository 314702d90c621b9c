from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate

from backend import keys


class Command(Migrate):
    """Django's migrate, which also makes the home and its keys where they are missing."""

    def handle(self, *args: Any, **options: Any) -> None:
        settings.GRAMREACH_HOME.mkdir(parents=True, exist_ok=True)
        keys.make(settings.GRAMREACH_HOME)
        super().handle(*args, **options)
