"""A picture as one slide, without a browser: what is found on the left, the map (EPSG:7755) on the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import h3
import numpy as np
from pyproj import Transformer

from maps import labels, placing
from maps.basemap import Line, load
from maps.canvas import HEIGHT, INK, XY, Canvas
from maps.markup import RAMP
from maps.panel import LEFT, PANEL, Panel, Project
from maps.picture import Cell, CentreMap, Mark, NationalMap
from maps.slide_centre import draw
from maps.symbols import letters_colour
from maps.words import t

BREAKS = (1, 3, 6, 12, 25)
SHRINK = 0.93
SIZES = {"cluster": (18, 20, 700), "rsvc": (11, 17, 600), "partnership": (11, 17, 600)}  # radius, label size, weight


def slide(picture: NationalMap | CentreMap, width: int = 1920, height: int = 1080) -> bytes:
    """PNG bytes, 32-bit colour."""
    canvas = Canvas(width, height)
    if isinstance(picture, CentreMap):
        draw(canvas, picture)
    else:
        _national(canvas, picture)
    return canvas.png()


def _national(canvas: Canvas, picture: NationalMap) -> None:
    project = _projection(canvas)
    _land(canvas, project)
    for cell in picture.cells:
        _cell(canvas, project, cell)
    _borders(canvas, project)
    _marks(canvas, project, picture.marks)
    canvas.rectangle(0, 0, PANEL, HEIGHT, "#FFFFFF", z=20)
    panel = Panel(canvas)
    panel.head(picture.head)
    _legend(panel, picture)


@lru_cache(maxsize=1)
def _plane() -> Transformer:
    return Transformer.from_crs(4326, 7755, always_xy=True)


def _projection(canvas: Canvas) -> Project:
    """(lon, lat) to pixels: India's outline fills the height beside the panel."""
    points = [p for line in (*load("national").lines(0), *load("national").lines(3)) for p in line]
    x, y = _plane().transform(*np.array(points).T)
    scale = min((HEIGHT - 68) / np.ptp(y), (canvas.width - PANEL - 80) / np.ptp(x))
    mid_x, mid_y = (x.max() + x.min()) / 2, (y.max() + y.min()) / 2
    at_x = (PANEL + canvas.width) / 2

    def project(line: Sequence[XY]) -> list[XY]:
        east, north = _plane().transform(*np.array(line, dtype=float).T)
        return list(zip(at_x + (east - mid_x) * scale, HEIGHT / 2 - (north - mid_y) * scale, strict=True))

    return project


def _land(canvas: Canvas, project: Project) -> None:
    base = load("national")
    canvas.rectangle(PANEL, 0, canvas.width - PANEL, HEIGHT, "#E6ECEF", z=0)
    canvas.rings([project(ring) for ring in base.land], "#F3F1EC", z=1)
    india = [project(ring) for polygon in base.rings("india", "") for ring in polygon]
    canvas.rings(india, "#FCFBF8", "#FCFBF8", 12, z=2)


def _borders(canvas: Canvas, project: Project) -> None:
    base = load("national")
    looks = ((2, "#D6D0C2", 0.7), (1, "#A39C8E", 1.2), (0, "#6B655A", 1.5), (3, "#6B655A", 0.7))
    for kind, colour, width in looks:
        lines: list[Line] = base.lines(kind)
        canvas.lines([project(line) for line in lines], colour, width, z=5)


def _cell(canvas: Canvas, project: Project, cell: Cell) -> None:
    reached = sum(counts[-1] for _, counts in cell.reached)
    active = sum(counts[-1] for _, counts in cell.active)
    if not reached and not cell.catchment:
        return
    ring = np.array(project([(lon, lat) for lat, lon in h3.cell_to_boundary(h3.int_to_str(cell.h3))]))
    ring = ring.mean(axis=0) + (ring - ring.mean(axis=0)) * SHRINK
    points = [(float(x), float(y)) for x, y in ring]
    if not reached:
        canvas.polygon(points, "#FFFFFF", "#8C8F88", 1.4, z=3)
    elif reached >= 4 and active * 2 < reached:
        canvas.polygon(points, _shade(reached), "#B3261E", 3, z=3.5)
    else:
        canvas.polygon(points, _shade(reached), "#FFFFFF", 0.4, z=3.2)


def _shade(reached: int) -> str:
    return RAMP[sum(reached >= least for least in BREAKS) - 1]


def _marks(canvas: Canvas, project: Project, marks: Sequence[Mark]) -> None:
    """Marks moved apart, leaders, labels on their free sides; state names last, where there is room."""
    order = sorted(marks, key=lambda m: {"cluster": 0, "rsvc": 1, "partnership": 1}.get(m.kind, 2))
    where = project([(m.lon, m.lat) for m in order])
    true = [placing.Disc(x, y, SIZES.get(m.kind, (10,))[0], m.kind) for m, (x, y) in zip(order, where, strict=True)]
    discs = placing.spread(true, 2.5)
    fixed = [placing.Box(d.x - d.r - 1, d.y - d.r - 1, d.x + d.r + 1, d.y + d.r + 1, 2) for d in discs]
    for a, b in zip(true, discs, strict=True):
        if np.hypot(a.x - b.x, a.y - b.y) > 7:
            canvas.lines([[(a.x, a.y), (b.x, b.y)]], INK, 2, z=8)
            canvas.disc(a.x, a.y, 4, INK, "#FFFFFF", 1.4, z=8.1)
            fixed.append(placing.Box(a.x - 4, a.y - 4, a.x + 4, a.y + 4, 2))
    sizes = [canvas.measure(m.name, *SIZES.get(m.kind, (0, 15.5, 500))[1:]) for m in order]
    wanted = [placing.sides(d.x, d.y, d.r, w, h) for d, (w, h) in zip(discs, sizes, strict=True)]
    found = placing.labels(wanted, fixed)
    for mark, disc, (box, _) in zip(order, discs, found, strict=True):
        _symbol(canvas, mark, disc)
        _, size, weight = SIZES.get(mark.kind, (0, 15.5, 500))
        canvas.text(box.x0, (box.y0 + box.y1) / 2, mark.name, size, weight, halo=3, style="center_baseline", z=11)
    _names(canvas, project, [*fixed, *(box for box, _ in found)])


def _symbol(canvas: Canvas, mark: Mark, at: placing.Disc) -> None:
    if mark.kind == "cluster":
        canvas.cluster(at.x, at.y, mark.letters, mark.colour, letters_colour(mark.colour))
    elif mark.kind in ("rutag", "rutag_chapter"):
        canvas.rutag(at.x, at.y)
    else:
        canvas.house(at.x, at.y)


SHIFTS = ((0, 0), (0, -14), (0, 14), (18, 0), (-18, 0), (0, -26), (0, 26), (34, 0), (-34, 0), (28, 16), (-28, -16))


def _names(canvas: Canvas, project: Project, taken: list[placing.Box]) -> None:
    for lat, lon, name in labels.STATES.values():
        text = t(name).upper()
        w, h = canvas.measure(text, 13.5, 500)
        ((x, y),) = project([(lon, lat)])
        options = [placing.Box(x - w / 2 + a, y - h / 2 + b, x + w / 2 + a, y + h / 2 + b) for a, b in SHIFTS]
        box, cost = placing.best(options, taken)
        if cost > w * h * 0.1 + 8:
            continue
        taken.append(box)
        middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        canvas.text(*middle, text, 13.5, 400, "#4C5653", anchor="center", halo=2.5, lines=1.0, style="center", z=6)
    for lat, lon, name in labels.SEAS:
        ((x, y),) = project([(lon, lat)])
        canvas.text(x, y, t(name), 18, 400, "#71808A", anchor="center", style="center", lines=1.1, z=6)


def _legend(panel: Panel, picture: NationalMap) -> None:
    canvas, y = panel.canvas, 774.0
    panel.text(LEFT, y, t("Villages reached, per cell of about 1,770 km²"), 17.5, 700)
    words = ["1–2", "3–5", "6–11", "12–24", "25+"]
    for i, (colour, word) in enumerate(zip(RAMP, words, strict=True)):
        _key_hexagon(canvas, LEFT + 20 + i * 105.5, y + 32, 15, colour, "#9AA7A3", 1)
        canvas.text(LEFT + 20 + i * 105.5, y + 68, word, 16, anchor="center", z=22)
    x = LEFT
    if picture.lists:
        _key_hexagon(canvas, x + 17, y + 104, 15, "#FFFFFF", "#8C8F88", 2)
        panel.text(x + 44, y + 110, t("White spot: none reached"), 18)
        x += 276
    _key_hexagon(canvas, x + 17, y + 104, 15, RAMP[2], "#B3261E", 3.4)
    panel.text(x + 44, y + 110, t("Under half still active"), 18)
    _key_marks(panel, y + 152)
    panel.foot(picture.head, t("Boundaries: ICMR-NIE adarvmaps, simplified. Cells: H3 level 4."))


def _key_hexagon(canvas: Canvas, x: float, y: float, r: float, fill: str, edge: str, width: float) -> None:
    angles = np.radians(np.arange(6) * 60 + 30)
    canvas.polygon(list(zip(x + r * np.cos(angles), y + r * np.sin(angles), strict=True)), fill, edge, width, z=22)


def _key_marks(panel: Panel, y: float) -> None:
    """The marks' key, drawn above the panel's ground."""
    canvas = panel.canvas
    with canvas.raised(20):
        canvas.cluster(LEFT + 17, y, "Hy", "#262C8C", "#FFFFFF", 15)
        canvas.rutag(LEFT + 200, y)
        canvas.house(LEFT + 365, y)
    panel.text(LEFT + 44, y + 6, t("S&T cluster"), 18)
    panel.text(LEFT + 219, y + 6, t("RuTAG centre"), 18)
    panel.text(LEFT + 387, y + 6, t("RSVC centre"), 18)
