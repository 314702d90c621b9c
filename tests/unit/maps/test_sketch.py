"""Small maps and charts: what is shown where, and nothing on top of one another."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from maps import charts, sketch
from maps.sketch import Spot

HERE = (13.2, 74.93)


def test_each_village_has_its_mark_and_the_urgent_lie_on_top() -> None:
    spots = [Spot(13.21, 74.95, "never"), Spot(13.25, 74.93, "broken"), Spot(13.18, 74.9, "in_use")]
    drawn = sketch.around(spots, [HERE], "rsvc", "Villages around Nitte")
    assert 'aria-label="Villages around Nitte"' in drawn
    assert drawn.count("<svg ") == 1 + len(spots) + 1, "a mark for each village, and the house"
    assert drawn.index("#00564B") < drawn.index('fill="#fff" stroke="#14211F"') < drawn.index("#BC3D06")


def test_rings_are_as_far_as_the_scale_says() -> None:
    drawn = sketch.around([Spot(13.29, 74.93, "never")], [HERE], "rsvc", "")
    radii = [float(r) for r in re.findall(r'class="ring"[^>]* r="([\d.]+)"', drawn)]
    long = float(re.findall(r'class="bar" d="M12 \d+v5h([\d.]+)', drawn)[0])
    assert radii == pytest.approx([long, 2 * long], abs=0.2)
    assert ">5 km<" in drawn


def test_a_centre_of_two_sites_has_no_rings() -> None:
    assert 'class="ring"' not in sketch.around([Spot(13.21, 74.95, "never")], [HERE, (13.0, 75.0)], "rsvc", "")


def test_in_india_a_dot_is_full_where_something_is_in_use_and_dots_on_one_another_are_one() -> None:
    spots = [
        Spot(13.2, 74.93, "in_use"),
        Spot(13.2, 74.93, "never"),
        Spot(28.6, 77.2, "silent"),
        Spot(28.6, 77.2, "never"),
    ]
    drawn = sketch.country(spots, "India")
    assert (drawn.count('class="full"'), drawn.count('class="hollow"')) == (1, 1)


@pytest.mark.parametrize("values", [(1, 0, 19), (0, 0, 0), (20, 19, 20)])
def test_names_at_the_ends_of_lines_never_lie_on_one_another_nor_below_the_axis(values: tuple[int, int, int]) -> None:
    reached, active, listed = values
    lines = [charts.Line("ever reached", [0, reached], "reached"), charts.Line("active", [0, active], "active")]
    drawn = charts.months(lines, ["Jan", "Feb"], "", charts.Band(listed=listed, list_name="on the list"))
    heights = sorted(float(y) for y in re.findall(r'class="label [^>]* y="([\d.]+)"', drawn))
    assert all(low - high >= charts.APART - 0.2 for high, low in pairwise(heights))
    assert heights[-1] <= charts.HEIGHT - charts.BOTTOM + 4.5
