"""Cells as short JSON: corners on a grid, months as changes only."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import h3

from maps.picture import Cell

GRID = 1000  # corners to about 110 m: a cell is 25 km across or more
Masks = tuple[tuple[int, tuple[int, ...]], ...]


def changes(counts: Sequence[int]) -> list[int]:
    """[month, count, month, count, ...]: only the months in which the count changes; it starts from 0."""
    out: list[int] = []
    last = 0
    for month, count in enumerate(counts):
        if count != last:
            out += (month, count)
            last = count
    return out


def corners(cell: int) -> list[int]:
    """lat, lon of the first corner on the grid, then differences."""
    points = [(round(lat * GRID), round(lon * GRID)) for lat, lon in h3.cell_to_boundary(h3.int_to_str(cell))]
    out = [*points[0]]
    for (lat0, lon0), (lat1, lon1) in itertools.pairwise(points):
        out += (lat1 - lat0, lon1 - lon0)
    return out


def cells(items: Sequence[Cell]) -> list[list[Any]]:
    """[[h3, changes of villages on lists, corners, [[mask, changes], ...] reached, ... active], ...]"""
    return [[f"{c.h3:x}", changes(c.listed), corners(c.h3), _masks(c.reached), _masks(c.active)] for c in items]


def _masks(masks: Masks) -> list[list[Any]]:
    return [[mask, changes(counts)] for mask, counts in masks if any(counts)]


def totals(items: Sequence[Cell], months: int) -> dict[str, list[list[Any]]]:
    """The same sums over the whole country: what the layer counts and the title are computed from."""
    return {"reached": _sum([c.reached for c in items], months), "active": _sum([c.active for c in items], months)}


def _sum(all_masks: Sequence[Masks], months: int) -> list[list[Any]]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * months)
    for masks in all_masks:
        for mask, counts in masks:
            for month, count in enumerate(counts):
                sums[mask][month] += count
    return [[mask, counts] for mask, counts in sorted(sums.items())]


def distinct(masks: Sequence[Sequence[Any]], chosen: int, month: int) -> int:
    """Distinct villages of the chosen sources: each village stands in exactly one mask a month."""
    return sum(counts[month] for mask, counts in masks if mask & chosen)
