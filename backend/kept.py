"""What is dear to make and asked for again: kept for a minute, a few at a time, in this process."""

from __future__ import annotations

import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")
SECONDS = 60.0
_others: list[Callable[[], object]] = []
_all: weakref.WeakSet[Kept[object]] = weakref.WeakSet()


class Kept(Generic[Made]):
    """The newest `most` results by key. The key names all that a result depends on, such as `feed.newest()`; what it does
    not name, like the registry, may lag by a minute."""

    def __init__(self, most: int, seconds: float = SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._results: OrderedDict[Hashable, tuple[float, Made]] = OrderedDict()
        self._lock = threading.Lock()
        _all.add(self)  # type: ignore[arg-type]  # only to be told to forget

    def of(self, key: Hashable, make: Callable[[], Made]) -> Made:
        with self._lock:
            found = self._results.get(key)
            if found is not None and time.monotonic() - found[0] < self._seconds:
                self._results.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._results[key] = (time.monotonic(), made)
            self._results.move_to_end(key)
            while len(self._results) > self._most:
                self._results.popitem(last=False)
        return made

    def forget(self) -> None:
        with self._lock:
            self._results.clear()


def also(forget: Callable[[], object]) -> None:
    """What is kept in another way, and is to be forgotten with the rest."""
    _others.append(forget)


def forget_everything() -> None:
    """After a change that no key names: it shows with the next page of this process, on those of others within a minute."""
    for kept in list(_all):
        kept.forget()
    for forget in _others:
        forget()
