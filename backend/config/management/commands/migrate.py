from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS, connection

from backend import keys
from backend.audit import guards
from backend.submissions import derived


class Command(Migrate):
    """Django's migrate, which also makes the home and its keys where they are missing."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Here and not in `handle`: the checks that come before it open the database, which lies in the home.
        settings.GRAMREACH_HOME.mkdir(parents=True, exist_ok=True)
        keys.make(settings.GRAMREACH_HOME)
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        partly = options["app_label"] or options["plan"] or options["check_unapplied"] or options["prune"]
        if not partly and options["database"] == DEFAULT_DB_ALIAS:
            guards.restore(connection)
            derived.bring_up_to_date(self.stdout.write if options["verbosity"] else lambda text: None)
