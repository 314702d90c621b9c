"""What is wrong with this installation, and how to mend it. Each check is a function; the list below is their order."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import checks
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from backend import database_state, keys, listening
from backend.audit import chain, guards
from backend.audit.models import Action, Entry
from backend.field.models import Upload
from backend.operations import postgresql
from backend.submissions import blobs, derived, secrets
from backend.submissions.models import Blob, EarlyFile, KeptAside, PersonalValue, SubmissionVersion

GB = 1024**3
NAMED = 10  # of many that are wrong in the same way


@dataclass(frozen=True)
class Finding:
    """`fault`: something is broken or lost; `warning`: something will be, or somebody may get in."""

    level: Literal["fault", "warning"]
    what: str
    remedy: str


@dataclass(frozen=True)
class Asked:
    """`thorough`: read every attachment. `head`: of the audit log, as noted earlier."""

    thorough: bool = False
    head: chain.Head | None = None


Check = Callable[[Asked], Iterator[Finding]]


def fault(what: str, remedy: str) -> Finding:
    return Finding("fault", what, remedy)


def warning(what: str, remedy: str) -> Finding:
    return Finding("warning", what, remedy)


def home(asked: Asked) -> Iterator[Finding]:
    place = settings.GRAMREACH_HOME
    if not place.is_dir():
        yield fault(f"There is no home {place}.", "Set GRAMREACH_HOME, or run `gramreach migrate`.")
        return
    free = shutil.disk_usage(place).free
    if free < GB:
        yield fault(
            f"{free / GB:.1f} GB are free in {place}: soon nothing can be received.",
            "Make room or a larger disk. Old backups and replaced-* folders in the home can go elsewhere.",
        )
    elif free < 5 * GB:
        yield warning(f"{free / GB:.1f} GB are free in {place}.", "Plan a larger disk.")
    if place.stat().st_mode & stat.S_IWOTH:
        yield fault(f"Anybody on this machine may write in {place}.", f"chmod o-w {place}")


def key_files(asked: Asked) -> Iterator[Finding]:
    place = settings.GRAMREACH_HOME
    there = keys.all_of(place)
    for name in keys.NAMES:
        if name not in there:
            yield fault(
                f"There is no {name}.",
                f"Put it back from a backup into {place / 'keys'}; a new home: `gramreach migrate`.",
            )
        path = place / "keys" / name
        if path.is_file() and path.stat().st_mode & 0o077:
            yield fault(f"Others on this machine may read {path}.", f"chmod 600 {path}")
    for value in there.get("DATA_KEY", "").split(","):
        try:
            if value:
                Fernet(value.strip().encode())
        except ValueError:
            yield fault("DATA_KEY is no key: 32 bytes as URL-safe base64.", "Put the right one back from a backup.")


def clock(asked: Asked) -> Iterator[Finding]:
    now = dt.datetime.now(dt.UTC)
    code = dt.datetime.fromtimestamp(Path(__file__).stat().st_mtime, dt.UTC)
    if now < code - dt.timedelta(days=1):
        yield fault(
            f"The clock says {now:%Y-%m-%d}, which is before this code was written.", "Set it: timedatectl set-ntp true"
        )
    try:
        zoneinfo.ZoneInfo("Asia/Kolkata")
    except zoneinfo.ZoneInfoNotFoundError:
        yield fault(
            "The time zone Asia/Kolkata is not known here: days of visits cannot be told.", "apt-get install tzdata"
        )


def settings_in_force(asked: Asked) -> Iterator[Finding]:
    public = settings.PUBLIC_URL
    host = public.split("://")[-1].split("/")[0].rsplit(":", 1)[0].strip("[]")
    if settings.DEBUG:
        yield fault("DEBUG is on: error pages show code and settings to anybody.", "Take DEBUG out of the environment.")
    if not listening.is_loopback(host) and not settings.HTTPS:
        yield fault(
            f"PUBLIC_URL is {public}: passwords and reports cross the network in clear.",
            "Put a proxy with a certificate in front, and set PUBLIC_URL=https://...",
        )
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield warning(
            "TRUSTED_PROXIES is empty: behind a proxy everybody seems to come from one address, and is slowed down together.",
            "Set it to the proxy's address, such as 127.0.0.1.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield fault("ALLOWED_HOSTS lets every host name in.", "Name the hosts that people use.")
    if settings.DEMO:
        yield warning(
            "This home holds the demonstration: made-up data, and passwords in demo.json.",
            "Use another home for real data.",
        )


def django_checks(asked: Asked) -> Iterator[Finding]:
    """`gramreach check --deploy`, where this installation is public."""
    for message in checks.run_checks(include_deployment_checks=settings.HTTPS):
        if message.level >= checks.WARNING and not message.is_silenced():
            yield warning(f"{message.msg} ({message.id})", message.hint or "See `gramreach check --deploy`.")


def database(asked: Asked) -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgresql()


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        said = cursor.execute("PRAGMA quick_check").fetchone()[0]
        journal, synchronous = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        )
    if said != "ok":
        yield fault(f"The database is damaged: {said}", "End the server and restore the newest backup.")
    if journal != "wal" and not str(connection.settings_dict["NAME"]).startswith("file:"):
        yield fault(f"The database's journal is {journal}, not wal.", "Start the server once: it sets it.")
    if synchronous != 2:
        yield fault("The database does not wait for the disk.", "Report it: this should not be.")
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if log.is_file() and log.stat().st_size > GB:
        yield warning(
            f"The database's log has {log.stat().st_size / GB:.1f} GB: something reads for hours.",
            "End long exports, or start the server anew.",
        )


def _postgresql() -> Iterator[Finding]:
    found = postgresql.settings_of_the_server("fsync", "full_page_writes", "synchronous_commit")
    for name, value in found.items():
        if value == "off":
            yield fault(
                f"PostgreSQL runs with {name} = off: a receipt may be given for what a power cut takes away.",
                f"Set {name} = on in postgresql.conf.",
            )
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        apart = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    if apart > 5:
        yield warning(f"The clocks of this machine and of the database are {apart:.0f} s apart.", "Run NTP on both.")
    try:
        postgresql.tool("pg_dump")
    except Exception as error:
        yield fault(f"No backup can be made: {error}", "Install it.")


def times(asked: Asked) -> Iterator[Finding]:
    newest = SubmissionVersion.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    if newest and newest > timezone.now() + dt.timedelta(minutes=5):
        yield fault(
            f"A report was received at {newest:%Y-%m-%d %H:%M}, which has not been yet: the clock was wrong, or is.",
            "Set the clock: timedatectl set-ntp true",
        )


def audit_log(asked: Asked) -> Iterator[Finding]:
    if not guards.are_there(connection):
        yield fault("The audit log lost its guards: the database would let it be changed.", "gramreach migrate")
    checked = chain.verify(asked.head)
    if checked.broken:
        number, why = checked.broken
        yield fault(
            f"The audit log is not whole at entry {number}: {why}.",
            "Keep this database as it is, compare with the newest backup, and follow the breach drill in docs/security.md.",
        )


def derived_tables(asked: Asked) -> Iterator[Finding]:
    made = derived.made_by()
    if made != derived.CODE_VERSION:
        yield fault(
            f"What is counted was made by other code (version {made}; this is {derived.CODE_VERSION}).",
            "gramreach migrate",
        )


def personal_values(asked: Asked) -> Iterator[Finding]:
    """The oldest and the newest: between them a key may have changed."""
    rows = PersonalValue.objects.order_by("pk")
    for row in {row.pk: row for row in (rows.first(), rows.last()) if row}.values():
        try:
            secrets.decrypt(row.value)
        except (InvalidToken, RuntimeError, ValueError):
            yield fault(
                "Personal answers cannot be read: DATA_KEY is not the one they were written with.",
                "Put the right DATA_KEY back from a backup.",
            )
            return


def attachments(asked: Asked) -> Iterator[Finding]:
    missing, damaged = [], []
    for sha256, size in Blob.objects.order_by("pk").values_list("sha256", "size").iterator(chunk_size=2000):
        place = blobs.path_of(sha256)
        if not default_storage.exists(place):
            missing.append(sha256)
        elif default_storage.size(place) != size or (asked.thorough and not _fits(place, sha256)):
            damaged.append(sha256)
    for found, how in ((missing, "are missing"), (damaged, "are damaged")):
        if found:
            named = ", ".join(found[:NAMED]) + (" ..." if len(found) > NAMED else "")
            yield fault(
                f"{len(found)} attachments {how}: {named}",
                "Copy them from a backup into the folder `attachments`; each file's name is its SHA-256.",
            )


def _fits(place: str, sha256: str) -> bool:
    with default_storage.open(place) as file:
        return blobs.sha256_of(file) == sha256


def waiting_files(asked: Asked) -> Iterator[Finding]:
    now = timezone.now()
    stale = Upload.objects.filter(expires_at__lt=now - dt.timedelta(days=1)).count()
    if stale:
        yield warning(f"{stale} uploads were given up long ago.", "gramreach sweep_uploads")
    early = EarlyFile.objects.filter(received_at__lt=now - dt.timedelta(days=15)).count()
    if early:
        yield warning(f"{early} files wait for a report that never came.", "gramreach sweep_uploads")
    kept = KeptAside.objects.filter(state="waiting", received_at__lt=now - dt.timedelta(days=30)).count()
    if kept:
        yield warning(
            f"{kept} items were kept aside over a month ago, and nobody has decided.",
            "Coordinators settle them under Kept aside.",
        )


def last_backup(asked: Asked) -> Iterator[Finding]:
    if not SubmissionVersion.objects.exists() or settings.DEMO:
        return
    made = Entry.objects.filter(action=Action.BACKUP_MADE).order_by("-number").values_list("at", flat=True).first()
    if made is None:
        yield warning(
            "No backup was ever made.", "gramreach backup FILE; docs/operations.md has the line for every night."
        )
    elif made < timezone.now() - dt.timedelta(days=7):
        yield warning(f"The last backup is of {made:%Y-%m-%d}.", "gramreach backup FILE")


WITHOUT_A_DATABASE: tuple[Check, ...] = (home, key_files, clock, settings_in_force)
WITH_ONE: tuple[Check, ...] = (
    django_checks, database, times, audit_log, derived_tables, personal_values, attachments, waiting_files, last_backup,
)  # fmt: skip


def examine(asked: Asked) -> Iterator[Finding]:
    """Never raises: a check that fails is a finding of its own."""
    yield from _each(WITHOUT_A_DATABASE, asked)
    if missing := database_state.what_is_missing():
        yield fault(missing, "gramreach migrate")
        return
    yield from _each(WITH_ONE, asked)


def _each(all_of_them: tuple[Check, ...], asked: Asked) -> Iterator[Finding]:
    for check in all_of_them:
        try:
            yield from check(asked)
        except Exception as error:
            yield fault(
                f"Looking at {check.__name__.replace('_', ' ')} failed: {error}", "See the message; then ask again."
            )
