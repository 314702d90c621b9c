"""Marks and labels find room."""

from __future__ import annotations

import math

from maps.placing import Box, Disc, best, labels, sides, spread


def test_marks_at_one_place_move_apart_each_its_own_way() -> None:
    found = spread([Disc(0, 0, 14, "cluster"), Disc(0, 0, 9, "rutag")], 2)
    assert math.dist((found[0].x, found[0].y), (found[1].x, found[1].y)) >= 24.9
    assert found[0].x < 0 < found[1].x


def test_marks_with_room_stay_where_they_are() -> None:
    marks = [Disc(0, 0, 14, "cluster"), Disc(50, 0, 9, "rutag")]
    assert spread(marks, 2) == marks


def test_a_label_takes_the_free_side() -> None:
    box, cost = best(sides(100, 100, 10, 40, 12), [Box(110, 90, 160, 110, 2)])
    assert box.x1 < 100
    assert cost < 5


def test_labels_give_way_to_each_other() -> None:
    found = labels([sides(100, 100, 10, 40, 12), sides(118, 100, 10, 40, 12)], [])
    assert found[0][0].overlap(found[1][0]) == 0
