"""Charts as inline SVG: lines labelled directly, bars of parts. No script, no style attribute; colours by class or attribute.

Every chart stands beside a table of the same numbers, and is hidden from readers who have that table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from maps.markup import number

WIDTH, HEIGHT = 600, 232
LEFT, RIGHT, TOP, BOTTOM = 34, 168, 10, 26
APART = 20  # from label to label
COLOURS = {"in_use": "#00564B", "works": "#7FB0A8", "broken": "#BC3D06", "gone": "#FFFFFF", "never": "#FFFFFF"}


@dataclass(frozen=True)
class Line:
    """One value a month; `name` stands at its end after the last value."""

    name: str
    values: Sequence[int]
    kind: str  # a class: active, reached


@dataclass(frozen=True)
class Band:
    """A mandate from `low` to `high`, and a list of `listed`: what the lines are to be held against."""

    low: int | None = None
    high: int | None = None
    band_name: str = ""
    listed: int | None = None
    list_name: str = ""


def months(lines: Sequence[Line], ticks: Sequence[str], says: str, band: Band | None = None) -> str:
    """A line chart over months; `ticks`: a name a month, "" for none; `says`: the chart in a sentence."""
    band = band or Band()
    most = max([*(v for line in lines for v in line.values), band.high or 0, band.listed or 0, 1])
    step = _step(most)
    top = step * -(-most // step)
    plot = _Plot(len(ticks), top)
    parts = [plot.band(band), *(plot.grid(v) for v in range(0, top + 1, step)), *plot.ticks(ticks)]
    labels = plot.labels(
        [(line.values[-1], f"{number(line.values[-1])} {line.name}", line.kind) for line in lines], band
    )
    parts += [plot.line(line) for line in lines] + labels
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(says)}">{"".join(parts)}</svg>'


def _step(most: int) -> int:
    size = 1
    while True:
        for unit in (1, 2, 5):
            if most <= unit * size * 5:
                return unit * size
        size *= 10


class _Plot:
    def __init__(self, count: int, top: int) -> None:
        self.count, self.top = count, top

    def x(self, i: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * i / max(self.count - 1, 1)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top)

    def grid(self, value: int) -> str:
        y = self.y(value)
        kind = "axis" if value == 0 else "grid"
        return (
            f'<line class="{kind}" x1="{LEFT}" x2="{self.x(self.count - 1):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{LEFT - 7}" y="{y + 4.5:.1f}" text-anchor="end">{number(value)}</text>'
        )

    def band(self, band: Band) -> str:
        out, right = "", self.x(self.count - 1)
        if band.low is not None and band.high is not None:
            y, foot = self.y(band.high), self.y(band.low)
            out += f'<rect class="band" x="{LEFT}" y="{y:.1f}" width="{right - LEFT:.1f}" height="{foot - y:.1f}"/>'
            out += f'<text class="tick" x="{LEFT + 6}" y="{foot - 5:.1f}">{escape(band.band_name)}</text>'
        if band.listed is not None:
            y = self.y(band.listed)
            out += f'<line class="listed" x1="{LEFT}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        return out

    def ticks(self, names: Sequence[str]) -> list[str]:
        return [
            f'<text class="tick" x="{self.x(i):.1f}" y="{HEIGHT - 7}" text-anchor="middle">{escape(name)}</text>'
            for i, name in enumerate(names)
            if name
        ]

    def line(self, line: Line) -> str:
        points = " ".join(f"{self.x(i):.1f},{self.y(v):.1f}" for i, v in enumerate(line.values))
        x, y = self.x(self.count - 1), self.y(line.values[-1])
        end = (
            f'<circle class="end {line.kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
            if line.kind == "active"
            else f'<rect class="end {line.kind}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
        )
        return f'<polyline class="{line.kind}" points="{points}"/>{end}'

    def labels(self, wanted: Sequence[tuple[int, str, str]], band: Band) -> list[str]:
        """At the lines' ends, pushed apart where they would lie on one another, and never below the axis."""
        rows = [*wanted, *([(band.listed, band.list_name, "tick")] if band.listed is not None else [])]
        rows = sorted(rows, key=lambda row: -row[0])
        heights: list[float] = []
        for value, _, _ in rows:
            heights.append(max(self.y(value), heights[-1] + APART if heights else 0))
        lowest = self.y(0)
        for i in range(len(heights) - 1, -1, -1):
            heights[i] = min(heights[i], lowest)
            lowest = heights[i] - APART
        x = self.x(self.count - 1) + 9
        return [
            f'<text class="label {kind}" x="{x:.1f}" y="{y + 4.5:.1f}">{escape(text)}</text>'
            for (_, text, kind), y in zip(rows, heights, strict=True)
        ]


def parts_bar(parts: Sequence[tuple[str, int]], most: int, width: int = 360, height: int = 16) -> str:
    """One bar of several parts, (kind, count); `most` is as long as the whole room."""
    out, x = [], 0.0
    for kind, count in parts:
        wide = width * count / max(most, 1)
        if count:
            out.append(
                f'<rect class="part {kind}" x="{x:.1f}" y="1" width="{max(wide - 2, 1):.1f}" height="{height - 2}"/>'
            )
        x += wide
    return (
        f'<svg class="parts" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">{"".join(out)}</svg>'
    )


def share_bar(share: float | None, width: int = 120) -> str:
    """A thin bar of a share of its denominator; nothing where there is none."""
    if share is None:
        return ""
    filled = width * max(0.0, min(1.0, share))
    return (
        f'<svg class="share" viewBox="0 0 {width} 5" aria-hidden="true" focusable="false">'
        f'<rect class="track" width="{width}" height="5"/><rect class="filled" width="{filled:.1f}" height="5"/></svg>'
    )
