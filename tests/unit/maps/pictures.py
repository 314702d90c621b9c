"""Invented pictures for drawing: real centres, made-up figures, the same every time."""

from __future__ import annotations

import datetime as dt
import math
import random
from functools import lru_cache

import h3
import shapely

from maps.basemap import load
from maps.picture import (
    Area,
    Card,
    Cell,
    CentreMap,
    Chip,
    Condition,
    Figure,
    Flow,
    Head,
    Mark,
    Month,
    NationalMap,
    ReplicationMap,
    Row,
    Series,
    Source,
    VillageMark,
)  # fmt: skip

AS_OF = dt.date(2026, 11, 22)
MONTHS = 24
CLUSTERS = [
    ("rich", "RICH", "Hy", "#262C8C", 17.39, 78.49, 300),
    ("best", "BeST", "Bn", "#3A70D4", 13.02, 77.57, 288),
    ("bckic", "BCKIC", "Bh", "#C79A0A", 20.35, 85.82, 296),
    ("pkc", "PKC", "Pu", "#9C2014", 18.56, 73.83, 437),
    ("pi-rahi", "PI-RAHI", "Ch", "#CBDDA0", 30.76, 76.77, 269),
    ("jckic", "JCKIC", "Jo", "#382F3A", 26.47, 73.11, 285),
    ("driiv", "DRIIV", "De", "#E64F80", 28.55, 77.19, 117),
    ("vizag", "Vizag", "Vz", "#56B8EE", 17.60, 83.17, 241),
]
RUTAG = [
    ("IIT Bombay", 19.13, 72.91), ("IIT Delhi", 28.55, 77.19), ("IIT Guwahati", 26.19, 91.70), ("IIT Kanpur", 26.51, 80.23),
    ("IIT Kharagpur", 22.32, 87.31), ("IIT Madras", 12.99, 80.23), ("IIT Roorkee", 29.87, 77.90), ("NAARM", 17.32, 78.41),
    ("SKUAST-K", 34.15, 74.88),
]  # fmt: skip
RSVC = [("Khunt", 29.6, 79.6), ("Mandaura", 28.9, 77.0), ("Nitte", 13.18, 74.93), ("Farangipete", 12.88, 74.95)]
SHORT = ["Dec", "Jan 2025", *["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], "Jan 2026",
         *["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]]  # fmt: skip
NEW = [8, 20, 36, 55, 50, 66, 70, 88, 96, 112, 102, 104, 96, 80, 68, 56, 45, 36, 28, 20, 17, 12, 8, 21]


def card(name: str, sub: str, problem: str = "") -> Card:
    return Card(
        heading=name,
        sub=sub,
        problem=problem,
        conditions=(("in_use", 9), ("broken", 3), ("silent", 2), ("never", 4)),
        rows=(
            Row("Coverage", "14 of 18", "villages, mandate 15–20"),
            Row("Technologies", "7,", "5 from outside Karnataka"),
            Row("Households", "486", "of 3,310 in reached villages"),
            Row("Trained", "63", "people, 11 can repair"),
        ),
        series=Series("Active villages, Jan to Nov 2026", (1, 3, 4, 6, 8, 8, 9, 10, 10, 9, 9)),
        last="Last report 21 Nov 2026",
        link="/centres/nitte",
        link_text="Open centre",
    )


def sources() -> tuple[Source, ...]:
    clusters = [Source(slug, name, "cluster", letters, colour, n) for slug, name, letters, colour, _, _, n in CLUSTERS]
    return (*clusters, Source("rutag", "RuTAG", "rutag", "", "", 547, 9), Source("rsvc", "RSVC", "rsvc", "", "", 51, 4))


def marks() -> tuple[Mark, ...]:
    clusters = [
        Mark(s, n, "cluster", lat, lon, card(n, "S&T cluster"), letters, colour)
        for s, n, letters, colour, lat, lon, _ in CLUSTERS
    ]
    rutag = [
        Mark(f"rutag-{n.lower().replace(' ', '-')}", n, "rutag", a, o, card(n, "RuTAG centre")) for n, a, o in RUTAG
    ]
    rsvc = [
        Mark(f"rsvc-{n.lower()}", n, "rsvc", a, o, card(f"RSVC {n}", "Nitte University, Section Infin-8 Foundation"))
        for n, a, o in RSVC
    ]
    return (*clusters, *rutag, *rsvc)


@lru_cache
def _land() -> shapely.Geometry:
    return shapely.unary_union([shapely.Polygon(p[0]).buffer(0) for p in load("national").rings("india", "")])


def _grow(total: int, chance: random.Random) -> tuple[int, ...]:
    """`total` villages over the months, as NEW has it."""
    when = chance.choices(range(MONTHS), weights=NEW, k=total)
    return tuple(sum(w <= month for w in when) for month in range(MONTHS))


def cells(level: int, seed: int = 7) -> tuple[Cell, ...]:
    """Around every centre: dense near by, thin farther off, some white spots, some fading."""
    chance = random.Random(seed)
    hosts = [(lat, lon, 1 << i, n) for i, (_, _, _, _, lat, lon, n) in enumerate(CLUSTERS)]
    hosts += [(lat, lon, 1 << 8, 60) for _, lat, lon in RUTAG] + [(lat, lon, 1 << 9, 12) for _, lat, lon in RSVC]
    found: dict[int, dict[int, int]] = {}
    white: dict[int, int] = {}
    for lat, lon, bit, n in hosts:
        spots = [(lat + chance.gauss(0, 1.3), lon + chance.gauss(0, 1.3)) for _ in range(max(n // 22, 2))]
        for _ in range(n * 10 // 9):
            spot = chance.choice(spots)
            cell = _inland(spot[0] + chance.gauss(0, 0.33), spot[1] + chance.gauss(0, 0.33), level)
            if not cell:
                continue
            mask = bit | (1 << chance.randrange(8) if chance.random() < 0.06 else 0)
            found.setdefault(cell, {})[mask] = found.get(cell, {}).get(mask, 0) + 1
            near = h3.cell_to_latlng(chance.choice(h3.grid_ring(h3.int_to_str(cell), 1)))
            if chance.random() < 0.3 and (at := _inland(*near, level)):
                white[at] = white.get(at, 0) + chance.randrange(1, 7)
    return tuple(_cell(cell, found.get(cell, {}), white.get(cell, 0), chance) for cell in sorted({*found, *white}))


def _inland(lat: float, lon: float, level: int) -> int:
    return h3.str_to_int(h3.latlng_to_cell(lat, lon, level)) if _land().contains(shapely.Point(lon, lat)) else 0


def _cell(cell: int, masks: dict[int, int], white: int, chance: random.Random) -> Cell:
    reached = tuple((mask, _grow(n, chance)) for mask, n in sorted(masks.items()))
    share = 0.3 if chance.random() < 0.09 else chance.uniform(0.6, 0.85)
    active = tuple((mask, tuple(round(n * share) for n in counts)) for mask, counts in reached)
    return Cell(cell, (sum(masks.values()) * 2 + white,) * MONTHS, reached, active)


def figures(reached: int, active: int, catchment: int = 5913) -> tuple[Figure, ...]:
    return (
        Figure(
            "Villages reached", reached, reached / catchment, f"{reached / catchment:.0%}", "of 5,913 in catchments"
        ),
        Figure(
            "Still active",
            active,
            active / max(reached, 1),
            f"{active / max(reached, 1):.0%}",
            f"of {reached:,} reached",
        ),
        Figure("Centres reporting", 18, 18 / 21, "86%", "of 21, last 30 days"),
        Figure("Beneficiaries, estimate", 209509, 0.84, "84%", "of villages known"),
    )


def head(title: str, subtitle: str, figures: tuple[Figure, ...], chips: tuple[Chip, ...] = ()) -> Head:
    every = (
        Chip("clusters", "All", True), Chip("technologies", "All", True), Chip("Review window", "180 days"),
        Chip("Data to", "22 Nov 2026", dated=True),
    )  # fmt: skip
    rule = "Reached: at least one accepted report. Active: working or partly working, report within 180 days."
    return Head(title, subtitle, chips or every, figures, AS_OF, True, rule)


def _sums(found: tuple[Cell, ...]) -> list[tuple[int, int]]:
    def total(month: int, what: str) -> int:
        return sum(counts[month] for cell in found for _, counts in getattr(cell, what))

    return [(total(m, "reached"), total(m, "active")) for m in range(MONTHS)]


def districts() -> tuple[Area, ...]:
    chance = random.Random(3)
    out = []
    for slug, found in load("national").raw["districts"].items():
        catchment = chance.randrange(0, 30)
        reached = chance.randrange(0, catchment + 1)
        out.append(Area(slug, found["name"], reached, reached // 2, catchment, reached))
    return tuple(out)


@lru_cache
def national() -> NationalMap:
    fine, coarse = cells(4), cells(3)
    sums = _sums(fine)
    months = []
    for i, (reached, active) in enumerate(sums):
        year = 2024 if i == 0 else 2025 if i < 13 else 2026
        label = f"{SHORT[i][:3]} {year}"
        title = f"{reached:,} villages reached, {active / max(reached, 1):.0%} still active"
        new = reached - (sums[i - 1][0] if i else 0)
        months.append(Month(label, SHORT[i], new, title, figures(reached, active)))
    subtitle = "Rural reach: technologies of eight S&T clusters, nine RuTAG centres and four RSVC centres"
    gaps = (("Jaisalmer", 20, 29), ("Nizamabad", 19, 28), ("Ganjam", 19, 30), ("Pune", 18, 77), ("Mayurbhanj", 16, 40))
    top = head(months[-1].title, subtitle, months[-1].figures)
    return NationalMap(top, sources(), marks(), fine, coarse, tuple(months), districts(), gaps)


PLACES: list[tuple[str, float, float, Condition]] = [
    ("03", 9.5, -1.9, "silent"), ("17", 9.4, 5.8, "never"), ("12", 6.3, -5.3, "in_use"), ("05", 5.4, -1.1, "silent"),
    ("07", 4.4, 2.5, "broken"), ("11", 4.2, 9.6, "never"), ("08", 2.2, -11.2, "in_use"), ("13", 2.1, -5.0, "in_use"),
    ("06", -0.1, -8.7, "in_use"), ("16", -1.7, -3.6, "in_use"), ("09", 0.4, 7.5, "broken"), ("04", 0.4, 13.4, "never"),
    ("15", -3.2, 13.2, "never"), ("10", -4.6, -0.9, "in_use"), ("02", -5.1, 2.4, "in_use"), ("14", -6.1, 9.0, "in_use"),
    ("01", -6.9, -7.6, "broken"), ("18", -9.9, 2.5, "in_use"),
]  # fmt: skip
URGENT = {
    "11": "10 km NE", "17": "11 km NE", "04": "13 km E", "15": "13 km E", "07": "41 days down", "01": "23 days down",
    "09": "9 days down", "03": "236 days silent", "05": "197 days silent",
}  # fmt: skip
VILLAGE_CARD = Card(
    heading="Village 07", sub="Demo GP · LGD demo-0412 · 5.0 km NE",
    problem="Broken for 41 days. Blade motor burnt out; the self-help group can repair it.",
    rows=(
        Row("Technology", "Betel-nut cutter", "(IIT Guwahati)"), Row("Working", "0 of 3", "units"),
        Row("Households", "38", "of 212 in the village"), Row("Beneficiaries", "146,", "79 women, estimate"),
    ),
    series=Series("Units working, Feb to Nov 2026", (2, 3, 3, 3, 3, 3, 3, 3, 0, 0)),
    last="Last report 12 Oct 2026, accepted", link="/reports?village=07", link_text="Open reports",
)  # fmt: skip


def village(number: str, north: float, east: float, condition: Condition, at: Mark) -> VillageMark:
    lat, lon = at.lat + north / 110.6, at.lon + east / (111.3 * math.cos(math.radians(at.lat)))
    name = f"Village {number}"
    found = (
        VILLAGE_CARD
        if number == "07"
        else Card(name, f"Demo GP · {math.hypot(north, east):.1f} km", rows=VILLAGE_CARD.rows)
    )
    return VillageMark(
        f"demo:{number}",
        name,
        lat,
        lon,
        condition,
        number == "02",
        math.hypot(north, east),
        "NE",
        URGENT.get(number, ""),
        found,
    )


@lru_cache
def centre() -> CentreMap:
    at = next(m for m in marks() if m.name == "Nitte")
    chance = random.Random(11)
    villages = tuple(village(*place, at) for place in PLACES)
    outside = tuple((at.lat + chance.uniform(-0.32, 0.32), at.lon + chance.uniform(-0.2, 0.55)) for _ in range(420))
    far = tuple(o for o in outside if math.hypot(o[0] - at.lat, o[1] - at.lon) > 0.13)
    top = head(
        "Nitte: 9 of 18 villages active, 4 never visited",
        "RSVC Nitte, Karkala, Udupi, Karnataka. Opened 21 Jan 2026",
        (
            Figure("Villages reached", 14, 14 / 18, "78%", "of 18 in catchment"),
            Figure("Still active", 9, 9 / 14, "64%", "of 14 reached"),
            Figure("Deployments working", 21, 21 / 31, "68%", "of 31 deployments"),
            Figure("Beneficiaries, estimate", 1842, 0.93, "93%", "of villages known"),
        ),
        (
            Chip("technologies", "All", True),
            Chip("Review window", "180 days"),
            Chip("Data to", "22 Nov 2026", dated=True),
        ),
    )
    return CentreMap(top, at, (("Nitte", at.lat, at.lon),), villages, 0, tuple(f"demo:{code}" for code in URGENT), far)


FLOWS = [
    ("madhya-pradesh", "Madhya Pradesh", 23.3, 77.6, 37, 28), ("gujarat", "Gujarat", 21.9, 73.0, 34, 30),
    ("karnataka", "Karnataka", 15.9, 75.2, 24, 17), ("chhattisgarh", "Chhattisgarh", 21.3, 82.3, 24, 14),
    ("rajasthan", "Rajasthan", 25.3, 74.9, 17, 13), ("telangana", "Telangana", 17.7, 80.2, 14, 10),
    ("assam", "Assam", 26.1, 92.6, 11, 5), ("uttarakhand", "Uttarakhand", 30.1, 78.9, 9, 7),
]  # fmt: skip


@lru_cache
def replication() -> ReplicationMap:
    chance = random.Random(5)
    outside = dict(zip([c[0] for c in CLUSTERS], (39, 49, 46, 170, 33, 47, 49, 40), strict=True))
    flows = tuple(
        Flow(s, n, a, o, reached, active, tuple((a + chance.gauss(0, 0.5), o + chance.gauss(0, 0.5)) for _ in range(8)))
        for s, n, a, o, reached, active in FLOWS
    )
    top = head(
        "PKC technologies run in 8 states outside Maharashtra",
        "Replication: Pune Knowledge Cluster, all technologies",
        (
            Figure("Villages outside own state", 170, 170 / 437, "39%", "of 437 reached by PKC"),
            Figure("Still active there", 124, 124 / 170, "73%", "of 170 reached"),
            Figure("Receiving states", 8, 8 / 35, "8", "of 35 other states and UTs"),
        ),
        (Chip("Pune", "PKC", True), Chip("technologies", "All", True), Chip("Data to", "22 Nov 2026", dated=True)),
    )
    cluster = next(m for m in marks() if m.slug == "pkc")
    others = tuple(Source(s, n, "cluster", letters, colour, outside[s]) for s, n, letters, colour, *_ in CLUSTERS)
    return ReplicationMap(top, cluster, "maharashtra", 267, others, flows)
