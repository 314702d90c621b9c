"""Everything of an installation into one file, while the server runs: database, attachments, keys.

The database first, as of one moment. What it names cannot change afterwards: attachments lie under their SHA-256.
"""

from __future__ import annotations

import datetime as dt
import io
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from backend import keys
from backend.audit import chain
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Conflict
from backend.operations import archive, postgresql, sealing
from backend.submissions import blobs
from backend.submissions.models import Blob

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Made:
    """`unfit`: attachments that were missing or damaged here already. They are named in the backup, and are not in it."""

    size: int
    attachments: int
    unfit: Sequence[str]
    sealed: bool


def backup(target: Path, progress: Progress = lambda n: None) -> Made:
    """Raises Invalid and Conflict; a file of the name stays as it was then."""
    phrase = sealing.passphrase()
    record(None, Action.BACKUP_MADE, f"backup:{target.name}")
    unfit: list[str] = []
    try:
        with archive.writing_to(target) as out:
            hashes = _add_database(out, target.parent)
            for sha256 in hashes:
                if not _add_attachment(out, sha256):
                    unfit.append(sha256)
                progress(1)
            sealed = sealing.seal(keys.all_of(settings.GRAMREACH_HOME), phrase)
            out.add("keys.json", io.BytesIO(sealed), len(sealed))
            out.end(_told(unfit, bool(phrase)))
    except OSError as error:
        raise Conflict(f"{target} could not be written: {error.strerror}.", where="FILE") from error
    return Made(target.stat().st_size, len(hashes) - len(unfit), unfit, bool(phrase))


def _told(unfit: Sequence[str], sealed: bool) -> dict[str, object]:
    return {
        "made_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "version": version("gramreach"),
        "database": connection.vendor,
        "migrations": sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations()),
        "audit_head": str(chain.head()),
        "keys_behind_a_passphrase": sealed,
        "attachments_not_here": list(unfit),
    }


def _add_database(out: archive.Writer, beside: Path) -> list[str]:
    """Returns the hashes of the attachments that it names."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=".gramreach-") as folder:
        snapshot = Path(folder) / "database"
        hashes = _snapshot(snapshot)
        name = "database.pgdump" if connection.vendor == "postgresql" else "database.sqlite3"
        with snapshot.open("rb") as file:
            out.add(name, file, snapshot.stat().st_size)
    return hashes


def _snapshot(target: Path) -> list[str]:
    """The database as of one moment into `target`, and the hashes of the attachments that it names."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                postgresql.dump(target, cursor.fetchone()[0])
            return list(Blob.objects.order_by("sha256").values_list("sha256", flat=True))
    # A read transaction of one statement: it waits for no writer and stops none. Erased rows' pages do not come along.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    with closing(sqlite3.connect(target)) as copy:
        return [row[0] for row in copy.execute(f"SELECT sha256 FROM {Blob._meta.db_table} ORDER BY sha256")]  # noqa: S608


def _add_attachment(out: archive.Writer, sha256: str) -> bool:
    """Looked at before it is added: a part with a wrong name could not be taken out again."""
    place = blobs.path_of(sha256)
    if not default_storage.exists(place):
        return False
    with default_storage.open(place) as file:
        if blobs.sha256_of(file) != sha256:
            return False
        file.seek(0)
        out.add(f"attachments/{place}", file, default_storage.size(place))
    return True
