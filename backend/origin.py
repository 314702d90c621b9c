"""From where the request under way comes: its own id and address, for log lines and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    request: str = ""
    address: str = ""


_NONE = Origin()
_now: ContextVar[Origin] = ContextVar("origin", default=_NONE)


def origin() -> Origin:
    return _now.get()


@contextmanager
def coming_from(found: Origin) -> Iterator[None]:
    token = _now.set(found)
    try:
        yield
    finally:
        _now.reset(token)
