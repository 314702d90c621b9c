"""The slide of one centre: its catchment, its villages by condition, whom to visit next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from maps import catchment, placing
from maps.basemap import Basemap
from maps.canvas import HEIGHT, INK, MUTED, XY, Canvas
from maps.panel import LEFT, PANEL, Panel, Project
from maps.picture import CentreMap, VillageMark
from maps.render_centre import ALWAYS, BEARINGS, ROW_WORDS
from maps.symbols import CONDITION_COLOURS, CONDITION_ORDER, letters_colour

TEAL = "#00564B"


def draw(canvas: Canvas, picture: CentreMap) -> None:
    project, km = _projection(canvas, picture)
    _ground(canvas, picture, project)
    _rings(canvas, picture, project, km)
    _villages(canvas, picture, project)
    canvas.rectangle(0, 0, PANEL, HEIGHT, "#FFFFFF", z=20)
    panel = Panel(canvas)
    panel.head(picture.head)
    _key(panel, picture)
    panel.foot(picture.head, "Boundaries: ICMR-NIE adarvmaps, simplified.")


def _places(villages: Sequence[VillageMark]) -> list[XY]:
    return [(v.lat, v.lon) for v in villages]


def _projection(canvas: Canvas, picture: CentreMap) -> tuple[Project, float]:
    """(lon, lat) to pixels, flat around the centre; and pixels a km."""
    lat0, lon0 = picture.centre.lat, picture.centre.lon
    east = catchment.km_lon(lat0)
    points = [((lon - lon0) * east, (lat - lat0) * catchment.KM_LAT) for lat, lon in _places(picture.villages)]
    far = max([*picture.rings_km, *(abs(v) + 2 for p in points for v in p)], default=15)
    km = min(HEIGHT - 60, canvas.width - PANEL - 60) / (2 * far)
    mid = (PANEL + canvas.width) / 2

    def project(line: Sequence[XY]) -> list[XY]:
        return [
            (mid + (lon - lon0) * east * km, HEIGHT / 2 - (lat - lat0) * catchment.KM_LAT * km) for lon, lat in line
        ]

    return project, km


def _ground(canvas: Canvas, picture: CentreMap, project: Project) -> None:
    box = catchment.box_around([(picture.centre.lat, picture.centre.lon), *_places(picture.villages)], 45)
    base = Basemap(catchment.base(box))
    canvas.rectangle(PANEL, 0, canvas.width - PANEL, HEIGHT, "#E6ECEF", z=0)
    canvas.rings([project(r) for p in base.rings("india", "") for r in p], "#FCFBF8", "#FCFBF8", 10, z=1)
    looks: tuple[tuple[int, str, float, tuple[float, ...]], ...] = (
        (2, "#BDB6A8", 1.4, (5, 4)), (1, "#A39C8E", 1.4, ()), (0, "#6B655A", 2, ()),
    )  # fmt: skip
    for kind, colour, width, dashes in looks:
        canvas.lines([project(line) for line in base.lines(kind)], colour, width, z=2, dashes=dashes)
    for x, y in project([(lon, lat) for lat, lon in picture.outside]) if picture.outside else []:
        canvas.disc(x, y, 2.6, "#A9A494", z=2.5)
    for ring in catchment.outlines(_places(picture.villages), [site[1:] for site in picture.sites]):
        points = project([(lon, lat) for lat, lon in ring])
        canvas.polygon(points, "#B9D2CC", z=3, alpha=0.8)
        canvas.lines([points], TEAL, 3.2, z=3.1)


def _rings(canvas: Canvas, picture: CentreMap, project: Project, km: float) -> None:
    ((x, y),) = project([(picture.centre.lon, picture.centre.lat)])
    turn = np.radians(np.arange(0, 361, 3))
    for far, bearing in zip(picture.rings_km, BEARINGS * 3, strict=False):
        r = far * km
        canvas.lines(
            [list(zip(x + r * np.sin(turn), y - r * np.cos(turn), strict=True))], "#6E7774", 1.5, z=4, dashes=(4, 4)
        )
        angle = np.radians(bearing)
        canvas.text(
            x + r * np.sin(angle),
            y - r * np.cos(angle),
            f"{far} km",
            16,
            400,
            "#3C4845",
            anchor="center",
            halo=4,
            style="center",
            z=5,
        )


def _villages(canvas: Canvas, picture: CentreMap, project: Project) -> None:
    """Marks and names; the centre first, then what was never visited, then the rest."""
    shown = sorted((*picture.villages, *picture.reached_outside), key=lambda v: v.condition != "never")
    at = project([(v.lon, v.lat) for v in shown])
    ((cx, cy),) = project([(picture.centre.lon, picture.centre.lat)])
    name = picture.centre.card.heading or picture.centre.name
    texts = [(name, 21.0, 700, 22.0, (cx, cy))]
    texts += [
        (v.name, 17.5 if v.condition == "never" else 16.5, 700 if v.condition in ("never", "broken") else 400, 14.0, p)
        for v, p in zip(shown, at, strict=True)
    ]
    fixed = [placing.Box(x - r, y - r, x + r, y + r, 2) for _, _, _, r, (x, y) in texts]
    options = []
    for i, (text, size, weight, r, (x, y)) in enumerate(texts):
        sides = placing.sides(x, y, r, *canvas.measure(text, size, weight))
        options.append([sides[2], *sides] if i == 0 else sides)
    for v, (x, y) in zip(shown, at, strict=True):
        canvas.condition(x, y, v.condition, CONDITION_COLOURS[v.condition], 12)
        if v.also_broken:
            canvas.rectangle(x + 4, y + 4, 9, 9, CONDITION_COLOURS["broken"], "#FFFFFF", 1.2, z=9.6)
    _centre(canvas, picture, cx, cy)
    for i, ((text, size, weight, _, _), (box, _)) in enumerate(zip(texts, placing.labels(options, fixed), strict=True)):
        broken = i > 0 and shown[i - 1].condition == "broken"
        canvas.text(
            box.x0,
            (box.y0 + box.y1) / 2,
            text,
            size,
            weight,
            "#8F2E04" if broken else INK,
            halo=2.6,
            style="center_baseline",
            z=11,
        )


def _centre(canvas: Canvas, picture: CentreMap, x: float, y: float) -> None:
    at = picture.centre
    if at.kind == "cluster":
        canvas.cluster(x, y, at.letters, at.colour, letters_colour(at.colour))
    elif at.kind in ("rutag", "rutag_chapter"):
        canvas.rutag(x, y, 14)
    else:
        canvas.house(x, y, 18)


def _key(panel: Panel, picture: CentreMap) -> None:
    """Conditions with their counts, and the first of those to visit next."""
    canvas, y = panel.canvas, 774.0
    counts = Counter(v.condition for v in picture.villages)
    total = len(picture.villages) + picture.unplaced
    panel.text(LEFT, y, f"Villages by condition, of {total}", 17.5, 700)
    shown = [c for c in CONDITION_ORDER if counts[c] or c in ALWAYS][:6]
    for i, condition in enumerate(shown):
        x, line = LEFT + (i % 2) * 270, y + 36 + (i // 2) * 34
        with canvas.raised(20):
            canvas.condition(x + 12, line - 6, condition, CONDITION_COLOURS[condition], 11)
        panel.text(x + 34, line, f"{counts[condition]}", 18, 700)
        panel.text(x + 66, line, ROW_WORDS[condition], 18)
    names = {v.code: f"{v.name} ({v.urgency})" if v.urgency else v.name for v in picture.villages}
    first = [names[code] for code in picture.visit_next if code in names][:3]
    if first:
        panel.text(LEFT, y + 122 + (34 if len(shown) > 4 else 0), "Visit next", 17.5, 700)
        panel.wrapped(y + 150 + (34 if len(shown) > 4 else 0), ", ".join(first), 16, 400, MUTED, 22)
