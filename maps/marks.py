"""What all maps share on their ground: the names of states and seas, and how conditions look in cards."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import folium

from maps import labels, symbols
from maps.folium_offline import mark
from maps.words import t


def name_marks(view: folium.Map, slugs: Iterable[str] = labels.STATES) -> None:
    """State and sea names: quiet, untouchable, and first to give way."""
    group = folium.FeatureGroup(name="names", control=False).add_to(view)
    for slug in slugs:
        lat, lon, name = labels.STATES[slug]
        html = f'<span class="state-name">{escape(t(name))}</span>'
        mark((lat, lon), html, "names", {"slug": f"state-{slug}", "kind": "state"}, interactive=False).add_to(group)
    for lat, lon, name in labels.SEAS:
        mark((lat, lon), f'<span class="sea-name">{escape(t(name))}</span>', "names", {}, interactive=False).add_to(
            group
        )


def kit() -> dict[str, dict[str, str]]:
    """How conditions look and are called in cards."""
    return {
        name: {
            "colour": symbols.CONDITION_COLOURS[name], "word": t(symbols.CONDITION_WORDS[name]),
            "svg": symbols.condition(name, 16),
        }
        for name in symbols.CONDITION_ORDER
    }  # fmt: skip
