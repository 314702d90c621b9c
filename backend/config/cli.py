"""The `gramreach` command: Django's commands and ours, under one name."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, CommandError, ManagementUtility, get_commands

NEED_NO_DATABASE = ("migrate", "serve", "demo", "restore", "doctor")


class GramReach(ManagementUtility):
    """Ours, and those of Django that read users, look for the database first, and say what to do without one."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        ours = str(get_commands().get(subcommand, "")).startswith("backend.")
        if (ours and subcommand not in NEED_NO_DATABASE) or command.requires_migrations_checks:
            _check_first(command)
        return command


def _check_first(command: BaseCommand) -> None:
    """After the options were read, so that `--help` needs no database, and before anything opens it."""
    execute = command.execute

    def checked(*args: Any, **options: Any) -> str | None:
        from backend.database_state import what_is_missing

        if sentence := what_is_missing():
            raise CommandError(sentence)
        return execute(*args, **options)

    command.execute = checked  # type: ignore[method-assign]  # one place instead of a base class for every command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    try:
        from django.conf import settings

        settings.INSTALLED_APPS  # noqa: B018  # reads the settings: a wrong one is said in a sentence
    except (ImproperlyConfigured, ValueError) as error:
        sys.exit(f"Settings: {error}")
    from django.db import DatabaseError

    try:
        GramReach(sys.argv).execute()
    except DatabaseError:  # of a command of Django's that we did not look at first
        from backend.database_state import what_is_missing

        if sentence := what_is_missing():
            sys.exit(sentence)
        raise


if __name__ == "__main__":
    main()
