"""A sheet of design pixels (1080 high) on matplotlib: text, rules, hexagons and marks, exactly where they are put."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Sheet
from matplotlib.font_manager import FontEntry, FontProperties, fontManager
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

INK, MUTED, RULE = "#14211F", "#56615E", "#D9D6CE"
FONTS = Path(__file__).parent / "assets" / "fonts"
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
HEIGHT = 1080
XY = tuple[float, float]


@lru_cache(maxsize=4)
def _font(weight: int) -> FontProperties:
    """Latin letters and figures, and where it has none Devanagari; both by names of our own, so that no other font of this
    machine can be meant."""
    files = (f"AnekLatin-{WEIGHTS[weight]}", f"AnekDevanagari-{'Bold' if weight > 500 else 'Regular'}")
    known = {entry.name for entry in fontManager.ttflist}
    for file in files:
        if file not in known:
            fontManager.ttflist.append(FontEntry(fname=str(FONTS / f"{file}.ttf"), name=file, size="scalable"))
    return FontProperties(family=list(files))


class Canvas:
    """Coordinates: x to the right, y downwards, `HEIGHT` high whatever the size of the PNG."""

    def __init__(self, width: int, height: int) -> None:
        self.scale = height / HEIGHT
        self.width = width / self.scale
        self.sheet = Sheet(figsize=(width / 100, height / 100), dpi=100)
        FigureCanvasAgg(self.sheet)
        self.axes = self.sheet.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(HEIGHT, 0)

    @contextmanager
    def raised(self, by: float) -> Iterator[None]:
        """What is drawn meanwhile lies that much higher."""
        before = {id(artist) for artist in self.axes.get_children()}
        yield
        for artist in self.axes.get_children():
            if id(artist) not in before:
                artist.set_zorder(artist.get_zorder() + by)

    def png(self) -> bytes:
        out = io.BytesIO()
        self.sheet.savefig(out, format="png", dpi=100, facecolor="white")
        return out.getvalue()

    def _points(self, pixels: float) -> float:
        return pixels * self.scale * 72 / 100

    def measure(self, text: str, size: float, weight: int = 400) -> XY:
        """Width and height of (possibly several) lines, in design pixels."""
        font = _font(weight).copy()
        font.set_size(self._points(size))
        renderer: Any = self.sheet.canvas.get_renderer()  # type: ignore[attr-defined]
        lines = text.split("\n")
        wide = max(renderer.get_text_width_height_descent(line, font, False)[0] for line in lines)
        return wide / self.scale, size * 1.14 * len(lines)

    def text(
        self, x: float, y: float, text: str, size: float, weight: int = 400, colour: str = INK, *, anchor: str = "left",
        halo: float = 0, lines: float = 1.16, style: str = "baseline", z: float = 9,
    ) -> None:  # fmt: skip
        """One or more lines; `style` is matplotlib's vertical alignment."""
        drawn = self.axes.text(
            x, y, text.replace("$", r"\$"), fontproperties=_font(weight), fontsize=self._points(size), color=colour, ha=anchor,
            va=style, linespacing=lines, zorder=z,
        )  # fmt: skip
        drawn.set_fontproperties(_font(weight))
        drawn.set_fontsize(self._points(size))
        if halo:
            drawn.set_path_effects([withStroke(linewidth=self._points(halo * 2), foreground="white")])

    def rectangle(
        self, x: float, y: float, w: float, h: float, fill: str, edge: str = "none", width: float = 0, z: float = 1
    ) -> None:
        self.axes.add_patch(Rectangle((x, y), w, h, fc=fill, ec=edge, lw=self._points(width), zorder=z))

    def disc(self, x: float, y: float, r: float, fill: str, edge: str = "none", width: float = 0, z: float = 8) -> None:
        self.axes.add_patch(Circle((x, y), r, fc=fill, ec=edge, lw=self._points(width), zorder=z))

    def polygon(
        self, points: Sequence[XY], fill: str, edge: str = "none", width: float = 0, z: float = 3, alpha: float = 1
    ) -> None:
        self.axes.add_patch(
            Polygon(
                np.asarray(points), closed=True, fc=fill, ec=edge, lw=self._points(width), zorder=z, joinstyle="round",
                alpha=alpha,
            )
        )  # fmt: skip

    def rings(
        self, rings: Sequence[Sequence[XY]], fill: str, edge: str = "none", width: float = 0, z: float = 2
    ) -> None:
        """Many rings as one shape: no seams between neighbours."""
        paths = [Outline(np.asarray(ring), closed=True) for ring in rings if len(ring) > 3]
        if paths:
            whole = Outline.make_compound_path(*paths)
            self.axes.add_patch(PathPatch(whole, fc=fill, ec=edge, lw=self._points(width), zorder=z, joinstyle="round"))

    def lines(
        self, lines: Sequence[Sequence[XY]], colour: str, width: float, z: float = 5, dashes: Sequence[float] = ()
    ) -> None:
        """Many open lines as one."""
        from matplotlib.collections import LineCollection

        drawn = LineCollection(
            [np.asarray(line) for line in lines], colors=colour, linewidths=self._points(width), zorder=z
        )
        if dashes:
            drawn.set_linestyle((0, tuple(dashes)))
        drawn.set_capstyle("round")
        self.axes.add_collection(drawn)

    # Marks: the shapes of maps.symbols

    def cluster(self, x: float, y: float, letters: str, colour: str, ink: str, r: float = 18) -> None:
        self.disc(x, y, r + 1.8, "#FFFFFF", z=10)
        self.disc(x, y, r, colour, INK, 1.5, z=10.1)
        self.text(x, y + r * 0.33, letters, r * 0.92, 700, ink, anchor="center", z=10.2)

    def rutag(self, x: float, y: float, r: float = 9.5) -> None:
        self.rectangle(x - r - 1.5, y - r - 1.5, 2 * r + 3, 2 * r + 3, "#FFFFFF", z=9)
        self.rectangle(x - r, y - r, 2 * r, 2 * r, "#FFFFFF", INK, 2.2, z=9.1)
        self.text(x, y + r * 0.52, "R", r * 1.5, 700, anchor="center", z=9.2)

    def house(self, x: float, y: float, r: float = 11) -> None:
        points = [(x, y - r), (x + r, y - r * 0.25), (x + r, y + r), (x - r, y + r), (x - r, y - r * 0.25)]
        self.polygon(points, INK, "#FFFFFF", 4, z=9.3)
        self.polygon(points, INK, z=9.4)
        self.rectangle(x - r * 0.26, y + r * 0.2, r * 0.52, r * 0.8, "#FFFFFF", z=9.5)

    def condition(self, x: float, y: float, which: str, colour: str, r: float = 11) -> None:
        if which == "broken":
            self.rectangle(x - r, y - r, 2 * r, 2 * r, colour, "#FFFFFF", 1.6, z=9)
            a = r * 0.42
            self.lines([[(x - a, y - a), (x + a, y + a)], [(x - a, y + a), (x + a, y - a)]], "#FFFFFF", r * 0.26, z=9.2)
        elif which == "never":
            self.disc(x, y, r * 1.15, "#FFFFFF", INK, 3.4, z=9)
        elif which == "silent":
            self.disc(x, y, r, "#FFFFFF", colour, r * 0.24, z=9)
            turn = np.radians(np.arange(90, 271, 10))
            self.polygon(list(zip(x + r * np.cos(turn), y + r * np.sin(turn), strict=True)), colour, z=9.1)
        elif which in ("in_use", "idle", "resting"):
            self.disc(x, y, r, colour, "#FFFFFF", 1.6, z=9)
            if which != "in_use":
                self.rectangle(x - r * 0.5, y - r * 0.14, r, r * 0.28, "#FFFFFF", z=9.1)
        elif which == "ended":
            self.rectangle(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7, "#FFFFFF", colour, 3, z=9)
        else:
            self.disc(x, y, r * 0.9, "#FFFFFF", colour, 3, z=9)
