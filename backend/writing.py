"""Write transactions, on SQLite one at a time.

SQLite has one writer; threads and processes that wait for it inside SQLite sleep and retry (measured: half the rate, ten
times the tail). So they queue here, and everything slow is done before the transaction begins. PostgreSQL needs no queue.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction


@contextmanager
def writing() -> Iterator[None]:
    if connection.vendor == "sqlite":
        with _turn, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


class _Turn:
    """Of the threads of this process, then of the processes that use the same database. May be taken again by its holder."""

    def __init__(self) -> None:
        self._threads = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._threads.acquire()
        self._depth += 1
        if self._depth == 1 and (file := _lock_file()) is not None:
            fcntl.flock(file, fcntl.LOCK_EX)

    def __exit__(self, *_raised: object) -> None:
        if self._depth == 1 and (file := _lock_file()) is not None:
            fcntl.flock(file, fcntl.LOCK_UN)
        self._depth -= 1
        self._threads.release()


_turn = _Turn()


def _lock_file() -> int | None:
    name = str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
    return None if name.startswith((":memory:", "file:")) else _opened(f"{name}-writer", os.getpid())


@cache
def _opened(path: str, _process: int) -> int:
    """Kept open for the life of the process; a file, as a lock of its own, outlives no process that holds it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def hold(deployments: Iterable[UUID]) -> None:
    """Until the transaction ends, nobody else changes what is derived of these deployments, registered or not.

    Two reports on one deployment would else each work out its state without the other. Always taken in the same order,
    so that nobody waits in a circle. SQLite has one writer anyway.
    """
    if connection.vendor != "postgresql":
        return
    if keys := sorted({uuid.int & 0x7FFF_FFFF_FFFF_FFFF for uuid in deployments}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
