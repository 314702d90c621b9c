"""The one write: `record`. It is in the transaction of what it tells, so that neither is there without the other."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from backend.audit import chain
from backend.audit.actors import Actor, HasActor, of
from backend.audit.models import Action, Entry
from backend.origin import origin
from backend.writing import writing

_LOCK = 0x617564  # any number, the same everywhere


def hold() -> None:
    """Until the transaction ends, nobody else appends. `record` does it; whoever records several times, or holds other
    locks, asks for it first: else two transactions could each wait for what the other holds.
    """
    if connection.vendor == "postgresql":  # on SQLite the transaction is the only writer
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def record(by: Actor | HasActor | None, action: Action, subject: str = "", **detail: Any) -> Entry:
    """Append an entry, in the transaction of what it tells.

    `by` None: a command on the server. Secrets and personal values have no place in `detail`.
    """
    actor, source = of(by), origin()
    with writing():
        hold()
        before = chain.head()
        entry = Entry(
            number=before.number + 1,
            at=timezone.now(),
            actor_kind=actor.kind,
            actor_key=actor.key[:64],
            actor=_plain(actor.name, 150),
            action=action.value,
            subject=_plain(subject, 300),
            detail=chain.written(detail).replace("\0", ""),
            address=source.address[:64],
            request=source.request[:64],
        )
        entry.hash = chain.seal(entry, before.hash)
        entry.save(force_insert=True)
    return entry


def _plain(text: str, length: int) -> str:
    """PostgreSQL takes no NUL, and what was typed at the sign-in may hold one."""
    return text.replace("\0", "")[:length]
