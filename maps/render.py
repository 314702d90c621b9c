"""Pictures drawn as pages: Folium for the map, plain HTML around it. See `maps.page.Page` for what comes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from html import escape
from typing import Any

import folium

from maps import encode, markup, symbols, wording
from maps.compose import Moment
from maps.folium_offline import Call, blank_map, data_name, mark, script
from maps.marks import kit, name_marks
from maps.moment_values import month_values, without
from maps.page import Page
from maps.picture import Area, CentreMap, Mark, NationalMap, ReplicationMap, Source
from maps.render_centre import centre
from maps.render_centre import moment as of_centre
from maps.render_replication import moment as of_replication
from maps.render_replication import replication
from maps.words import later, t

__all__ = ["centre", "moment", "moment_of", "national", "replication"]

ATTRIBUTION = later("Boundaries: ICMR-NIE adarvmaps, simplified · Cells: H3")
PANE_OF = {"cluster": "clusters", "rutag": "rutag", "rutag_chapter": "rutag", "rsvc": "rsvc", "partnership": "rsvc"}
KIND_WORDS = {
    "cluster": later("S&T cluster"), "rutag": later("RuTAG centre"), "rutag_chapter": later("RuTAG chapter"),
    "rsvc": later("RSVC centre"), "partnership": later("Partnership centre"),
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
        modules=("js/cells.js", "js/months.js", "js/villages.js", "js/national.js"),
    )


def _bit(item: Mark, sources: tuple[Source, ...]) -> int:
    """Which layer a mark belongs to: a cluster's own, a centre's kind."""
    own = [i for i, s in enumerate(sources) if (s.slug == item.slug if item.kind == "cluster" else s.kind == item.kind)]
    return own[0] if own else -1


def _centre(item: Mark, bit: int) -> folium.Marker:
    symbol = symbols.source(item.kind, item.letters, item.colour)
    html = (
        f'<div class="mark mark-{item.kind}"><span class="label">{escape(item.name)}</span> '
        f'<span class="sym" aria-hidden="true">{symbol}</span></div>'
    )
    options = {
        "slug": item.slug, "kind": item.kind, "name": item.name, "radius": symbols.RADIUS[item.kind], "bit": bit,
        "says": f"{item.name} {symbols.written(item.kind, item.letters)}".strip() + f", {t(KIND_WORDS[item.kind])}",
    }  # fmt: skip
    return mark((item.lat, item.lon), html, PANE_OF[item.kind], options)


def _national_values(picture: NationalMap) -> dict[str, Any]:
    count = len(picture.months)
    return {
        "attribution": t(ATTRIBUTION),
        "sources": [{"slug": s.slug, "name": s.name} for s in picture.sources],
        "months": month_values(picture.months, picture.head.as_of),
        "totals": encode.totals(picture.cells, count),
        "now": without(moment(picture, picture.head.as_of), "gaps", "tables"),
        "kit": kit(),
        "hexagon": symbols.hexagon(markup.RAMP[2], "#8C8F88"),
    }


def moment_of(picture: NationalMap | CentreMap | ReplicationMap, day: dt.date) -> dict[str, Any]:
    if isinstance(picture, CentreMap):
        return of_centre(picture)
    return of_replication(picture) if isinstance(picture, ReplicationMap) else moment(picture, day)


def moment(said: NationalMap | Moment, day: dt.date) -> dict[str, Any]:
    """What the page shows of one moment besides cells, title and figures: the browser puts it in the place of another's."""
    return {
        "villages": [s.villages for s in said.sources],
        "districts": {a.slug: [a.reached, a.active, a.catchment, a.covered] for a in said.districts},
        "cards": {m.slug: asdict(m.card) for m in said.marks},
        "gaps": markup.gaps(said.gaps),
        "tables": _tables(said),
        "date": wording.day_text(day),
        **({"title": said.title, "figures": [asdict(f) for f in said.figures]} if isinstance(said, Moment) else {}),
    }


def _national_body(picture: NationalMap) -> str:
    head = picture.head
    months = markup.months(picture.months) if len(picture.months) > 1 else ""
    layers = markup.layers(picture.sources, lists=picture.lists)
    where = t("Map of India: {title}", title=head.title)
    return (
        f"{markup.header(head)}\n"
        f'<main class="stage"><div class="folium-map" id="map_gramreach" role="region" aria-label="{escape(where)}">'
        f'</div>{markup.sheet()}<div class="left">{markup.shut()}{layers}<div class="tables">{_tables(picture)}</div></div>'
        f'<div class="right"><div class="gap-slot">{markup.gaps(picture.gaps)}</div><div class="slot"></div>'
        f"{markup.legend(head, {m.kind for m in picture.marks}, lists=picture.lists)}</div></main>\n{months}"
    )


def _tables(said: NationalMap | Moment) -> str:
    sources = [
        (f"{s.name} ({s.centres})" if s.centres else s.name, wording.plural_villages(s.villages)) for s in said.sources
    ]
    busiest: list[Area] = sorted(said.districts, key=lambda a: -a.reached)
    return markup.as_table(
        markup.table(t("Villages reached, by source"), sources),
        markup.table(t("Districts"), markup.area_rows(busiest)),
    )
