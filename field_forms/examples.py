"""Example answers of the house's forms, by leaf name: made up, and consistent in themselves.

Names from external lists stand here as None; who asks for an example gives those that exist. Days are those of a visit
on DAY; for a visit on another day all of them move along.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

DAY = dt.date(2026, 11, 20)

_VISIT: Mapping[str, Any] = {
    "today": "2026-11-20",
    "visit_date": "2026-11-20",
    "village_listed": "yes",
    "village": None,
    "position": {"type": "Point", "coordinates": [79.6012, 29.6034, 1620.5], "properties": {"accuracy": 4.5}},
    "notice_read": "yes",
}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "deployment_registration": {
        **_VISIT,
        "hamlet": "Upper Khunt",
        "technology": None,
        "centre": None,
        "user_agency": "Gram panchayat",
        "purpose": "village_use",
        "site_kind": "public",
        "installed": 12,
        "started": "2026-10-01",
        "plate": "GR-0042",
    },
    "village_report": {
        **_VISIT,
        "subject": "deployment",
        "deployment": None,
        "how_known": "seen",
        "installed_before": 12,
        "installed": 12,
        "working": 10,
        "defective": 0,
        "broken": 2,
        "removed": 0,
        "units_in_use": 9,
        "down_since": "2026-11-02",
        "fault": "part_broken",
        "can_repair": "centre",
        "ended": "no",
        "households": 42,
        "people": 180,
        "women": 92,
        "men": 88,
        "other_gender": 0,
        "sc": 40,
        "st": 0,
        "obc": 60,
        "general": 60,
        "category_unknown": 20,
        "with_disability": 4,
        "count_source": "counted",
        "operator_kind": "shg",
        "trained": 8,
        "first_time": 6,
        "income_before": 6000,
        "income_now": 7500,
        "income_of": "users",
        "income_asked": 5,
        "hours_before": 3,
        "hours_now": 1.5,
        "hours_of": "users",
        "hours_asked": 5,
        "modules": ["water", "ewaste"],
        "structures": 1,
        "water_kl": 120,
        "water_months": 10,
        "kg": 14.5,
        "cost": 20000,
        "contribution": 2000,
        "period_from": "2026-10-01",
        "period_to": "2026-10-31",
        "remarks": "The belt of two units is worn.",
    },
    "village_need": {
        **_VISIT,
        "theme": ["water"],
        "need": "The pond dries up in March; the animals have no water.",
        "households": 60,
        "urgency": "season",
        "technology_asked": None,
    },
    "training_event": {
        **_VISIT,
        "centre": None,
        "technology": None,
        "topic": "Care and small repairs",
        "trained": 24,
        "first_time": 20,
        "women": 15,
        "men": 9,
        "other_gender": 0,
    },
}

# The rows of repeats, by the repeat's name.
ROWS: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "village_report": {
        "ewaste": (
            {"category": "it_hardware", "kg_collected": 12, "kg_dismantled": 6, "kg_recycled": 0},
            {"category": "batteries", "kg_collected": 2.5, "kg_dismantled": 0, "kg_recycled": 0},
        )
    },
}


def moved(leaves: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """The same answers given on another day."""

    def move(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return str(dt.date.fromisoformat(value) + (day - DAY))
        except ValueError:
            return value

    return {name: move(value) for name, value in leaves.items()}


def with_units(leaves: Mapping[str, Any], installed: int) -> dict[str, Any]:
    """The same report of a deployment of so many units: of more than two, two are broken and one is not used."""
    broken = 2 if installed > 2 else 0
    in_use = installed - broken - (1 if broken else 0)
    counted = {
        "installed_before": installed,
        "installed": installed,
        "working": installed - broken,
        "broken": broken,
        "units_in_use": in_use,
    }
    asked_of_broken = () if broken else ("down_since", "fault", "can_repair", "remarks")
    return {name: counted.get(name, value) for name, value in leaves.items() if name not in asked_of_broken}
