"""Guessing slowed down: ten failures a minute from one address, then a pause. In this process; a restart forgives."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from backend.accounts.address import address_of
from backend.errors import BadToken, TooMany

FAILURES, SECONDS, ADDRESSES = 10, 60.0, 10_000
_failures: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=FAILURES))


@contextmanager
def throttled(request: HttpRequest, what: str) -> Iterator[None]:
    """Raises TooMany where the last ten tries of this address failed within a minute."""
    key = (what, address_of(request))
    recent = _failures.get(key)
    if recent is not None and len(recent) == FAILURES and time.monotonic() - recent[0] < SECONDS:
        raise TooMany("Too many wrong codes from here. Wait a minute.", where="code")
    try:
        yield
    except BadToken:
        if len(_failures) > ADDRESSES:
            _failures.clear()
        _failures[key].append(time.monotonic())
        raise


def forget() -> None:
    _failures.clear()
