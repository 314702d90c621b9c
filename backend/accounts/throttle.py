"""Guessing slowed down: ten failures a minute from one address, then a pause.

Wrong passwords and codes are counted in the audit log, which all processes share and a restart does not empty. Wrong
tokens are not written down each, and 256 random bits are not guessed: those are counted by each process for itself. No
phone with a good token is ever asked: its token is looked at first.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.address import address_of
from backend.audit.models import Action, Entry
from backend.errors import BadToken, TooMany

FAILURES, SECONDS, ADDRESSES = 10, 60.0, 10_000
_LOGGED = {
    "sign-in": Action.SIGN_IN_FAILED,
    "second-step": Action.SECOND_STEP_FAILED,
    "enrol": Action.PHONE_REFUSED,
}
_failures: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=FAILURES))


@contextmanager
def throttled(request: HttpRequest, what: str) -> Iterator[None]:
    """Raises TooMany where the last ten tries of this address failed within a minute. Whoever asks for one of `_LOGGED`
    records its failures.
    """
    address = address_of(request)
    if _too_many(what, address):
        raise TooMany("Too many wrong codes from here. Wait a minute.", where="code")
    try:
        yield
    except BadToken:
        if what not in _LOGGED:
            if len(_failures) > ADDRESSES:
                _failures.clear()
            _failures[what, address].append(time.monotonic())
        raise


def _too_many(what: str, address: str) -> bool:
    if what in _LOGGED:
        since = timezone.now() - dt.timedelta(seconds=SECONDS)
        recorded = Entry.objects.filter(at__gt=since, action=_LOGGED[what].value, address=address[:64])
        return recorded.order_by()[:FAILURES].count() == FAILURES
    recent = _failures.get((what, address))
    return recent is not None and len(recent) == FAILURES and time.monotonic() - recent[0] < SECONDS


def forget() -> None:
    _failures.clear()
