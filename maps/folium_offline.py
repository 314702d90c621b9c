"""Folium without the network: no tiles, no outside scripts, the same code for the same picture.

Folium names its objects by chance and links scripts and fonts from outside. Here the objects are numbered, only the
code that it writes is kept, and the page around it (`maps.page`) is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

PANES = {
    "land": 200,
    "tints": 210,
    "cells": 300,
    "borders": 320,
    "names": 340,
    "catchment": 360,
    "flows": 400,
    "leaders": 590,
    "villages": 600,
    "rutag": 620,
    "rsvc": 630,
    "clusters": 640,
}
UNTOUCHED = {"land", "borders", "names", "catchment", "leaders"}  # taps go through them


class Call(MacroElement):
    """`GramReach.<name>(map, data)`: the map's own behaviour, from `assets/js/`."""

    _template = Template(
        "{% macro script(this, kwargs) %}GramReach.{{ this.function }}({{ this._parent.get_name() }}, "
        "{{ this.data }});{% endmacro %}"
    )

    def __init__(self, function: str, data: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Call"
        self.function = function
        self.data = data


def blank_map() -> folium.Map:
    """A map without tiles, with all panes of the z-order made before any layer names one."""
    view = folium.Map(
        location=(22.5, 82.5), zoom_start=4, tiles=None, zoom_control="bottomleft", zoom_snap=0.05, zoom_delta=0.5,
        wheel_px_per_zoom_level=120, max_zoom=14,
    )  # fmt: skip
    view.default_js, view.default_css = [], []
    for name, z in PANES.items():
        folium.map.CustomPane(name, z_index=z, pointer_events=name not in UNTOUCHED).add_to(view)
    return view


def mark(
    where: tuple[float, float], html: str, pane: str, options: Mapping[str, Any], *, interactive: bool = True
) -> folium.Marker:
    """A marker drawn by HTML at a point without size; `options` reach the browser as the marker's options."""
    icon = folium.DivIcon(html=html, icon_size=(0, 0), icon_anchor=(0, 0), class_name="place")
    return folium.Marker(
        where, icon=icon, pane=pane, interactive=interactive, keyboard=interactive, rise_on_hover=interactive, **options
    )


def data_name(name: str = "data") -> JsCode:
    return JsCode(f"GRAMREACH.{name}")


def safe_json(value: Any) -> str:
    """JSON that may stand in a script element: no `</`, no `<!--`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _tree(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _tree(child)
    icon = getattr(element, "icon", None)
    if isinstance(icon, Element):
        yield icon


def script(view: folium.Map) -> str:
    """The code Folium writes for the map, with its objects numbered in order: one picture, one text."""
    figure = cast(Figure, view.get_root())
    view._id = "gramreach"
    for number, element in enumerate(e for e in _tree(view) if e is not view):
        element._id = f"{number:x}"
    view.render()  # type: ignore[no-untyped-call]  # branca has no types
    return str(figure.script.render())
