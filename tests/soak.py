"""Property tests run long: `make soak` loads the profile of that name, other runs `patient`.

Those that name a number of examples ask for it here.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

TIMES = 200
# A busy machine is no fault: no example is too slow.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("patient"), max_examples=100 * TIMES)
if settings.get_current_profile_name() == "default":
    settings.load_profile("patient")


def examples(number: int) -> int:
    """So many; in a soak, many times that."""
    return number * TIMES if settings.get_current_profile_name() == "soak" else number
