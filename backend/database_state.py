"""Is the database there, and is it as this version of the code needs it?"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from backend.errors import Conflict


def pending() -> int:
    """How many migrations are still to be made. Raises Conflict where the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        told = str(error).splitlines() or [type(error).__name__]
        raise Conflict(
            f"The database does not answer: {told[0]}. Check DATABASE_URL; then run `gramreach migrate`.",
            where="DATABASE_URL",
        ) from error


def what_is_missing() -> str | None:
    """One sentence that says what to do before a command can work, or None. Makes no file, unlike SQLite itself."""
    if connection.vendor == "sqlite" and not _is_there(connection.settings_dict["NAME"]):
        return f"There is no database in {settings.GRAMREACH_HOME} yet. Run `gramreach migrate` first."
    try:
        steps = pending()
    except Conflict as error:
        return error.detail
    if steps:
        return f"The database is not up to date ({steps} migrations to make). Run `gramreach migrate` first."
    return None


def _is_there(name: str | Path) -> bool:
    """Databases of tests may lie in memory."""
    return Path(name).exists() or str(name).startswith((":memory:", "file:"))
