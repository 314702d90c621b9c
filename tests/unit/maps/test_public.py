"""The public map holds nothing of fewer than five villages, in whatever way one looks at it."""

from __future__ import annotations

from dataclasses import replace

from maps import render
from maps.picture import Area, Cell, Figure, NationalMap
from maps.public import FEW, LEAST, aggregated
from tests.unit.maps.pictures import national

FIRST, SECOND, THIRD = (cell.h3 for cell in national().coarse[:3])


def picture() -> NationalMap:
    """With a cell of two sources, of three and two villages; one of four; one that is only on lists."""
    whole = national()
    count = len(whole.months)
    masks = ((1, (0,) * (count - 1) + (3,)), (2, (0,) * (count - 1) + (2,)))
    few = ((1, (4,) * count),)
    coarse = (
        Cell(FIRST, (3,) * count, masks, ((1, (0,) * (count - 1) + (1,)),)),
        Cell(SECOND, (9,) * count, few, few),
        Cell(THIRD, (12,) * count, (), ()),
    )
    figures = (Figure("Villages reached", 9, 0.5, "50%", "of 18"), Figure("Broken", 4, 0.4, "40%", "of 10"))
    districts = (Area("a", "A", 5, 1, 4, 2), Area("b", "B", 4, 4, 40, 4))
    gaps = (("A", 5, 9), ("B", 3, 4))
    return replace(whole, coarse=coarse, districts=districts, gaps=gaps, head=replace(whole.head, figures=figures))


def test_cells_and_districts_of_fewer_than_five_are_left_out() -> None:
    public = aggregated(picture())
    assert [cell.h3 for cell in public.cells] == [FIRST]
    assert [area.slug for area in public.districts] == ["a"]
    assert public.gaps == (("A", 5, 9),)
    assert [(figure.value, figure.strong) for figure in public.head.figures] == [(9, "50%"), (None, "")]


def test_neither_sources_nor_months_nor_finer_cells_tell_the_rest() -> None:
    public = aggregated(picture())
    (cell,) = public.cells
    assert cell.reached == ((1, (5,)),)
    assert cell.catchment == 0, "three villages on a list are fewer than five"
    assert public.cells == public.coarse
    assert len(public.months) <= 1
    assert len(public.sources) == 1
    assert all(not mark.card.rows and mark.card.series is None for mark in public.marks)
    assert all(figure.value is None or figure.value >= LEAST for month in public.months for figure in month.figures)


def test_where_nothing_much_is_yet_the_title_does_not_count_it() -> None:
    nothing = aggregated(replace(picture(), coarse=picture().coarse[1:]))
    assert nothing.cells == ()
    assert {nothing.head.title, *(month.title for month in nothing.months)} == {FEW}


def test_it_is_drawn() -> None:
    page = render.national(aggregated(picture()))
    assert "All technologies" in page.body
    assert page.script()
