"""Write transactions, one at a time in this process.

SQLite has one writer; threads that wait for it inside SQLite sleep and retry (measured: half the rate, ten times the
tail). So threads queue here, and everything slow is done before the transaction begins. PostgreSQL needs no queue.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

_writer = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    if connection.vendor == "sqlite":
        with _writer, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


def hold(deployments: Iterable[UUID]) -> None:
    """Until the transaction ends, nobody else changes what is derived of these deployments, registered or not.

    Two reports on one deployment would else each work out its state without the other. Always taken in the same order,
    so that nobody waits in a circle. SQLite has one writer anyway.
    """
    keys = sorted({uuid.int & 0x7FFF_FFFF_FFFF_FFFF for uuid in deployments})
    if keys and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
