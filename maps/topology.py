"""Shared borders stored once: polygons as runs of arcs, on a whole-number grid.

A coverage's polygons share their edges, so each edge is kept once as an *arc* and a ring is a list of arc numbers
(`~n`: arc n backwards), as in TopoJSON. Lines drawn from arcs are never doubled and never part from each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

Point = tuple[int, int]
Ring = list[int]
Faces = dict[str, list[list[tuple[float, float]]]]

SCALE = 1000  # grid steps a degree: about 110 m


def snap(ring: Iterable[tuple[float, float]], scale: int = SCALE) -> list[Point]:
    """The ring on the grid, without its closing point and without points that fall together. May come out empty."""
    out: list[Point] = []
    for x, y in ring:
        point = (round(x * scale), round(y * scale))
        if not out or out[-1] != point:
            out.append(point)
    while len(out) > 1 and out[0] == out[-1]:
        out.pop()
    return _without_spikes(out)


def _without_spikes(ring: list[Point]) -> list[Point]:
    """Points where the ring runs straight back on itself say nothing, and would end in loose arcs."""
    changed = True
    while changed and len(ring) > 2:
        changed = False
        for i in range(len(ring)):
            if ring[i - 1] == ring[(i + 1) % len(ring)]:
                drop = {i, (i + 1) % len(ring)}
                ring = [p for j, p in enumerate(ring) if j not in drop]
                changed = True
                break
    return ring if len(ring) > 2 else []


class Arcs:
    """Cuts snapped rings into shared arcs. Give it all rings at once, then ask for each ring's arc numbers."""

    def __init__(self, rings: Sequence[list[Point]]) -> None:
        self._neighbours: dict[Point, set[Point]] = {}
        self._ids: dict[tuple[Point, ...], int] = {}
        self.arcs: list[tuple[Point, ...]] = []
        for ring in rings:
            for i, point in enumerate(ring):
                self._neighbours.setdefault(point, set()).update((ring[i - 1], ring[(i + 1) % len(ring)]))

    def _is_node(self, point: Point) -> bool:
        return len(self._neighbours[point]) != 2

    def ring(self, ring: list[Point]) -> Ring:
        """The arc numbers of one of the rings given at the start."""
        if not ring:
            return []
        nodes = [i for i, point in enumerate(ring) if self._is_node(point)]
        start = nodes[0] if nodes else ring.index(min(ring))
        turned = [*ring[start:], *ring[:start], ring[start]]
        out, run = [], [turned[0]]
        for point in turned[1:]:
            run.append(point)
            if self._is_node(point):
                out.append(self._arc(tuple(run)))
                run = [point]
        if len(run) > 1:
            out.append(self._arc(tuple(run)))
        return out

    def _arc(self, run: tuple[Point, ...]) -> int:
        if run in self._ids:
            return self._ids[run]
        if run[::-1] in self._ids:
            return ~self._ids[run[::-1]]
        self._ids[run] = len(self.arcs)
        self.arcs.append(run)
        return self._ids[run]


def pack(arc: Sequence[Point]) -> list[int]:
    """x0, y0, then differences: small numbers are short numbers."""
    out = [*arc[0]]
    for (x0, y0), (x1, y1) in itertools.pairwise(arc):
        out += (x1 - x0, y1 - y0)
    return out


def unpack(packed: Sequence[int]) -> list[Point]:
    x = y = 0
    out = []
    for i in range(0, len(packed), 2):
        x, y = x + packed[i], y + packed[i + 1]
        out.append((x, y))
    return out


def stitch(ring: Ring, arcs: Sequence[list[Point]], scale: int = SCALE) -> list[tuple[float, float]]:
    """A ring's points in degrees, (lon, lat), closed."""
    out: list[Point] = []
    for number in ring:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        out += points[1:] if out else points
    return [(x / scale, y / scale) for x, y in out]
