"""What everybody may see of the national map: cells and districts of at least five villages, and no figure below that.

Only the coarse cells are drawn, in one layer: finer ones, months or sources beside them would tell the rest by subtraction.
"""

from __future__ import annotations

from dataclasses import replace

from maps.picture import Area, Card, Cell, Figure, Mark, Month, NationalMap, Source

LEAST = 5  # villages
FEW = "Fewer than five villages so far"


def aggregated(picture: NationalMap) -> NationalMap:
    cells = tuple(cell for cell in map(_one_layer, picture.coarse) if _last(cell.reached) >= LEAST)
    few = sum(_last(cell.reached) for cell in picture.coarse) < LEAST
    months = tuple(_month(month, few=few) for month in picture.months[-1:])
    head = replace(picture.head, figures=tuple(map(_figure, picture.head.figures)), chips=())
    head = replace(head, title=FEW) if few else head
    return replace(
        picture,
        head=head,
        sources=(Source("all", "All technologies", "partnership", "", "", sum(_last(cell.reached) for cell in cells)),),
        marks=tuple(map(_mark, picture.marks)),
        cells=cells,
        coarse=cells,
        months=months,
        districts=tuple(area for area in map(_area, picture.districts) if area.reached >= LEAST),
        gaps=tuple(gap for gap in picture.gaps if min(gap[1:]) >= LEAST),
    )


def _one_layer(cell: Cell) -> Cell:
    reached, active = (sum(_last((part,)) for part in parts) for parts in (cell.reached, cell.active))
    listed = cell.catchment if cell.catchment >= LEAST else 0
    return Cell(cell.h3, (listed,), ((1, (reached,)),), ((1, (active,)),))


def _last(parts: tuple[tuple[int, tuple[int, ...]], ...]) -> int:
    return sum(counts[-1] for _, counts in parts if counts)


def _month(month: Month, *, few: bool) -> Month:
    figures, new = tuple(map(_figure, month.figures)), month.new if month.new >= LEAST else 0
    return replace(month, new=new, figures=figures, title=FEW if few else month.title)


def _figure(figure: Figure) -> Figure:
    """A figure below five, and what its share would tell, is a dash."""
    if figure.value is not None and figure.value < LEAST:
        return Figure(figure.label, None, None, "", "")
    return figure


def _area(area: Area) -> Area:
    listed = area.catchment if area.catchment >= LEAST else 0
    return replace(area, catchment=listed, covered=area.covered if listed else 0)


def _mark(mark: Mark) -> Mark:
    """Where clusters and centres are is public; their figures may be of fewer villages."""
    return replace(mark, card=Card(mark.card.heading, mark.card.sub))
