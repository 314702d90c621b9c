"""What several threads want written at the same moment, written by one of them for all, in one transaction.

A commit waits for the disk, and a thread that takes its turn at a database waits for the others: done together, both are
paid once. Whoever has the turn waits a moment for those who are making ready already, never for anybody else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Wanted = TypeVar("Wanted")
Done = TypeVar("Done")


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class _Asked(Generic[Wanted, Done]):
    wanted: Sequence[Wanted] = ()
    done: Sequence[Done] | None = None
    fault: BaseException | None = None
    settled: bool = False
    woken: threading.Lock = field(default_factory=_held)  # let go once: when it is settled, or when the turn is its own


class Gathering(Generic[Wanted, Done]):
    """`write` takes everything wanted, in order, and gives what became of each; `most` at once, if one asks not for more.

    When it fails for a group, each of those who asked is tried alone, so that no fault is another's.
    """

    def __init__(self, write: Callable[[Sequence[Wanted]], Sequence[Done]], most: int, patience: float = 0.003) -> None:
        self._write = write
        self._most, self._patience = most, patience  # seconds
        self._lock = threading.Lock()  # of the three that follow
        self._waiting: list[_Asked[Wanted, Done]] = []
        self._making_ready = 0
        self._writing = False
        self._all_ready = threading.Event()

    def ask(self, make_ready: Callable[[], Sequence[Wanted]]) -> Sequence[Done]:
        """Returns when it is written. Raises what `write` or `make_ready` raised for it."""
        mine = _Asked[Wanted, Done]()
        self._begin()
        try:
            mine.wanted = make_ready()
        except BaseException:
            self._ready(None)
            raise
        if not self._ready(mine):
            mine.woken.acquire()
        if not mine.settled:
            self._write_group()
        if mine.fault is not None:
            raise mine.fault
        assert mine.done is not None  # noqa: S101  # for the type checker: settled without a fault
        return mine.done

    def _begin(self) -> None:
        with self._lock:
            self._making_ready += 1
            self._all_ready.clear()

    def _ready(self, asked: _Asked[Wanted, Done] | None) -> bool:
        """Queue it; whether the turn is its own at once."""
        with self._lock:
            self._making_ready -= 1
            if not self._making_ready:
                self._all_ready.set()
            if asked is None:
                return False
            self._waiting.append(asked)
            first, self._writing = not self._writing, True
            return first

    def _write_group(self) -> None:
        """Of whoever has the turn and of those behind; then the turn goes to the first of those who are left.

        Each thread is woken once, and none for nothing: waking all at each change cost more than the writing.
        """
        self._all_ready.wait(self._patience)
        with self._lock:
            group = self._next_group()
        self._serve(group)
        with self._lock:
            following = self._waiting[:1]
            self._writing = bool(following)
        for asked in (*group, *following):
            asked.woken.release()

    def _next_group(self) -> list[_Asked[Wanted, Done]]:
        """From the front: whoever has the turn is in one before long."""
        count = size = 0
        for asked in self._waiting:
            size += len(asked.wanted)
            if count and size > self._most:
                break
            count += 1
        group, self._waiting[:count] = self._waiting[:count], []
        return group

    def _serve(self, group: Sequence[_Asked[Wanted, Done]]) -> None:
        try:
            done = list(self._write([wanted for asked in group for wanted in asked.wanted]))
        except Exception as fault:
            if len(group) > 1:
                for asked in group:
                    self._serve([asked])
            else:
                group[0].fault, group[0].settled = fault, True
        except BaseException as fault:  # the process ends: nobody may be left waiting
            for asked in group:
                asked.fault, asked.settled = fault, True
        else:
            for asked in group:
                asked.done, done = done[: len(asked.wanted)], done[len(asked.wanted) :]
                asked.settled = True
