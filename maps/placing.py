"""Room for marks and labels on a slide: the arithmetic of `assets/js/placing.js`, for pictures without a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

MOBILITY = {"cluster": 0.3, "dot": 0.0}
NUDGE = {
    "cluster": (-0.9, 0.45),
    "rutag": (1.0, 0.15),
    "rutag_chapter": (0.7, -0.7),
    "rsvc": (-0.4, -1.0),
    "partnership": (0.5, 1.0),
}
ROUNDS = 300


@dataclass(frozen=True)
class Disc:
    """A mark in pixels: its place, radius and kind; `of`: the index of the mark whose true place this dot is."""

    x: float
    y: float
    r: float
    kind: str
    of: int = -1


@dataclass(frozen=True)
class Box:
    x0: float
    y0: float
    x1: float
    y1: float
    weight: float = 1.0

    def overlap(self, other: Box) -> float:
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        high = min(self.y1, other.y1) - max(self.y0, other.y0)
        return wide * high if wide > 0 and high > 0 else 0.0


def spread(marks: Sequence[Disc], gap: float) -> list[Disc]:
    """The marks pushed apart; what is moved noticeably leaves its true place in sight."""
    first = _settle(list(marks), list(marks), gap)
    dots = [
        Disc(m.x, m.y, 3, "dot", i) for i, m in enumerate(marks) if math.dist((m.x, m.y), (first[i].x, first[i].y)) > 5
    ]
    return _settle([*marks, *dots], [*first, *dots], gap)[: len(marks)] if dots else first


def _settle(marks: list[Disc], start: list[Disc], gap: float) -> list[Disc]:
    at = [[m.x, m.y] for m in start]
    for _ in range(ROUNDS):
        moved = False
        for i in range(len(marks)):
            for j in range(i + 1, len(marks)):
                moved = _push(marks, at, i, j, gap) or moved
        if not moved:
            break
    return [replace(m, x=x, y=y) for m, (x, y) in zip(marks, at, strict=True)]


def _push(marks: list[Disc], at: list[list[float]], i: int, j: int, gap: float) -> bool:
    if marks[j].kind == "dot" and marks[j].of != i:
        return False
    need = marks[i].r + marks[j].r + gap
    dx, dy = at[j][0] - at[i][0], at[j][1] - at[i][1]
    apart = distance = math.hypot(dx, dy)
    if apart >= need - 0.01:
        return False
    if apart < need * 0.45:
        a, b = NUDGE.get(marks[i].kind, (1, 0)), NUDGE.get(marks[j].kind, (-1, 0))
        dx, dy = dx + (b[0] - a[0]) * 4 + 0.01 * (j - i), dy + (b[1] - a[1]) * 4
        distance = math.hypot(dx, dy) or 1
    own, other = MOBILITY.get(marks[i].kind, 1.0), MOBILITY.get(marks[j].kind, 1.0)
    step = min(need - apart, 6) / (own + other)
    at[i][0] -= dx / distance * step * own
    at[i][1] -= dy / distance * step * own
    at[j][0] += dx / distance * step * other
    at[j][1] += dy / distance * step * other
    return True


def sides(x: float, y: float, r: float, w: float, h: float) -> list[Box]:
    """Where a label of this size may stand around a mark, the preferred places first."""
    g = r + 3
    corners = [
        (x + g, y - h / 2), (x - g - w, y - h / 2), (x - w / 2, y + g - 1), (x - w / 2, y - g - h + 1),
        (x + g - 2, y - g - h / 2 + 2), (x + g - 2, y + g - h / 2 - 2), (x - g - w + 2, y - g - h / 2 + 2),
        (x - g - w + 2, y + g - h / 2 - 2),
    ]  # fmt: skip
    return [Box(a, b, a + w, b + h) for a, b in corners]


def best(options: Sequence[Box], taken: Sequence[Box]) -> tuple[Box, float]:
    """The option with the least overlap with what stands already; its cost in square pixels."""
    costs = [i * 0.6 + sum(option.overlap(t) * t.weight for t in taken) for i, option in enumerate(options)]
    least = min(range(len(options)), key=costs.__getitem__)
    return options[least], costs[least]


def labels(wanted: Sequence[Sequence[Box]], fixed: Sequence[Box]) -> list[tuple[Box, float]]:
    """A place for each label, in order of importance: each gives way to the others, three times round."""
    found: list[tuple[Box, float] | None] = [None] * len(wanted)
    for _ in range(3):
        for i, options in enumerate(wanted):
            others = [replace(f[0], weight=1.5) for j, f in enumerate(found) if f and j != i]
            found[i] = best(options, [*fixed, *others])
    return [f for f in found if f]
