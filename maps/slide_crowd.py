"""Many villages on a slide: the arithmetic of `assets/js/crowd.js`, for pictures without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from maps.canvas import XY
from maps.picture import Condition, VillageMark
from maps.placing import Box, best

LEAST: dict[Condition, float] = {"broken": 0.66, "silent": 0.6, "never": 0.54}
SMALLEST = 0.56
URGENT: dict[Condition, int] = {"broken": 0, "never": 1, "silent": 2}
ABOVE: dict[Condition, int] = {"never": 0, "in_use": 2, "idle": 2, "resting": 2, "silent": 3, "broken": 4}
FULL = 34.0  # pixels that a mark of full size wants for itself


def crowding(points: Sequence[XY]) -> float:
    """How near their neighbours stand: a third of the marks stand nearer. Infinite for less than two."""
    if len(points) < 2:
        return float("inf")
    near = cKDTree(np.array(points)).query(np.array(points), k=2)[0][:, 1]
    return float(np.sort(near)[len(near) // 3])


def mark_scale(gap: float, condition: Condition) -> float:
    """Of full size; never so small that shapes could not be told apart."""
    return max(LEAST.get(condition, SMALLEST), min(1.0, gap / FULL))


def urgency(village: VillageMark) -> tuple[int, float]:
    """Whose name stands first: broken, never visited from the nearest, silent, the others."""
    return URGENT.get(village.condition, 3), village.km or 0.0


@dataclass(frozen=True)
class Wanted:
    """A label and where it may stand, the preferred places first; `must`: it stands even where there is no room."""

    options: Sequence[Box]
    must: bool = False


def free_labels(wanted: Sequence[Wanted], fixed: Sequence[Box]) -> list[Box | None]:
    """A place for each label that fits without lying on anything, the first ones first."""
    taken = list(fixed)
    found: list[Box | None] = []
    for label in wanted:
        free = next((box for box in label.options if not any(box.overlap(other) for other in taken)), None)
        place = best(label.options, taken)[0] if free is None and label.must else free
        found.append(place)
        if place is not None:
            taken.append(place)
    return found


def step_aside(at: XY, r: float, villages: Sequence[tuple[XY, float]]) -> XY:
    """Where a centre's mark stands: beside its place when it would hide villages, unless it would hide as many there."""
    near = [size for (x, y), size in villages if np.hypot(x - at[0], y - at[1]) < r + size]
    if not near:
        return at
    away = r + max(near) + 4
    turns = np.arange(12) * np.pi / 6
    tries = [at, *((at[0] + away * float(np.cos(t)), at[1] + away * float(np.sin(t))) for t in turns)]
    boxes = [_around(where, size) for where, size in villages]
    costs = [sum(_around(p, r).overlap(b) for b in boxes) + (r * r * 0.15 if i else 0) for i, p in enumerate(tries)]
    return tries[costs.index(min(costs))]


def _around(at: XY, r: float) -> Box:
    return Box(at[0] - r, at[1] - r, at[0] + r, at[1] + r)
