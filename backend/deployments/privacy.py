"""What a home keeps to its centre: exact place, and small counts by category."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.accounts.who import Who

SMALLEST = 5
HOME = "home"


def guarded(who: Who) -> Callable[[str | None, int | None], bool]:
    """Says of a site (its kind, its centre) whether its exact place is kept from `who`.

    Administrators see it, and the coordinators and officers of that very centre; no other centre, cluster team or token.
    """
    if who.role == "administrator":
        return lambda site_kind, centre: False
    own: frozenset[int | None] = frozenset(who.centres if who.role == "coordinator" else ())
    if who.device is not None:
        own = frozenset({who.device.officer.centre_id})
    return lambda site_kind, centre: site_kind == HOME and centre not in own


def summed_upward(counts: Sequence[int | None]) -> list[int | None]:
    """Counts of categories that together make a total, with those under 5 left blank.

    Whoever subtracts the others from the total learns only the sum of the blank ones: so the next smallest is left blank
    too until that sum is 5 or more, or nothing is shown.
    """
    shown = sorted((n, i) for i, n in enumerate(counts) if n is not None and n >= SMALLEST)
    small = [n for n in counts if n is not None and n < SMALLEST]
    rest = sum(small)
    while small and shown and rest < SMALLEST:
        rest += shown.pop(0)[0]
    kept = {i for _, i in shown}
    return [n if i in kept else None for i, n in enumerate(counts)]


def at_least_five(count: int | None) -> int | None:
    return count if count is not None and count >= SMALLEST else None
