"""Write transactions, one at a time in this process.

SQLite has one writer; threads that wait for it inside SQLite sleep and retry (measured: half the rate, ten times the
tail). So threads queue here, and everything slow is done before the transaction begins. PostgreSQL needs no queue.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
