"""What each made-up technology is like in the field: units, users, season, faults. Invented figures, plausible in size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """Ranges are (least, most). `module`: the part of the village report that its theme fills, if any."""

    key: str
    name: str
    module: str = ""
    units: tuple[int, int] = (1, 6)
    households: tuple[int, int] = (5, 14)  # a unit serves
    income: tuple[int, int] = (0, 0)  # rupees per household-month gained; none: not asked
    hours: tuple[float, float] = (0.0, 0.0)  # per person-day before and now; none: not asked
    season: tuple[int, ...] = ()
    revisit_days: int = 180
    home: float = 0.2  # share that stands at homes
    topic: str = "Daily running and small repairs"
    need: str = "A machine that lightens the work of the women's group."


_BY_THEME: Mapping[str, Profile] = {
    "water-rejuvenation": Profile(
        "water", "Water rejuvenation unit", "water", (1, 5), (18, 45), hours=(2.5, 1.2), home=0.0,
        topic="Desilting and care of the pond", need="The pond dries up in March; animals and fields have no water.",
    ),
    "e-waste": Profile(
        "e-waste", "E-waste collection point", "ewaste", (1, 3), (25, 70), revisit_days=120, home=0.0,
        topic="What may be taken apart, and what never", need="Old phones and batteries lie in the fields and the drain.",
    ),
    "smart-agriculture": Profile(
        "sensor", "Soil and irrigation sensor set", "agriculture", (2, 20), (1, 3), income=(300, 2200),
        hours=(3.0, 1.8), season=(6, 7, 8, 9, 10), topic="Reading the sensor and timing the water",
        need="Nobody knows when to water; the pump runs all night.",
    ),
    "one-health": Profile(
        "animal", "Animal health kit", "one_health", (1, 4), (10, 30), income=(100, 900), home=0.0,
        topic="Signs of illness in animals, and whom to tell", need="Calves die in the rains and nobody knows why.",
    ),
    "health": Profile("kiosk", "Village health kiosk", "", (1, 2), (40, 110), home=0.0, topic="Using the kiosk"),
    "food-nutrition": Profile(
        "dryer", "Fruit and vegetable dryer", "agriculture", (1, 8), (3, 9), income=(600, 2800), hours=(4.0, 2.0),
        season=(3, 4, 5, 6), topic="Clean drying and packing", need="Half the mangoes spoil before they are sold.",
    ),
    "waste": Profile(
        "compost", "Compost unit", "", (1, 6), (12, 35), income=(100, 700), topic="Sorting and turning the heap",
        need="Waste is burnt behind the school.",
    ),
    "environment": Profile("stove", "Low-smoke stove", "", (10, 60), (1, 1), hours=(2.0, 1.3), home=0.9),
    "mobility": Profile("cycle", "Cargo e-cycle", "", (1, 6), (2, 6), income=(500, 3000), hours=(2.0, 0.8)),
    "green-energy": Profile(
        "pump", "Solar pump", "water", (1, 5), (4, 12), income=(400, 2500), hours=(2.5, 0.7),
        topic="Cleaning the panels", need="Diesel for the pump eats what the field brings.",
    ),
    "handloom-handicraft": Profile(
        "loom", "Improved loom", "", (3, 18), (1, 1), income=(900, 3600), hours=(7.0, 5.5), home=0.7,
        topic="Setting up the warp",
    ),
    "climate": Profile("weather", "Village weather station", "agriculture", (1, 2), (30, 90), home=0.0),
    "medtech": Profile("clinic", "Point-of-care kit", "", (1, 2), (30, 90), revisit_days=120, home=0.0),
}  # fmt: skip
MACHINE = Profile("machine", "Machine", "", (1, 8), (3, 10), income=(300, 2200), hours=(4.0, 2.0))
# The themes of the programme's own compendiums: what every cluster shares, and one without themes is given.
COMMON = ("water-rejuvenation", "e-waste", "smart-agriculture", "one-health")
THEMES = tuple(_BY_THEME)


def of_theme(theme: str) -> Profile:
    return _BY_THEME.get(theme, MACHINE)


def of_themes(themes: tuple[str, ...]) -> Profile:
    """Of the first theme that has one; a plain machine otherwise."""
    return next((_BY_THEME[t] for t in themes if t in _BY_THEME), MACHINE)


def themes_of_cluster(themes: tuple[str, ...], wanted: int = 5) -> tuple[str, ...]:
    """Up to `wanted` themes that a cluster's made-up technologies are for: its own, then the common ones."""
    own = [t for t in themes if t in _BY_THEME]
    return tuple(dict.fromkeys([*own, *COMMON]))[:wanted]
