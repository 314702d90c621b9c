"""Replication drawn: where one cluster's technologies run outside their own state."""

from __future__ import annotations

import math
from dataclasses import asdict
from html import escape
from typing import Any

import folium

from maps import labels, markup, symbols
from maps.folium_offline import Call, blank_map, data_name, mark, script
from maps.marks import kit, name_marks
from maps.page import Page
from maps.picture import Card, Flow, ReplicationMap, Row, Source

ATTRIBUTION = "Boundaries: ICMR-NIE adarvmaps, simplified"


def replication(picture: ReplicationMap) -> Page:
    """Flows from a cluster to the states that took up its technologies, with the share still active."""
    view = blank_map()
    receiving = {flow.state for flow in picture.flows}
    name_marks(view, [slug for slug in labels.STATES if slug not in {*receiving, picture.own_state}])
    group = folium.FeatureGroup(name="flows", control=False).add_to(view)
    for flow in picture.flows:
        _receiver(flow, picture.cluster.colour).add_to(group)
    _origin(picture).add_to(group)
    Call("replication", data_name().js_code).add_to(view)
    return Page(
        kind="replication", title=picture.head.title, body=_body(picture), own=script(view), values=_values(picture),
        modules=("js/replication.js",),
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


def _receiver(flow: Flow, colour: str) -> folium.Marker:
    symbol = ring(markup.number(flow.reached), flow.active / max(flow.reached, 1), colour)
    html = f'<div class="mark mark-flow"><span class="label">{escape(flow.name)}</span><span class="sym">{symbol}</span></div>'
    says = f"{flow.name}: {flow.reached} villages reached, {flow.active} still active"
    options = {"slug": flow.state, "kind": "never", "name": flow.name, "says": says, "radius": 15}
    return mark((flow.lat, flow.lon), html, "rsvc", options)


def _origin(picture: ReplicationMap) -> folium.Marker:
    at = picture.cluster
    html = (
        f'<div class="mark mark-cluster"><span class="label">{escape(at.name)}</span>'
        f'<span class="sym">{symbols.cluster(at.letters, at.colour, 36)}</span></div>'
    )
    options = {
        "slug": at.slug,
        "kind": "cluster",
        "name": at.name,
        "says": f"{at.name}, S&T cluster",
        "radius": 18,
        "side": "left",
    }
    return mark((at.lat, at.lon), html, "clusters", options)


def _card(flow: Flow) -> dict[str, Any]:
    rows = (
        Row("Reached", markup.number(flow.reached), "villages"),
        Row(
            "Still active",
            f"{markup.number(flow.active)} of {markup.number(flow.reached)}",
            f"reached, {flow.active / max(flow.reached, 1):.0%}",
        ),
    )
    return asdict(Card(heading=flow.name, sub="Receiving state", rows=rows))


def _values(picture: ReplicationMap) -> dict[str, Any]:
    return {
        "attribution": ATTRIBUTION,
        "colour": picture.cluster.colour,
        "from": [picture.cluster.lat, picture.cluster.lon],
        "own": picture.own_state,
        "flows": [
            {"state": f.state, "lat": f.lat, "lon": f.lon, "reached": f.reached, "points": _rounded(f)}
            for f in picture.flows
        ],
        "cards": {picture.cluster.slug: asdict(picture.cluster.card), **{f.state: _card(f) for f in picture.flows}},
        "kit": kit(),
    }  # fmt: skip


def _rounded(flow: Flow) -> list[list[float]]:
    return [[round(lat, 3), round(lon, 3)] for lat, lon in flow.points]


def _body(picture: ReplicationMap) -> str:
    rows = "".join(_radio(s, s.slug == picture.cluster.slug) for s in picture.sources)
    top = max((f.reached for f in picture.flows), default=1)
    bars = "".join(_flow_bar(f, picture.cluster.colour, top) for f in picture.flows)
    return (
        f'{markup.header(picture.head)}\n<main class="stage"><div class="folium-map" id="map_gramreach" role="region" '
        f'aria-label="Map of India: {escape(picture.head.title)}"></div>{markup.SHEET}<div class="left">{markup.SHUT}'
        f'<section class="panel layers"><h2>Replication from <span>villages outside</span></h2><ul>{rows}</ul>'
        f'<p class="only">This file holds {escape(picture.cluster.name)} alone. The live map has them all.</p></section>'
        f"{_table(picture)}</div>"
        f'<div class="right"><section class="panel gaps flows"><h2>Still active, of villages reached</h2><ul>{bars}</ul></section>'
        f'<div class="slot"></div>{_legend(picture)}</div></main>'
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
        f"<li><span>{escape(flow.name)}</span><span><b>{markup.number(flow.active)}</b> of {markup.number(flow.reached)}</span>"
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

    return (
        f'<section class="panel legend"><h2>How to read</h2><ul><li>{arrow}<span>Flow, width by villages reached</span></li>'
        f"<li>{ring('', 0.66, colour, 24)}<span>Number reached; dark arc, still active</span></li>"
        f"<li>{patch(0.24)}<span>Own state: {markup.number(picture.own_villages)} villages, not counted</span></li>"
        f"<li>{patch(0.09)}<span>Receiving state</span></li></ul>"
        f'<p class="rule">{escape(picture.head.rule)}</p></section>'
    )


def _table(picture: ReplicationMap) -> str:
    rows = [
        (f.name, f"{markup.number(f.active)} of {markup.number(f.reached)} reached still active") for f in picture.flows
    ]
    return markup.as_table(
        markup.table("Figures", markup.figure_rows(picture.head.figures)), markup.table("Receiving states", rows)
    )
