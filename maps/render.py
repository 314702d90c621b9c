"""Pictures drawn as pages: Folium for the map, plain HTML around it. See `maps.page.Page` for what comes out."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import asdict
from html import escape
from typing import Any

import folium

from maps import encode, markup, symbols
from maps.folium_offline import Call, blank_map, data_name, mark, script
from maps.marks import kit, name_marks
from maps.page import Page
from maps.picture import Area, Mark, Month, NationalMap, Source
from maps.render_centre import centre
from maps.render_replication import replication

__all__ = ["centre", "national", "replication"]

ATTRIBUTION = "Boundaries: ICMR-NIE adarvmaps, simplified · Cells: H3"
PANE_OF = {"cluster": "clusters", "rutag": "rutag", "rutag_chapter": "rutag", "rsvc": "rsvc", "partnership": "rsvc"}
KIND_WORDS = {
    "cluster": "S&T cluster", "rutag": "RuTAG centre", "rutag_chapter": "RuTAG chapter",
    "rsvc": "RSVC centre", "partnership": "Partnership centre",
}  # fmt: skip


def national(picture: NationalMap) -> Page:
    """The national reach map."""
    view = blank_map()
    name_marks(view)
    centres = folium.FeatureGroup(name="centres", control=False).add_to(view)
    for item in picture.marks:
        _centre(item, _bit(item, picture.sources)).add_to(centres)
    Call("national", data_name().js_code).add_to(view)
    return Page(
        kind="national",
        title=picture.head.title,
        body=_national_body(picture),
        own=script(view),
        values=_national_values(picture),
        embedded={"cells": {"fine": encode.cells(picture.cells), "coarse": encode.cells(picture.coarse)}},
        modules=("js/cells.js", "js/months.js", "js/national.js"),
    )


def _bit(item: Mark, sources: tuple[Source, ...]) -> int:
    """Which layer a mark belongs to: a cluster's own, a centre's kind."""
    own = [i for i, s in enumerate(sources) if (s.slug == item.slug if item.kind == "cluster" else s.kind == item.kind)]
    return own[0] if own else -1


def _centre(item: Mark, bit: int) -> folium.Marker:
    symbol = symbols.source(item.kind, item.letters, item.colour)
    html = (
        f'<div class="mark mark-{item.kind}"><span class="label">{escape(item.name)}</span>'
        f'<span class="sym">{symbol}</span></div>'
    )
    options = {
        "slug": item.slug, "kind": item.kind, "name": item.name, "radius": symbols.RADIUS[item.kind], "bit": bit,
        "says": f"{item.name}, {KIND_WORDS[item.kind]}",
    }  # fmt: skip
    return mark((item.lat, item.lon), html, PANE_OF[item.kind], options)


def _national_values(picture: NationalMap) -> dict[str, Any]:
    count = len(picture.months)
    return {
        "asOf": long_date(picture.head.as_of),
        "attribution": ATTRIBUTION,
        "sources": [{"slug": s.slug, "name": s.name, "villages": s.villages} for s in picture.sources],
        "months": [_month(m, picture.head.as_of, count - 1 - i) for i, m in enumerate(picture.months)],
        "totals": encode.totals(picture.cells, count),
        "districts": {a.slug: [a.reached, a.active, a.catchment, a.covered] for a in picture.districts},
        "cards": {m.slug: asdict(m.card) for m in picture.marks},
        "kit": kit(),
        "hexagon": symbols.hexagon(markup.RAMP[2], "#8C8F88"),
    }


def _month(month: Month, as_of: dt.date, back: int) -> dict[str, Any]:
    end = month_end(as_of, back)
    return {**asdict(month), "end": end.isoformat(), "date": long_date(end)}


def month_end(as_of: dt.date, back: int) -> dt.date:
    """The last day of the month `back` months before; of this month: the picture's date itself."""
    if not back:
        return as_of
    months = as_of.year * 12 + as_of.month - 1 - back
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def long_date(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"


def _national_body(picture: NationalMap) -> str:
    head = picture.head
    months = markup.months(picture.months) if picture.months else ""
    layers = markup.layers(picture.sources, lists=picture.lists)
    return (
        f"{markup.header(head)}\n"
        f'<main class="stage"><div class="folium-map" id="map_gramreach" role="region" '
        f'aria-label="Map of India: {escape(head.title)}">'
        f'</div>{markup.SHEET}<div class="left">{markup.SHUT}{layers}{_tables(picture)}</div>'
        f'<div class="right">{markup.gaps(picture.gaps)}<div class="slot"></div>'
        f"{markup.legend(head, {m.kind for m in picture.marks}, lists=picture.lists)}</div></main>\n{months}"
    )


def _tables(picture: NationalMap) -> str:
    sources = [
        (f"{s.name} ({s.centres})" if s.centres else s.name, f"{markup.number(s.villages)} villages")
        for s in picture.sources
    ]
    busiest: list[Area] = sorted(picture.districts, key=lambda a: -a.reached)
    return markup.as_table(
        markup.table(f"To {long_date(picture.head.as_of)}", markup.figure_rows(picture.head.figures)),
        markup.table("Villages reached, by source", sources),
        markup.table("Districts", markup.area_rows(busiest)),
    )
