"""Refused codes and passwords are written down: who guesses leaves a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backend.audit.actors import NOBODY
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import BadToken


@contextmanager
def refusals_recorded() -> Iterator[None]:
    """Of an enrolment code. The code itself is not written down: it may be a good one with a slip in it."""
    try:
        yield
    except BadToken as error:
        record(NOBODY, Action.PHONE_REFUSED, reason=error.code)
        raise
