"""A backup into a home: all of it or nothing. What is replaced is set aside in the home, not deleted."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from backend import keys
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Conflict, Invalid
from backend.operations import archive, postgresql, sealing

RUNNING = "The server is running, or another program has the database open. End it first, then restore."


@dataclass(frozen=True)
class Restored:
    """`aside`: the folder with what was there before, if anything was."""

    made_at: str
    version: str
    attachments: int
    missing: list[str]
    aside: Path | None


def restore(source: Path, *, replace: bool = False) -> Restored:
    """Raises Invalid for a damaged file, Conflict for a home that is not empty; nothing is changed then."""
    manifest = archive.check(source)
    if manifest["database"] != connection.vendor:
        raise Invalid(
            f"This backup is of {manifest['database']}, and DATABASE_URL names {connection.vendor}.",
            where="DATABASE_URL",
        )
    home = settings.GRAMREACH_HOME
    there = _what_is_there(home)
    if there and not replace:
        raise Conflict(
            f"{home} holds {' and '.join(there)} already. Restore into an empty home, or give --replace.",
            where="--replace",
        )
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restoring-") as name:
        folder = Path(name)
        archive.extract(source, folder)
        found = sealing.unseal((folder / "keys.json").read_bytes(), sealing.passphrase())
        _check_environment(found)
        aside = _put_in_place(home, folder, found, bool(there))
    _begin_again(source.name, manifest)
    return Restored(
        made_at=manifest["made_at"],
        version=manifest["version"],
        attachments=sum(part.startswith("attachments/") for part in manifest["parts"]),
        missing=manifest["attachments_not_here"],
        aside=aside,
    )


def _what_is_there(home: Path) -> list[str]:
    found = []
    if connection.vendor == "postgresql":
        found += ["a database"] if postgresql.has_tables() else []
    elif _database().exists():
        found.append("a database")
    found += [name for name in ("attachments", "keys") if (home / name).is_dir() and any((home / name).iterdir())]
    return found


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _check_environment(found: dict[str, str]) -> None:
    """Personal values and the log were written with the backup's keys: others in the environment would hide them."""
    for name in ("DATA_KEY", "AUDIT_KEY"):
        if os.environ.get(name) not in (None, "", found.get(name)):
            raise Conflict(
                f"{name} in the environment is another one than the backup's. Take it away first.", where=name
            )


def _put_in_place(home: Path, folder: Path, found: dict[str, str], there: bool) -> Path | None:
    (folder / "attachments").mkdir(exist_ok=True)
    for name, value in found.items():
        keys.put(folder, name, value)
    aside = home / f"replaced-{timezone.now():%Y%m%dT%H%M%SZ}" if there else None
    with _database_in_place(folder, aside):
        for name in ("attachments", "keys"):
            old = home / name
            if old.exists() and aside is not None:
                os.rename(old, aside / name)
            elif old.exists():
                old.rmdir()
            os.rename(folder / name, old)
        # Pieces of files on their way belong to the database that was: their phones begin them again.
        shutil.rmtree(home / "uploads", ignore_errors=True)
    return aside


@contextlib.contextmanager
def _database_in_place(folder: Path, aside: Path | None) -> Iterator[None]:
    """The restored one, from now on; the old one again where the rest goes wrong."""
    if aside is not None:
        aside.mkdir(mode=0o700)
    if connection.vendor == "postgresql":
        if postgresql.others():
            raise Conflict(RUNNING, where="DATABASE_URL")
        with postgresql.set_aside(postgresql.has_tables()):
            postgresql.restore(folder / "database.pgdump")
            yield
        return
    new, target = folder / "database.sqlite3", _database()
    _check_whole(new)
    connection.close()
    if target.exists() and aside is not None:
        _close_for_good(target)
        os.rename(target, aside / target.name)
    os.rename(new, target)
    yield


def _check_whole(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as opened:
        said = opened.execute("PRAGMA quick_check").fetchone()[0]
    if said != "ok":
        raise Invalid(
            f"The database in this backup is damaged: {said}. Take another one.", where="FILE", code="damaged"
        )


def _close_for_good(database: Path) -> None:
    """Its log into the file itself. Raises Conflict while somebody has it open."""
    with contextlib.closing(sqlite3.connect(database, timeout=1)) as opened:
        try:
            opened.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise Conflict(RUNNING, where="DATABASE_URL") from error
        except sqlite3.DatabaseError:  # too damaged to be read: it is set aside as it is
            return


def _begin_again(name: str, manifest: dict[str, Any]) -> None:
    """Newer code brings it up to date; who was signed in signs in again."""
    connection.close()
    call_command("migrate", interactive=False, verbosity=0)
    Session.objects.all().delete()
    record(None, Action.RESTORED, f"backup:{name}", made_at=manifest["made_at"], audit_head=manifest["audit_head"])
