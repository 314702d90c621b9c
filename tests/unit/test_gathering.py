"""Threads that want to write at one moment are served together, and none pays for another's fault."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from backend.gathering import Gathering


class Book:
    """Notes which numbers were written together; refuses negative ones."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.busy = threading.Lock()

    def write(self, numbers: Sequence[int]) -> list[int]:
        assert self.busy.acquire(blocking=False), "two wrote at once"
        try:
            if any(number < 0 for number in numbers):
                raise ValueError("negative")
            self.groups.append(list(numbers))
            return [number * 10 for number in numbers]
        finally:
            self.busy.release()


def asked_at_once(gathering: Gathering[int, int], wanted: list[list[int]]) -> list[Sequence[int] | Exception]:
    """What each got that asked while all the others did."""
    ready = threading.Barrier(len(wanted))
    found: list[Sequence[int] | Exception] = [[]] * len(wanted)

    def make_ready(numbers: list[int]) -> list[int]:
        ready.wait()
        return numbers

    def ask(place: int, numbers: list[int]) -> None:
        try:
            found[place] = gathering.ask(lambda: make_ready(numbers))
        except Exception as fault:
            found[place] = fault

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(wanted)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return found


def test_what_is_asked_for_at_one_moment_is_written_together() -> None:
    book = Book()
    found = asked_at_once(Gathering(book.write, most=100, patience=5), [[1], [2, 3], [4]])
    assert found == [[10], [20, 30], [40]]
    assert [sorted(group) for group in book.groups] == [[1, 2, 3, 4]]


def test_no_more_than_the_most_are_written_together_unless_one_asks_for_more() -> None:
    book = Book()
    found = asked_at_once(Gathering(book.write, most=2, patience=5), [[1], [2], [3], [4, 5, 6]])
    assert found == [[10], [20], [30], [40, 50, 60]]
    assert [4, 5, 6] in book.groups
    assert max(len(group) for group in book.groups if group != [4, 5, 6]) == 2


def test_a_fault_is_only_of_whom_it_concerns() -> None:
    found = asked_at_once(Gathering(Book().write, most=100, patience=5), [[1], [-2], [3]])
    assert (found[0], found[2]) == ([10], [30])
    assert isinstance(found[1], ValueError)


def test_a_fault_in_making_ready_keeps_nobody_waiting() -> None:
    gathering = Gathering(Book().write, most=100, patience=60)

    def broken() -> list[int]:
        raise KeyError("no")

    with pytest.raises(KeyError):
        gathering.ask(broken)
    assert gathering.ask(lambda: [7]) == [70]
