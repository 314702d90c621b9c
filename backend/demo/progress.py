"""A bar for a terminal, now and then a line for a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_SECONDS = 10.0  # between two lines


@contextmanager
def progress(total: int, what: str, tell: Callable[[str], object]) -> Iterator[Callable[[int], object]]:
    with tqdm(total=total, desc=what, unit_scale=True, disable=None) as bar:
        yield _lines(total, what, tell) if bar.disable else bar.update


def _lines(total: int, what: str, tell: Callable[[str], object]) -> Callable[[int], object]:
    done, told = 0, time.monotonic()

    def update(more: int) -> None:
        nonlocal done, told
        done += more
        if time.monotonic() - told > _SECONDS:
            told = time.monotonic()
            tell(f"{what}: {done} of {total}")

    return update
