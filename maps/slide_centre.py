"""The slide of one centre: its catchment, its villages by condition, whom to visit next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from maps import catchment, placing, render_ground, slide_crowd
from maps.basemap import Basemap
from maps.canvas import HEIGHT, INK, MUTED, XY, Canvas
from maps.panel import LEFT, PANEL, Panel, Project
from maps.picture import CentreMap, Condition, VillageMark
from maps.render_centre import ALWAYS, ROW_WORDS, site_name
from maps.slide_crowd import Wanted
from maps.symbols import CONDITION_COLOURS, CONDITION_ORDER, letters_colour
from maps.words import t

RADIUS = 12.0
CENTRE_RADIUS = 18.0


def draw(canvas: Canvas, picture: CentreMap) -> None:
    project, km = _projection(canvas, picture)
    _ground(canvas, picture, project)
    _villages(canvas, picture, project, _rings(canvas, picture, project, km))
    canvas.rectangle(0, 0, PANEL, HEIGHT, "#FFFFFF", z=20)
    panel = Panel(canvas)
    panel.head(picture.head)
    _key(panel, picture)
    panel.foot(picture.head, t("Boundaries: ICMR-NIE adarvmaps, simplified."))


def _projection(canvas: Canvas, picture: CentreMap) -> tuple[Project, float]:
    """(lon, lat) to pixels, flat around the middle of the catchment; and pixels a km."""
    south, west, north, east = render_ground.view_box(picture)
    lat0, lon0 = (south + north) / 2, (west + east) / 2
    wide = catchment.km_lon(lat0)
    km = min((HEIGHT - 60) / ((north - south) * catchment.KM_LAT), (canvas.width - PANEL - 60) / ((east - west) * wide))
    mid = (PANEL + canvas.width) / 2

    def project(line: Sequence[XY]) -> list[XY]:
        return [
            (mid + (lon - lon0) * wide * km, HEIGHT / 2 - (lat - lat0) * catchment.KM_LAT * km) for lon, lat in line
        ]

    return project, km


def _ground(canvas: Canvas, picture: CentreMap, project: Project) -> None:
    south, west, north, east = render_ground.view_box(picture)
    high, wide = north - south, east - west
    base = Basemap(render_ground.base((south - high / 4, west - wide / 2, north + high / 4, east + wide / 2)))
    canvas.rectangle(PANEL, 0, canvas.width - PANEL, HEIGHT, "#E6ECEF", z=0)
    canvas.rings([project(ring) for ring in base.land], "#F3F1EC", z=0.5)
    canvas.rings([project(ring) for ring in render_ground.around(base)], "#FCFBF8", "#FCFBF8", 10, z=1)
    looks: tuple[tuple[int, str, float, tuple[float, ...]], ...] = (
        (2, "#BDB6A8", 1.4, (5, 4)), (1, "#A39C8E", 1.4, ()), (0, "#6B655A", 2, ()),
    )  # fmt: skip
    for kind, colour, width, dashes in looks:
        canvas.lines([project(line) for line in base.lines(kind)], colour, width, z=2, dashes=dashes)
    for x, y in project([(lon, lat) for lat, lon in picture.outside]) if picture.outside else []:
        canvas.disc(x, y, 2.6, render_ground.DOT, z=2.5)
    for ring in render_ground.outlines(picture):
        points = project([(lon, lat) for lat, lon in ring])
        canvas.polygon(points, "#B9D2CC", z=3, alpha=0.8)
        canvas.lines([points], render_ground.TEAL, 3.2, z=3.1)


def _rings(canvas: Canvas, picture: CentreMap, project: Project, km: float) -> list[tuple[str, list[XY]]]:
    """Draws the rings; each one's name and the places where it may stand."""
    turn, out = np.radians(np.arange(0, 361, 3)), []
    for (lat, lon), far in render_ground.rings(picture):
        ((x, y),) = project([(lon, lat)])
        r = far * km
        circle = list(zip(x + r * np.sin(turn), y - r * np.cos(turn), strict=True))
        canvas.lines([circle], render_ground.RING, 1.5, z=4, dashes=(4, 4))
        out.append((t("{km} km", km=far), [circle[(35 + i * 7) % 120] for i in range(120)]))
    return out


def _villages(canvas: Canvas, picture: CentreMap, project: Project, rings: list[tuple[str, list[XY]]]) -> None:
    """Marks, and the names that fit: the centre's, the rings', then the villages', the most urgent first."""
    shown = sorted((*picture.villages, *picture.reached_outside), key=slide_crowd.urgency)
    at = project([(v.lon, v.lat) for v in shown]) if shown else []
    gap = slide_crowd.crowding(at)
    sizes = [RADIUS * slide_crowd.mark_scale(gap, v.condition) * (1.15 if v.condition == "never" else 1) for v in shown]
    for v, (x, y), r in zip(shown, at, sizes, strict=True):
        _village(canvas, v, x, y, r)
    fixed = [_box(x, y, r + 1) for (x, y), r in zip(at, sizes, strict=True)]
    fixed.append(placing.Box(0, 0, PANEL + 8, HEIGHT))
    true = project([(lon, lat) for lat, lon in render_ground.sites(picture)])
    places = [slide_crowd.step_aside(p, CENTRE_RADIUS, list(zip(at, sizes, strict=True))) for p in true]
    for from_, to in zip(true, places, strict=True):
        _centre(canvas, picture, from_, to)
    fixed += [_box(x, y, CENTRE_RADIUS) for x, y in places]
    _names(canvas, picture, places, rings, list(zip(shown, at, sizes, strict=True)), fixed)


def _box(x: float, y: float, r: float) -> placing.Box:
    return placing.Box(x - r, y - r, x + r, y + r, 2)


def _village(canvas: Canvas, v: VillageMark, x: float, y: float, r: float) -> None:
    above = slide_crowd.ABOVE.get(v.condition, 1) / 4
    drawn = r / 1.15 if v.condition == "never" else r
    with canvas.raised(above):
        canvas.condition(x, y, v.condition, CONDITION_COLOURS[v.condition], drawn)
        if v.also_broken:
            canvas.rectangle(x + r / 3, y + r / 3, 9, 9, CONDITION_COLOURS["broken"], "#FFFFFF", 1.2, z=9.6)


Text = tuple[str, float, int, str]  # words, size, weight, colour


def _names(
    canvas: Canvas, picture: CentreMap, centres: list[XY], rings: list[tuple[str, list[XY]]],
    villages: list[tuple[VillageMark, XY, float]], fixed: list[placing.Box],
) -> None:  # fmt: skip
    texts: list[Text] = []
    wanted: list[Wanted] = []
    for (site, *_), (x, y) in zip(picture.sites or ((picture.centre.name, 0, 0),), centres, strict=True):
        name = site_name(picture, site)
        sides = placing.sides(x, y, CENTRE_RADIUS + 4, *canvas.measure(name, 21, 700))
        texts.append((name, 21, 700, INK))
        wanted.append(Wanted([sides[2], *sides], must=True))
    for name, spots in rings:
        w, h = canvas.measure(name, 16)
        texts.append((name, 16, 400, "#3C4845"))
        inside = [p for p in spots if PANEL + 40 < p[0] < canvas.width - 40 and 20 < p[1] < HEIGHT - 20]
        wanted.append(Wanted([placing.Box(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y in inside]))
    for v, (x, y), r in villages:
        text = _village_text(v, crowded=len(villages) > 40)
        texts.append(text)
        wanted.append(Wanted(placing.sides(x, y, r, *canvas.measure(*text[:3]))))
    for (words, size, weight, colour), box in zip(texts, slide_crowd.free_labels(wanted, fixed), strict=True):
        if box is not None:
            middle = (box.y0 + box.y1) / 2
            canvas.text(box.x0, middle, words, size, weight, colour, halo=2.6, style="center_baseline", z=11.5)


def _village_text(v: VillageMark, *, crowded: bool) -> Text:
    size = 14.5 if crowded else 17.5 if v.condition == "never" else 16.5
    weight = {"never": 600 if crowded else 700, "broken": 700}.get(v.condition, 400)
    return v.name, size, weight, "#8F2E04" if v.condition == "broken" else INK


def _centre(canvas: Canvas, picture: CentreMap, true: XY, to: XY) -> None:
    """A centre's mark, with a leader to its true place where it stands aside."""
    at = picture.centre
    if true != to:
        canvas.lines([[true, to]], INK, 2, z=9.9)
        canvas.disc(*true, 4, INK, "#FFFFFF", 1.4, z=9.95)
    with canvas.raised(1.5):
        if at.kind == "cluster":
            canvas.cluster(*to, at.letters, at.colour, letters_colour(at.colour))
        elif at.kind in ("rutag", "rutag_chapter"):
            canvas.rutag(*to, 14)
        else:
            canvas.house(*to, CENTRE_RADIUS)


def _key(panel: Panel, picture: CentreMap) -> None:
    """Conditions with their counts, and the first of those to visit next."""
    canvas, y = panel.canvas, 762.0
    counts = Counter(v.condition for v in picture.villages)
    total = len(picture.villages) + picture.unplaced
    panel.text(LEFT, y, t("Villages by condition, of {n}", n=total), 17.5, 700)
    shown = _shown(counts)
    step = 34 if len(shown) <= 6 else 27
    for i, condition in enumerate(shown):
        x, line = LEFT + (i % 2) * 270, y + step + 2 + (i // 2) * step
        with canvas.raised(20):
            canvas.condition(x + 12, line - 6, condition, CONDITION_COLOURS[condition], 11 if step > 30 else 9.5)
        panel.text(x + 34, line, f"{counts[condition]}", 18, 700)
        panel.text(x + 74, line, t(ROW_WORDS[condition]), 18)
    names = {v.code: f"{v.name} ({v.urgency})" if v.urgency else v.name for v in picture.villages}
    first = [names[code] for code in picture.visit_next if code in names]
    if first:
        below = y + step * ((len(shown) + 1) // 2) + 34
        told = t("Visit next: the first 3 of {n}", n=len(first)) if len(first) > 3 else t("Visit next")
        panel.text(LEFT, below, told, 17.5, 700)
        panel.wrapped(below + 25, ", ".join(first[:3]), 16, 400, MUTED, 21)


def _shown(counts: Counter[Condition]) -> list[Condition]:
    """The conditions that there are, and those one always looks for while there is room."""
    found = [c for c in CONDITION_ORDER if counts[c] or c in ALWAYS]
    return found if len(found) <= 6 else [c for c in found if counts[c]]
