"""A map page in parts: one file that opens without a network, or HTML, script and style at addresses of one's own."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from maps.folium_offline import safe_json
from maps.words import language, speaking, t

ASSETS = Path(__file__).parent / "assets"
STYLES = (
    "leaflet/leaflet.css",
    "css/map.css",
    "css/phone.css",
    "css/centre.css",
    "css/replication.css",
    "css/print.css",
)
LIBRARIES = ("leaflet/leaflet.js", "js/stage.js", "js/state.js", "js/placing.js", "js/cards.js", "js/picture.js")
FONTS = {  # file: (family, unicode range)
    "fonts/anek-latin-latin-wght-normal.woff2": (
        "Anek Latin",
        "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212",
    ),
    "fonts/anek-latin-latin-ext-wght-normal.woff2": (
        "Anek Latin",
        "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+1E00-1EFF,U+20A0-20AB,U+20AD-20C0",
    ),
    "fonts/anek-devanagari-devanagari-wght-normal.woff2": ("Anek Devanagari", "U+0900-097F,U+1CD0-1CF9,U+A8E0-A8FF"),
}
NEEDS = {
    "latin-ext": re.compile("[\u0100-\u02ba\u1e00-\u1eff\u20a0-\u20ab\u20ad-\u20c0]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
}


@dataclass(frozen=True)
class Page:
    """What a map consists of. `embedded` holds data that live pages can fetch instead (the cells)."""

    kind: str  # national, centre, replication
    title: str
    body: str
    own: str  # the script Folium wrote
    values: dict[str, Any] = field(repr=False)
    embedded: dict[str, Any] = field(default_factory=dict, repr=False)
    modules: tuple[str, ...] = ()
    basemap: str = "national"  # "" when the picture carries its own
    language: str = field(default_factory=language)

    def data(self) -> dict[str, Any]:
        """All values of the picture, as the browser sees them."""
        return {**self.values, **self.embedded}

    def script(self, *, embed: bool = True) -> str:
        """The generated script: the data and Folium's code. `embed=False` leaves the cells out (they are fetched)."""
        data = self.data() if embed else self.values
        return f"var GRAMREACH = {{data: {safe_json(data)}}};\nGramReach.words = {safe_json(self.words())};\n{self.own}"

    def words(self) -> dict[str, str]:
        """What the scripts say, in this language; nothing where that is as they have it."""
        with speaking(self.language):
            return {text: said for text in script_words() if (said := t(text)) != text}

    def style(self) -> str:
        """Style that belongs to this picture alone (the base map's style is `css/map.css`)."""
        return f"#map_gramreach {{ --kind: {self.kind}; }}\n"

    def scripts(self) -> tuple[str, ...]:
        """The library files this page needs, below the asset address, in order."""
        return (*LIBRARIES, *self.modules)

    def live(
        self, asset_url: str, script_url: str, style_url: str, *, head: str = "", top: str = "",
        urls: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """HTML for a strict CSP: every script and style at an address of the own site, no inline code.

        `asset_url` is where `maps/assets/` is served. `top` is HTML of the console put above the header, `head`
        what that needs (styles, scripts). `urls` say where
        the page asks for more: `cells` of what is in view (then serve `script(embed=False)`), `points` (villages in
        view), `moments` (another month), `village` (photos and reports of one).
        """
        asset = asset_url.rstrip("/")
        preload = (
            f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{escape(asset)}/{next(iter(FONTS))}">'
        )
        styles = "".join(
            f'<link rel="stylesheet" href="{escape(asset)}/{name}">' for name in ("css/fonts.css", *STYLES)
        )
        styles += f'<link rel="stylesheet" href="{escape(style_url)}">'
        scripts = "".join(f'<script defer src="{escape(asset)}/{name}"></script>' for name in self.scripts())
        scripts += f'<script defer src="{escape(script_url)}"></script>'
        asked = "".join(f' data-{name}="{escape(url)}"' for name, url in (urls or {}).items() if url)
        attributes = f' data-live="yes" data-assets="{escape(asset)}"{asked}'
        return self._html(preload + head + styles + scripts, attributes, top, "")

    def standalone(self, start: str = "") -> str:
        """One HTML file that opens from the disk: scripts, styles, fonts, base map and data inside. `start`: the part of
        an address that says what is looked at (see `js/state.js`)."""
        begin = f"GRAMREACH.data.start = {safe_json(start)};\n"
        styles = "\n".join((_font_faces(self._fonts()), *map(_text, STYLES), self.style()))
        base = "".join(
            f"var GRAMREACH_{variable} = {_text(f'basemap/{name}.json').strip()};\n"
            for variable, name in (("BASEMAP", self.basemap), ("PLACES", "places"))
            if self.basemap
        )
        head, own = self.script().split("\n", 1)
        code = [*map(_text, self.scripts()), f"{base}{head}\n{begin}{own}"]
        scripts = "".join(f"<script>\n{_guarded(text)}\n</script>\n" for text in code)
        return self._html(f"<style>\n{styles}\n</style>\n", "", "", scripts)

    def _html(self, head: str, attributes: str, top: str, end: str) -> str:
        return (
            f'<!doctype html>\n<html lang="{escape(self.language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n{head}</head>\n"
            f'<body class="{self.kind}"{attributes}>\n{top}{self.body}\n{end}</body>\n</html>\n'
        )

    def _fonts(self) -> list[str]:
        text = self.body + safe_json(self.data())
        return [name for name in FONTS if all(part not in name or need.search(text) for part, need in NEEDS.items())]


@cache
def script_words() -> tuple[str, ...]:
    """The texts that the scripts say: what stands in G.t('...')."""
    found = (
        re.findall(r"G\.t\('([^']+)'", path.read_text(encoding="utf-8")) for path in sorted(ASSETS.glob("js/*.js"))
    )
    return tuple(dict.fromkeys(text for texts in found for text in texts))


@lru_cache(maxsize=64)
def _text(name: str) -> str:
    text = (ASSETS / name).read_text(encoding="utf-8")
    if name.endswith("leaflet.css"):  # pictures we never show, comments with addresses
        text = re.sub(r"url\((images/|#default)[^)]*\)", "none", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    return text


def _guarded(script: str) -> str:
    """No text of a script may end its element, and no source map is asked for."""
    return re.sub(r"//# sourceMappingURL=.*", "", script).replace("</script", "<\\/script")


def _font_faces(names: list[str]) -> str:
    def data(name: str) -> str:
        return "data:font/woff2;base64," + base64.b64encode((ASSETS / name).read_bytes()).decode()

    return "\n".join(font_face(name, data(name)) for name in names)


def font_face(name: str, url: str) -> str:
    family, characters = FONTS[name]
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: 100 800; font-display: swap; '
        f'src: url("{url}") format("woff2"); unicode-range: {characters}; }}'
    )
