"""Replication drawn: where one cluster's technologies run outside their own state."""

from __future__ import annotations

import math
from dataclasses import asdict
from html import escape
from typing import Any

import folium

from maps import labels, markup, symbols, wording
from maps.folium_offline import Call, blank_map, data_name, mark, script
from maps.marks import kit, name_marks
from maps.moment_values import month_values, without
from maps.page import Page
from maps.picture import Card, Flow, ReplicationMap, Row, Source
from maps.words import later, t, tn

ATTRIBUTION = later("Boundaries: ICMR-NIE adarvmaps, simplified")


def replication(picture: ReplicationMap) -> Page:
    """Flows from a cluster to the states that took up its technologies, with the share still active."""
    view = blank_map()
    receiving = {flow.state for flow in picture.flows}
    name_marks(view, [slug for slug in labels.STATES if slug not in {*receiving, picture.own_state}])
    group = folium.FeatureGroup(name="flows", control=False).add_to(view)
    for flow in picture.flows:
        html = _receiver_html(flow, picture.cluster.colour)
        mark((flow.lat, flow.lon), html, "rsvc", _receiver_options(flow)).add_to(group)
    _origin(picture).add_to(group)
    Call("replication", data_name().js_code).add_to(view)
    return Page(
        kind="replication", title=picture.head.title, body=_body(picture), own=script(view), values=_values(picture),
        modules=("js/months.js", "js/replication.js"),
    )  # fmt: skip


def pale(colour: str, share: float = 0.26) -> str:
    """The colour on white paper at a share of its strength."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (p - 255) * share):02X}" for p in parts)


def ring(text: str, share: float, colour: str, size: float = 30) -> str:
    """The number reached in a ring whose dark arc is the share still active."""
    around = 2 * math.pi * 9.6
    return (
        f'<svg width="{size:g}" height="{size:g}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<circle cx="12" cy="12" r="12" fill="#fff"/><circle cx="12" cy="12" r="9.6" fill="#fff" stroke="{pale(colour)}" '
        f'stroke-width="3"/><circle cx="12" cy="12" r="9.6" fill="none" stroke="{colour}" stroke-width="3" '
        f'stroke-dasharray="{around * share:.2f} {around:.2f}" transform="rotate(-90 12 12)"/>'
        f'<text x="12" y="15.3" text-anchor="middle" font-size="9" font-weight="700" fill="{symbols.INK}">'
        f"{escape(text)}</text></svg>"
    )


def _receiver_html(flow: Flow, colour: str) -> str:
    symbol = ring(markup.number(flow.reached), flow.active / max(flow.reached, 1), colour)
    return (
        f'<div class="mark mark-flow"><span class="label">{escape(t(flow.name))}</span> '
        f'<span class="sym" aria-hidden="true">{symbol}</span></div>'
    )


def _receiver_options(flow: Flow) -> dict[str, Any]:
    says = f"{t(flow.name)}: {wording.finding(flow.reached, flow.active)}"
    return {"slug": flow.state, "kind": "never", "name": flow.name, "says": says, "radius": 15}


def _origin(picture: ReplicationMap) -> folium.Marker:
    at = picture.cluster
    html = (
        f'<div class="mark mark-cluster"><span class="label">{escape(at.name)}</span> '
        f'<span class="sym" aria-hidden="true">{symbols.cluster(at.letters, at.colour, 36)}</span></div>'
    )
    options = {
        "slug": at.slug,
        "kind": "cluster",
        "name": at.name,
        "says": f"{at.name} {at.letters}, {t('S&T cluster')}",
        "radius": 18,
        "side": "left",
    }
    return mark((at.lat, at.lon), html, "clusters", options)


def _card(flow: Flow) -> dict[str, Any]:
    rows = (
        Row(t("Reached"), wording.plural_villages(flow.reached)),
        Row(t("Still active"), _part(flow), t("reached, {share}", share=wording.percent(flow.active, flow.reached))),
    )
    return asdict(Card(heading=flow.name, sub=t("Receiving state"), rows=rows))


def _values(picture: ReplicationMap) -> dict[str, Any]:
    return {
        "attribution": t(ATTRIBUTION),
        "colour": picture.cluster.colour,
        "from": [picture.cluster.lat, picture.cluster.lon],
        "own": picture.own_state,
        "months": month_values(picture.months, picture.head.as_of),
        "now": without(moment(picture), "header", "left", "right"),
        "kit": kit(),
    }


def moment(picture: ReplicationMap) -> dict[str, Any]:
    """All that the page shows of one moment: the browser puts it in the place of another's."""
    colour = picture.cluster.colour
    return {
        "header": markup.header(picture.head),
        "left": _left(picture),
        "right": _right(picture),
        "flows": [
            {
                "state": f.state, "lat": f.lat, "lon": f.lon, "reached": f.reached, "points": _rounded(f),
                "html": _receiver_html(f, colour), "options": _receiver_options(f),
            }
            for f in picture.flows
        ],
        "cards": {picture.cluster.slug: asdict(picture.cluster.card), **{f.state: _card(f) for f in picture.flows}},
    }  # fmt: skip


def _rounded(flow: Flow) -> list[list[float]]:
    return [[round(lat, 3), round(lon, 3)] for lat, lon in flow.points]


def _part(flow: Flow) -> str:
    return t("{n} of {all}", n=markup.number(flow.active), all=markup.number(flow.reached))


def _left(picture: ReplicationMap) -> str:
    rows = "".join(_radio(s, s.slug == picture.cluster.slug) for s in picture.sources)
    alone = t("This file holds {name} alone. The live map has them all.", name=picture.cluster.name)
    return (
        f'{markup.shut()}<section class="panel layers"><h2>{t("Replication from")} <span>{t("villages outside")}</span></h2>'
        f'<ul>{rows}</ul><p class="only">{escape(alone)}</p></section>{_table(picture)}'
    )


def _right(picture: ReplicationMap) -> str:
    top = max((f.reached for f in picture.flows), default=1)
    bars = "".join(_flow_bar(f, picture.cluster.colour, top) for f in picture.flows)
    return (
        f'<section class="panel gaps flows"><h2>{t("Still active, of villages reached")}</h2><ul>{bars}</ul></section>'
        f'<div class="slot"></div>{_legend(picture)}'
    )


def _body(picture: ReplicationMap) -> str:
    where = escape(t("Map of India: {title}", title=picture.head.title))
    months = markup.months(picture.months) if len(picture.months) > 1 else ""
    return (
        f'{markup.header(picture.head)}\n<main class="stage"><div class="folium-map" id="map_gramreach" role="region" '
        f'aria-label="{where}"></div>{markup.sheet()}<div class="left">{_left(picture)}</div>'
        f'<div class="right">{_right(picture)}</div></main>\n{months}'
    )


def _radio(source: Source, chosen: bool) -> str:
    icon = symbols.cluster(source.letters, source.colour)
    return (
        f'<li{" class=" + chr(34) + "current" + chr(34) if chosen else ""}><label><input type="radio" name="cluster" '
        f'value="{escape(source.slug)}"{" checked" if chosen else ""}><span class="icon">{icon}</span>'
        f'<span>{escape(source.name)}</span><span class="count">{markup.number(source.villages)}</span></label></li>'
    )


def _flow_bar(flow: Flow, colour: str, top: int) -> str:
    return (
        f"<li><span>{escape(t(flow.name))}</span><span>{escape(_part(flow))}</span>"
        f'<span class="bar" style="background:none">'
        f'<span class="reach" style="width:{flow.reached / top:.1%};background:{pale(colour)}">'
        f'<i style="width:{flow.active / max(flow.reached, 1):.1%};background:{escape(colour)}"></i></span></span></li>'
    )


def _legend(picture: ReplicationMap) -> str:
    colour = escape(picture.cluster.colour)
    arrow = f'<svg width="26" height="12"><path d="M1 5 15 3.4V0.6L25 6 15 11.4V8.6L1 7Z" fill="{colour}"/></svg>'

    def patch(share: float) -> str:
        look = f'fill="{pale(colour, share)}" stroke="#C9C4B8" stroke-width=".6"'
        return f'<svg width="22" height="15"><rect width="22" height="15" {look}/></svg>'

    n = picture.own_villages
    own = tn("Own state: {n} village, not counted", "Own state: {n} villages, not counted", n, n=markup.number(n))
    return (
        f'<section class="panel legend"><h2>{t("How to read")}</h2>'
        f"<ul><li>{arrow}<span>{t('Flow, width by villages reached')}</span></li>"
        f"<li>{ring('', 0.66, colour, 24)}<span>{t('Number reached; dark arc, still active')}</span></li>"
        f"<li>{patch(0.24)}<span>{own}</span></li>"
        f"<li>{patch(0.09)}<span>{t('Receiving state')}</span></li></ul>"
        f'<p class="rule">{escape(picture.head.rule)}</p></section>'
    )


def _table(picture: ReplicationMap) -> str:
    rows = [
        (t(f.name), t("{n} of {all} reached still active", n=markup.number(f.active), all=markup.number(f.reached)))
        for f in picture.flows
    ]
    return markup.as_table(
        markup.table(t("Figures"), markup.figure_rows(picture.head.figures)), markup.table(t("Receiving states"), rows)
    )
