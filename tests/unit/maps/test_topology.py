"""Borders kept once: what is cut apart comes together again."""

from __future__ import annotations

from maps.topology import Arcs, pack, snap, stitch, unpack

LEFT = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
RIGHT = [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (1.0, 0.0)]


def test_two_squares_share_one_arc() -> None:
    left, right = snap(LEFT), snap(RIGHT)
    arcs = Arcs([left, right])
    one, other = arcs.ring(left), arcs.ring(right)
    assert len(arcs.arcs) == 3
    assert {n if n >= 0 else ~n for n in one} & {n if n >= 0 else ~n for n in other}
    assert set(stitch(one, [list(a) for a in arcs.arcs])) == set(LEFT)
    assert set(stitch(other, [list(a) for a in arcs.arcs])) == set(RIGHT)


def test_packing_loses_nothing() -> None:
    assert unpack(pack([(5, 7), (6, 6), (-2, 9)])) == [(5, 7), (6, 6), (-2, 9)]


def test_a_ring_smaller_than_the_grid_vanishes() -> None:
    assert snap([(0, 0), (0.0001, 0), (0, 0.0001), (0, 0)]) == []


def test_a_spike_vanishes() -> None:
    assert (3000, 0) not in snap([(0, 0), (1, 0), (3, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
