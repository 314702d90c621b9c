"""A few reports are odd on purpose, so that the flags can be seen: about three in a hundred, one thing wrong in each."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from backend.demo.answers import Answers

SHARE = 0.03


def spoil(rng: random.Random, answers: Answers) -> str:
    """Make one thing odd; says which flag it is for, "" where the answers have nothing to make so."""
    flag, change = rng.choice(_CHANGES)
    return flag if change(rng, answers) else ""


def _accuracy(rng: random.Random, answers: Answers) -> bool:
    _position(answers)["properties"]["accuracy"] = round(150 + 2850 * rng.random(), 1)
    return True


def _unproven(rng: random.Random, answers: Answers) -> bool:
    _position(answers)["properties"]["accuracy"] = 0
    return True


def _far(rng: random.Random, answers: Answers) -> bool:
    lon, lat = _position(answers)["coordinates"]
    _position(answers)["coordinates"] = [round(lon - 0.2, 6), round(lat + 0.1 + 0.2 * rng.random(), 6)]
    return True


def _sums(rng: random.Random, answers: Answers) -> bool:
    users = answers.get("users")
    if not users or not users["people"]:
        return False
    users["women"] = min(users["people"], users["women"] + 1 + int(rng.random() * 5))
    users["men"] = min(users["people"], users["men"] + 1)
    return True


def _future(rng: random.Random, answers: Answers) -> bool:
    day = dt.date.fromisoformat(answers["place"]["visit_date"]) + dt.timedelta(days=31)
    answers["place"]["visit_date"] = day.isoformat()
    return True


def _hasty(rng: random.Random, answers: Answers) -> bool:
    start = answers["start"]
    answers["end"] = f"{start[:17]}{10 + int(rng.random() * 9)}{start[19:]}"
    return True


def _position(answers: Answers) -> dict[str, Any]:
    position: dict[str, Any] = answers["evidence"]["position"]
    return position


_CHANGES: tuple[tuple[str, Callable[[random.Random, Answers], bool]], ...] = (
    ("accuracy_low", _accuracy),
    ("accuracy_low", _accuracy),
    ("position_unproven", _unproven),
    ("far_from_village", _far),
    ("constraint_failed", _sums),
    ("future_date", _future),
    ("too_fast", _hasty),
)
