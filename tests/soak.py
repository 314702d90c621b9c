"""Property tests run long: `make soak` loads this profile. Those that name a number of examples ask for it here."""

from __future__ import annotations

from hypothesis import settings

TIMES = 200
settings.register_profile("soak", max_examples=100 * TIMES, deadline=None)


def examples(number: int) -> int:
    """So many; in a soak, many times that."""
    return number * TIMES if settings.get_current_profile_name() == "soak" else number
