"""One centre drawn: catchment, distance rings, villages by condition, whom to visit next."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from html import escape
from typing import Any

import folium

from maps import catchment, markup, render_ground, symbols
from maps.folium_offline import Call, blank_map, data_name, mark, script
from maps.marks import kit
from maps.moment_values import month_values, without
from maps.page import Page
from maps.picture import CentreMap, Condition, VillageMark
from maps.words import later, t

ALWAYS: tuple[Condition, ...] = ("in_use", "broken", "silent", "never")
ROW_WORDS: dict[Condition, str] = {
    "in_use": later("Active"), "idle": later("Idle: works, not used"), "resting": later("Resting, out of season"),
    "broken": later("Broken"), "silent": later("Silent"), "ended": later("Ended"), "registered": later("No report yet"),
    "visited": later("Visited, none yet"), "never": later("Never visited"),
}  # fmt: skip
FAR = "far"  # the layer of deployments outside the catchment
ABOVE: dict[Condition, int] = {"never": 0, "in_use": 2, "idle": 2, "resting": 2, "silent": 3, "broken": 4}
HEIGHT = 4000  # pixels: more than any map is high, because Leaflet stacks marks by their y
NEXT_FIRST = 8  # of those to visit next, before "and 12 more"


def centre(picture: CentreMap) -> Page:
    """The map of one centre. It carries its own piece of the base map."""
    view = blank_map()
    box = render_ground.view_box(picture)
    piece = render_ground.base(box)
    render_ground.draw(view, picture, piece, box)
    villages = folium.FeatureGroup(name="villages", control=False).add_to(view)
    for village, layer in _layered(picture):
        options = _options(village, layer)
        mark((village.lat, village.lon), _html(village), "villages", options).add_to(villages)
    for name, site_lat, site_lon in picture.sites or ((picture.centre.name, picture.centre.lat, picture.centre.lon),):
        _centre_mark(picture, name, site_lat, site_lon).add_to(villages)
    Call("centre", data_name().js_code).add_to(view)
    return Page(
        kind="centre", title=picture.head.title, body=_body(picture), own=script(view), values=_values(picture, piece, box),
        modules=("js/crowd.js", "js/months.js", "js/villages.js", "js/centre.js"), basemap="",
    )  # fmt: skip


def _layered(picture: CentreMap) -> list[tuple[VillageMark, str]]:
    return [*((v, v.condition) for v in picture.villages), *((v, FAR) for v in picture.reached_outside)]


def _html(village: VillageMark) -> str:
    also = '<i class="also-broken"></i>' if village.also_broken else ""
    return (
        f'<div class="mark {"mark-never" if village.condition == "never" else "mark-village"} is-{village.condition}">'
        f'<span class="label">{escape(village.name)}</span>'
        f'<span class="sym" aria-hidden="true">{symbols.condition(village.condition)}{also}</span></div>'
    )


def _options(village: VillageMark, layer: str) -> dict[str, Any]:
    never = village.condition == "never"
    says = f"{village.name}, {t(ROW_WORDS[village.condition])}" + (
        f", {t('also one broken')}" if village.also_broken else ""
    )
    return {
        "slug": village.code, "kind": "never" if never else "village", "name": village.name, "says": says,
        "radius": 12 if never else 9, "condition": layer, "state": village.condition, "km": village.km or 0,
        "z_index_offset": HEIGHT * ABOVE.get(village.condition, 1), "rise_offset": HEIGHT * 9,
    }  # fmt: skip


def site_name(picture: CentreMap, site: str) -> str:
    """A centre's own name; of several sites, with the site's."""
    heading = picture.centre.card.heading or picture.centre.name
    return heading if len(picture.sites) < 2 or site in heading else f"{heading}, {site}"


def _centre_mark(picture: CentreMap, site: str, lat: float, lon: float) -> folium.Marker:
    at = picture.centre
    symbol = symbols.source(at.kind, at.letters, at.colour, 32)
    name = site_name(picture, site)
    html = (
        f'<div class="mark mark-{at.kind}"><span class="label">{escape(name)}</span> '
        f'<span class="sym" aria-hidden="true">{symbol}</span></div>'
    )
    says = f"{name} {symbols.written(at.kind, at.letters)}".strip()
    options = {"slug": at.slug, "kind": at.kind, "name": name, "says": says, "radius": 16, "side": "below"}
    return mark((lat, lon), html, "clusters", options)


def _values(picture: CentreMap, piece: dict[str, Any], box: catchment.Box) -> dict[str, Any]:
    place = t("Village positions and figures illustrative") if picture.head.illustrative else t("simplified")
    reach = render_ground.piece_box(piece)
    return {
        "attribution": f"{t('Boundaries: ICMR-NIE adarvmaps')} · {place}",
        "base": piece,
        "bounds": [box[:2], box[2:]],
        "tight": _tight(picture),
        "box": [reach[:2], reach[2:]],
        "centre": picture.centre.slug,
        "months": month_values(picture.months, picture.head.as_of),
        "now": without(moment(picture), "header", "left", "strip", "marks", "outlines"),
        "homeSymbol": symbols.source(picture.centre.kind, picture.centre.letters, picture.centre.colour, 26),
        "first": _first(picture),
        "kit": kit(),
    }


def moment(picture: CentreMap) -> dict[str, Any]:
    """All that the page shows of one moment: the browser puts it in the place of another's."""
    everyone = _layered(picture)
    return {
        "header": markup.header(picture.head),
        "left": _left(picture),
        "strip": _strip(*_counted(picture)),
        "cards": {v.code: asdict(v.card) for v, _ in everyone},
        "home": asdict(replace(picture.centre.card, link="")),  # it is open already
        "outlines": [[[round(a, 5), round(o, 5)] for a, o in outline] for outline in render_ground.outlines(picture)],
        "marks": [
            {"at": [v.lat, v.lon], "html": _html(v), "options": _camel(_options(v, layer))} for v, layer in everyone
        ],
    }


def _camel(options: dict[str, Any]) -> dict[str, Any]:
    """As Folium writes them for Leaflet."""
    names = {"z_index_offset": "zIndexOffset", "rise_offset": "riseOffset"}
    return {names.get(name, name): value for name, value in options.items()}


def _tight(picture: CentreMap) -> list[tuple[float, float]]:
    """What a phone's first view must hold: the catchment's villages and the centre."""
    places = [(v.lat, v.lon) for v in picture.villages] + render_ground.sites(picture)
    box = catchment.box_around(places, 1.5)
    return [box[:2], box[2:]]


def _first(picture: CentreMap) -> str:
    """The card that is open at first: the most urgent village that says what is wrong."""
    cards = {v.code: v.card for v in picture.villages}
    with_problem = [code for code in picture.visit_next if code in cards and cards[code].problem]
    return next(iter(with_problem), next((c for c in picture.visit_next if c in cards), ""))


def _counted(picture: CentreMap) -> tuple[Counter[Condition], list[Condition]]:
    counts = Counter(v.condition for v in picture.villages)
    return counts, [c for c in symbols.CONDITION_ORDER if counts[c] or c in ALWAYS]


def _left(picture: CentreMap) -> str:
    return f"{markup.shut()}{_conditions(picture, *_counted(picture))}{_next(picture)}{_table(picture)}"


def _body(picture: CentreMap) -> str:
    where = escape(t("Map: {title}", title=picture.head.title))
    months = markup.months(picture.months) if len(picture.months) > 1 else ""
    return (
        f'{markup.header(picture.head)}\n<main class="stage"><div class="folium-map" id="map_gramreach" role="region" '
        f'aria-label="{where}"></div>{markup.sheet()}<div class="left">{_left(picture)}</div>'
        f'<div class="strip-slot">{_strip(*_counted(picture))}</div>'
        f'<div class="right"><div class="home"></div><div class="slot"></div></div></main>\n{months}'
    )


def _conditions(picture: CentreMap, counts: Counter[Condition], shown: list[Condition]) -> str:
    total = len(picture.villages) + picture.unplaced
    rows = "".join(_box_row(c, symbols.condition(c), t(ROW_WORDS[c]), counts[c]) for c in shown)
    if picture.reached_outside:
        rows += _box_row(
            FAR, symbols.condition("in_use", 13), t("Outside, counted apart"), len(picture.reached_outside)
        )
    missing = (
        f'<p class="unplaced">{t("{n} of {all} without a place: not on the map.", n=picture.unplaced, all=total)}</p>'
        if picture.unplaced
        else ""
    )
    return (
        f'<section class="panel layers"><h2>{t("Villages by condition")} '
        f"<span>{t('of {n}', n=markup.number(total))}</span></h2><ul>{rows}</ul>"
        '<ul class="key"><li><svg width="22" height="14"><rect x="1" y="1" width="20" height="12" rx="3" fill="#C7DBD6" '
        f'stroke="{render_ground.TEAL}" stroke-width="1.6"/></svg><span>{t("Catchment, from the village list")}</span></li>'
        '<li><svg width="24" height="6"><path d="M0 3H24" stroke="#6E7774" stroke-width="1.3" stroke-dasharray="4 3"/></svg>'
        f"<span>{t('Distance from the centre')}</span></li>"
        '<li><svg width="8" height="8"><circle cx="4" cy="4" r="2.4" fill="#A9A494"/></svg>'
        f"<span>{t('Village outside the catchment')}</span></li></ul>{missing}</section>"
    )


def _box_row(layer: str, icon: str, words: str, count: int) -> str:
    return (
        f'<li><label><input type="checkbox" checked data-condition="{layer}"><span class="icon">{icon}</span>'
        f'<span>{escape(words)}</span><span class="count">{markup.number(count)}</span></label></li>'
    )


def _next(picture: CentreMap) -> str:
    """The most urgent first; the others behind a line that says how many they are."""
    villages = {v.code: v for v in picture.villages}
    rows = [_next_row(villages[code]) for code in picture.visit_next if code in villages]
    if not rows:
        return ""
    most = NEXT_FIRST if len(rows) > NEXT_FIRST + 1 else len(rows)  # never "and 1 more"
    more = "".join(rows[most:])
    more = (
        f"<details><summary>{t('and {n} more', n=markup.number(len(rows) - most))}</summary><ol>{more}</ol></details>"
        if more
        else ""
    )
    return f'<section class="panel next"><h2>{t("Visit next")}</h2><ol>{"".join(rows[:most])}</ol>{more}</section>'


def _next_row(village: VillageMark) -> str:
    return (
        f'<li><button type="button" data-slug="{escape(village.code)}">{symbols.condition(village.condition, 15)}'
        f'<span>{escape(village.name)}</span><span class="why">{escape(village.urgency)}</span></button></li>'
    )


def _strip(counts: Counter[Condition], shown: list[Condition]) -> str:
    """Phones: the conditions' counts under the map."""
    words = {c: escape(t(symbols.CONDITION_WORDS[c])) for c in shown}
    parts = (f"<span>{symbols.condition(c, 15)}<b>{markup.number(counts[c])}</b> {words[c]}</span>" for c in shown)
    return f'<p class="strip">{"".join(parts)}</p>'


def _table(picture: CentreMap) -> str:
    rows = [(v.name, f"{t(ROW_WORDS[v.condition])}{', ' + v.urgency if v.urgency else ''}") for v in picture.villages]
    return markup.as_table(
        markup.table(t("Figures"), markup.figure_rows(picture.head.figures)),
        markup.table(t("Villages of the catchment"), rows),
    )
