"""The marks as inline SVG: a shape for every colour, so that greyscale and colour-blind readers lose nothing."""

from __future__ import annotations

from html import escape

from maps.picture import Condition, SourceKind
from maps.words import later

INK = "#14211F"
LAND = "#FCFBF8"
WHITE_LETTERS = {"#262C8C", "#3A70D4", "#9C2014", "#382F3A"}

RADIUS: dict[SourceKind, int] = {"cluster": 14, "rutag": 9, "rutag_chapter": 9, "rsvc": 10, "partnership": 10}
CONDITION_COLOURS: dict[Condition, str] = {
    "in_use": "#00564B",
    "idle": "#00564B",
    "resting": "#00564B",
    "broken": "#BC3D06",
    "silent": "#6B4CAB",
    "ended": "#77705F",
    "registered": "#77705F",
    "visited": "#77705F",
    "never": "#FFFFFF",
}
CONDITION_WORDS: dict[Condition, str] = {
    "in_use": later("active"),
    "idle": later("idle"),
    "resting": later("resting"),
    "broken": later("broken"),
    "silent": later("silent"),
    "ended": later("ended"),
    "registered": later("registered"),
    "visited": later("visited, none yet"),
    "never": later("unvisited"),
}
CONDITION_ORDER: tuple[Condition, ...] = tuple(CONDITION_COLOURS)


def _svg(size: float, body: str) -> str:
    return (
        f'<svg width="{size:g}" height="{size:g}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{body}</svg>'
    )


def letters_colour(colour: str) -> str:
    return "#FFFFFF" if colour.upper() in WHITE_LETTERS else INK


def cluster(letters: str, colour: str, size: float = 28) -> str:
    """A disc with a white rim, an ink hairline and two letters of its city."""
    return _svg(
        size,
        '<circle cx="12" cy="12" r="12" fill="#fff"/>'
        f'<circle cx="12" cy="12" r="10.6" fill="{escape(colour)}" stroke="{INK}" stroke-width="1"/>'
        f'<text x="12" y="15.6" text-anchor="middle" font-size="9.8" font-weight="700" '
        f'fill="{letters_colour(colour)}">{escape(letters)}</text>',
    )


def rutag(size: float = 18) -> str:
    return _svg(
        size,
        f'<rect x="0" y="0" width="24" height="24" rx="5.4" fill="#fff"/><rect x="2.2" y="2.2" width="19.6" '
        f'height="19.6" rx="4" fill="#fff" stroke="{INK}" stroke-width="2.5"/><text x="12" y="17.2" '
        f'text-anchor="middle" font-size="14.5" font-weight="700" fill="{INK}">R</text>',
    )


def house(size: float = 21, inside: str = "#fff") -> str:
    roof = "M12 1.5 22.5 10V22.5H1.5V10Z"
    return _svg(
        size,
        f'<path d="{roof}" fill="#fff" stroke="#fff" stroke-width="3" stroke-linejoin="round"/>'
        f'<path d="M12 3 21 10.4V21H3V10.4Z" fill="{INK}"/><rect x="9.6" y="14" width="4.8" height="7" fill="{inside}"/>',
    )


def source(kind: SourceKind, letters: str = "", colour: str = "", size: float | None = None) -> str:
    if kind == "cluster":
        return cluster(letters, colour, size or 28)
    if kind in ("rutag", "rutag_chapter"):
        return rutag(size or 18)
    return house(size or 21)


def written(kind: SourceKind, letters: str = "") -> str:
    """What `source` writes into its mark: whoever sees it may call the mark so, and its name for readers must have it."""
    return letters if kind == "cluster" else "R" if kind in ("rutag", "rutag_chapter") else ""


def _disc(colour: str, bar: bool = False) -> str:
    line = '<rect x="6" y="10.4" width="12" height="3.2" fill="#fff"/>' if bar else ""
    return f'<circle cx="12" cy="12" r="12" fill="#fff"/><circle cx="12" cy="12" r="10" fill="{colour}"/>{line}'


def condition(which: Condition, size: float | None = None) -> str:
    """Full, barred and half discs, a crossed square, rings: knowledge fades, only what is broken is square and filled."""
    colour = CONDITION_COLOURS[which]
    if which == "broken":
        body = (
            f'<rect width="24" height="24" rx="3.4" fill="#fff"/><rect x="1.8" y="1.8" width="20.4" height="20.4" rx="2.4" '
            f'fill="{colour}"/><path d="M7.4 7.4 16.6 16.6M16.6 7.4 7.4 16.6" stroke="#fff" stroke-width="3" '
            'stroke-linecap="round"/>'
        )
        return _svg(size or 19, body)
    if which == "silent":
        body = (
            f'<circle cx="12" cy="12" r="12" fill="#fff"/><circle cx="12" cy="12" r="9.3" fill="#fff" stroke="{colour}" '
            f'stroke-width="2.6"/><path d="M12 2.7A9.3 9.3 0 0 0 12 21.3Z" fill="{colour}"/>'
        )
        return _svg(size or 18, body)
    if which == "never":
        return _svg(size or 23, f'<circle cx="12" cy="12" r="10.4" fill="#fff" stroke="{INK}" stroke-width="2.7"/>')
    if which == "ended":
        return _svg(
            size or 17, f'<rect x="2" y="2" width="20" height="20" fill="#fff" stroke="{colour}" stroke-width="3"/>'
        )
    if which in ("registered", "visited"):
        dash = ' stroke-dasharray="4 3"' if which == "registered" else ""
        return _svg(
            size or 17, f'<circle cx="12" cy="12" r="9.6" fill="#fff" stroke="{colour}" stroke-width="3"{dash}/>'
        )
    return _svg(size or 18, _disc(colour, bar=which != "in_use"))


def hexagon(fill: str, stroke: str, width: float = 1, size: float = 24) -> str:
    return _svg(
        size,
        f'<path d="M12 1.6 21 6.8V17.2L12 22.4 3 17.2V6.8Z" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}"/>',
    )
