"""What a map says, before it is drawn: plain values, no frames, no Folium.

`maps.compose` makes these from reach frames; `maps.render` and `maps.slide` draw them. Every figure carries its
denominator, every picture its date, its rule and whether its data is illustrative.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

Condition = Literal["in_use", "idle", "resting", "broken", "silent", "ended", "registered", "visited", "never"]
SourceKind = Literal["cluster", "rutag", "rutag_chapter", "rsvc", "partnership"]


@dataclass(frozen=True)
class Figure:
    """A number with its denominator: `label` over `value`, a bar of `share` (0 to 1, None: no bar), `strong` `note`."""

    label: str  # Villages reached
    value: int | None  # 2831; None prints a dash
    share: float | None  # 0.48
    strong: str  # 48%
    note: str  # of 5,913 in catchments


@dataclass(frozen=True)
class Chip:
    """A filter or date in the header: `strong` part and plain part, in this order when `strong_first`."""

    text: str
    strong: str
    strong_first: bool = False
    dated: bool = False  # the date, which the month slider changes


@dataclass(frozen=True)
class Row:
    """A line of a card: label, bold part, plain part (which may name the denominator)."""

    label: str
    strong: str
    note: str = ""


@dataclass(frozen=True)
class Series:
    """A sparkline: one value a month; the last one is printed at its end."""

    title: str  # Active villages, Jan to Nov 2026
    values: tuple[int, ...]


@dataclass(frozen=True)
class Card:
    """The card of a mark: heading, second line, at most one problem in words, rows, sparkline, last report, a link."""

    heading: str
    sub: str
    problem: str = ""
    conditions: tuple[tuple[Condition, int], ...] = ()  # drawn as a stacked bar with a legend: (in_use, 9), (broken, 3)
    rows: tuple[Row, ...] = ()
    series: Series | None = None
    last: str = ""  # Last report 21 Nov 2026
    link: str = ""  # same-site path; empty in stand-alone files
    link_text: str = ""
    village: str = ""  # its code, where photos and reports can be asked for


@dataclass(frozen=True)
class Source:
    """A bit of the masks below: a cluster (its technologies) or a kind of centre (its deployments)."""

    slug: str
    name: str
    kind: SourceKind
    letters: str  # of a cluster
    colour: str  # of a cluster
    villages: int  # reached, as of the picture's date
    centres: int = 0  # RuTAG (9)


@dataclass(frozen=True)
class Mark:
    """A cluster or centre at its true place."""

    slug: str
    name: str
    kind: SourceKind
    lat: float
    lon: float
    card: Card
    letters: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Cell:
    """One H3 cell with its months: for each mask of sources, villages reached and villages active, month by month.

    Bit i of a mask is `sources[i]`. A village stands in exactly one mask a month, so the sum over the masks that share a
    bit with the chosen sources is a count of distinct villages. `listed` is how many catchment villages lie in it, month
    by month: a cell with some and none reached is a white spot.
    """

    h3: int
    listed: tuple[int, ...]
    reached: tuple[tuple[int, tuple[int, ...]], ...]  # ((mask, (one count a month, ...)), ...)
    active: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def catchment(self) -> int:
        return self.listed[-1] if self.listed else 0


@dataclass(frozen=True)
class Month:
    """What is said of a month's end (the last one: of the picture's date)."""

    label: str  # Nov 2026
    short: str  # Nov, or Jan 2026 where a year begins
    new: int  # villages reached for the first time
    title: str
    figures: tuple[Figure, ...]
    tick: bool = False  # a name that stands where there is little room: January, July


@dataclass(frozen=True)
class Area:
    """A district: active of reached villages; its tint is `covered` of catchment villages (some reached ones are on no list)."""

    slug: str
    name: str
    reached: int
    active: int
    catchment: int
    covered: int


@dataclass(frozen=True)
class Head:
    title: str
    subtitle: str
    chips: tuple[Chip, ...]
    figures: tuple[Figure, ...]
    as_of: dt.date
    illustrative: bool
    rule: str  # the counting rule in force, in a sentence or two


@dataclass(frozen=True)
class NationalMap:
    """`cells` at level 4, `coarse` at level 3 (far out, and phones); `gaps`: districts with most villages no longer active."""

    head: Head
    sources: tuple[Source, ...]
    marks: tuple[Mark, ...]
    cells: tuple[Cell, ...]
    coarse: tuple[Cell, ...]
    months: tuple[Month, ...]
    districts: tuple[Area, ...]
    gaps: tuple[tuple[str, int, int], ...]  # district, no longer active, reached

    @property
    def lists(self) -> bool:
        """Whether there are catchments: without any there are no white spots, and no coverage of districts."""
        return any(cell.catchment for cell in self.cells) or any(area.catchment for area in self.districts)


@dataclass(frozen=True)
class VillageMark:
    code: str
    name: str
    lat: float
    lon: float
    condition: Condition
    also_broken: bool
    km: float | None  # from the centre
    bearing: str  # NE
    urgency: str  # what "visit next" says: 10 km NE, 41 days down, 236 days silent
    card: Card
    days: int = 0  # broken or silent for so many


@dataclass(frozen=True)
class CentreMap:
    """One centre: its catchment's villages by condition, who to visit next, the other villages around as dots."""

    head: Head
    centre: Mark
    sites: tuple[tuple[str, float, float], ...]  # name, lat, lon
    villages: tuple[VillageMark, ...]  # of the catchment, with a place
    unplaced: int  # of the catchment, without a place: told in words
    visit_next: tuple[str, ...]  # codes, most urgent first
    outside: tuple[tuple[float, float], ...]  # other villages near: lat, lon
    rings_km: tuple[int, ...] = (5, 10, 15)
    reached_outside: tuple[VillageMark, ...] = ()  # deployments outside the catchment: counted apart
    months: tuple[Month, ...] = ()  # of these, title and figures are those of a picture of its own


@dataclass(frozen=True)
class Flow:
    """Villages of one cluster's technologies in one other state; `lat`, `lon`: the middle of those villages."""

    state: str  # slug
    name: str
    lat: float
    lon: float
    reached: int
    active: int
    points: tuple[tuple[float, float], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ReplicationMap:
    head: Head
    cluster: Mark
    own_state: str  # slug
    own_villages: int
    sources: tuple[Source, ...]  # all clusters, `villages` = outside their host state
    flows: tuple[Flow, ...]  # largest first
    months: tuple[Month, ...] = ()  # as in CentreMap
