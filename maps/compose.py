"""Reach frames -> the national picture: villages by cell, month and source, with figures that agree with `maps.reach`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps import geo, reach, timeline, wording
from maps.compose_cards import centre_marks, cluster_marks
from maps.gazetteer import Gazetteer
from maps.picture import Area, Cell, Chip, Figure, Head, Mark, Month, NationalMap, Source, SourceKind
from maps.words import later, t, tn

FINE, COARSE = 4, 3
Ints = npt.NDArray[np.int64]
KINDS: tuple[tuple[SourceKind, str], ...] = (
    ("rutag", later("RuTAG")), ("rutag_chapter", later("RuTAG chapters")), ("rsvc", later("RSVC")),
    ("partnership", later("Partnership centres")),
)  # fmt: skip
Kind = tuple[str, SourceKind, str]  # slug, whose symbol it has, name
NOBODY: Kind = ("none", "partnership", later("No centre named"))


@dataclass(frozen=True)
class Scene:
    """What a picture is made of. `catchment` has one row a listed village (maps.reach.CATCHMENT_COLUMNS, as of `day`)."""

    deployments: pd.DataFrame
    months: pd.DataFrame
    catchment: pd.DataFrame
    gazetteer: Gazetteer
    day: dt.date
    review_required: bool = False
    chips: tuple[Chip, ...] = ()
    subtitle: str = ""
    links: bool = True  # whether cards may link into the console
    # False where filters or scope leave deployments out: what others reached would look neglected, so no share of lists.
    covers: bool = True
    every: pd.DataFrame | None = None  # all deployments in the catchment's villages, where scope hides some
    centres: frozenset[int] | None = None  # of whom reports are awaited; None: those with deployments
    lists: pd.DataFrame | None = None  # the catchment with its history (maps.reach.LIST_COLUMNS)
    back: int = timeline.MONTHS  # months that can be told; 1 where the filters choose by what is so on the day

    def listed_on(self, day: dt.date) -> pd.DataFrame:
        return self.catchment if self.lists is None or day == self.day else reach.listed_on(self.lists, day)


@dataclass
class Tally:
    """Counts that grow month by month: by cell level and mask, and by centre."""

    levels: tuple[int, ...]
    reached: dict[int, dict[int, dict[int, list[int]]]] = field(default_factory=dict)
    active: dict[int, dict[int, dict[int, list[int]]]] = field(default_factory=dict)
    by_centre: list[dict[int, int]] = field(default_factory=list)
    listed: dict[int, dict[int, list[int]]] = field(default_factory=dict)  # villages on lists, by level and cell

    def count_lists(self, catchment: pd.DataFrame, month: int, months: int) -> None:
        placed = catchment[catchment["h3_r7"] >= 0].drop_duplicates("village")["h3_r7"].to_numpy(np.int64)
        for level in self.levels:
            into = self.listed.setdefault(level, {})
            for cell, count in _counted(_parents(placed, level)).items():
                into.setdefault(cell, [0] * months)[month] = count


def source_bits(scene: Scene) -> tuple[Ints, list[Kind]]:
    """For each deployment the bits of its sources: clusters first, then the kind of its centre; and the kinds in use."""
    clusters = len(scene.gazetteer.clusters)
    kinds: list[Kind] = [(k, k, name) for k, name in KINDS if any(c.kind == k for c in scene.gazetteer.centres)]
    position = {kind: clusters + i for i, (_, kind, _) in enumerate(kinds)}
    kind_of = {c.key: 1 << position[c.kind] for c in scene.gazetteer.centres}
    own = scene.deployments["centre"].map(kind_of).fillna(0).to_numpy(np.int64)
    bits = scene.deployments["clusters"].to_numpy(np.int64) | own
    if (bits == 0).any():
        kinds.append(NOBODY)
        bits = np.where(bits == 0, 1 << (clusters + len(kinds) - 1), bits)
    return bits, kinds


def in_use_only(scene: Scene) -> Scene:
    """What a national map counts: deployments for village use, in a village that is known."""
    use = scene.deployments
    use = use[use["village_use"].to_numpy(bool) & (use["village"].to_numpy() >= 0)].reset_index(drop=True)
    return replace(scene, deployments=use)


def national(scene: Scene) -> NationalMap:
    scene = in_use_only(scene)
    use = scene.deployments
    bits, _ = source_bits(scene)
    village, codes = np.unique(use["village"].to_numpy(np.int64), return_inverse=True)
    first = np.unique(codes, return_index=True)[1]
    cell7 = use["h3_r7"].to_numpy(np.int64)[first] if len(use) else np.zeros(0, dtype=np.int64)
    tally = Tally((FINE, COARSE))
    parents = {level: np.unique(_parents(cell7, level), return_inverse=True) for level in tally.levels}
    months: list[Month] = []
    before = 0
    count = scene.back
    for i, at in enumerate(timeline.walk(use, scene.months, scene.day, count)):
        reached = _masks(bits, codes, at.reported, len(village))
        active = _masks(bits, codes, at.reported & at.in_use, len(village))
        for level in tally.levels:
            _count(tally.reached.setdefault(level, {}), *parents[level], reached, i, count)
            _count(tally.active.setdefault(level, {}), *parents[level], active, i, count)
        tally.by_centre.append(_active_by_centre(use, at))
        catchment = scene.listed_on(at.moment.day)
        tally.count_lists(catchment, i, count)
        figures = _figures(scene, use, at, codes, reached > 0, active > 0, catchment["village"].unique(), village)
        total = int((reached > 0).sum())
        title = wording.finding(total, int((active > 0).sum()))
        months.append(_month(at.moment, total - before if i else 0, i, title, figures))
        before = total
    series = Sparklines(_series_by_bit(tally, len(scene.gazetteer.clusters)), tuple(tally.by_centre))
    moment = national_moment(scene, series)
    return NationalMap(
        head=_head(scene, months[-1]),
        sources=moment.sources,
        marks=moment.marks,
        cells=_cells(tally, FINE),
        coarse=_cells(tally, COARSE),
        months=tuple(months),
        districts=moment.districts,
        gaps=moment.gaps,
    )


@dataclass(frozen=True)
class Sparklines:
    """Active villages a month, up to the picture's own: of each cluster, and by centre."""

    clusters: Sequence[Sequence[int]]
    centres: Sequence[dict[int, int]]

    def until(self, month: int) -> Sparklines:
        return Sparklines([values[: month + 1] for values in self.clusters], self.centres[: month + 1])


@dataclass(frozen=True)
class Moment:
    """What a national map says of one moment besides its cells, title and figures."""

    sources: tuple[Source, ...]
    marks: tuple[Mark, ...]
    districts: tuple[Area, ...]
    gaps: tuple[tuple[str, int, int], ...]
    title: str
    figures: tuple[Figure, ...]


def sparklines(scene: Scene) -> Sparklines:
    """Of all the scene's months: what the cards of its earlier moments need besides."""
    scene = in_use_only(scene)
    use = scene.deployments
    clusters = use["clusters"].to_numpy(np.int64)
    village, codes = np.unique(use["village"].to_numpy(np.int64), return_inverse=True)
    of_clusters, of_centres = [], []
    for at in timeline.walk(use, scene.months, scene.day, scene.back):
        active = _masks(clusters, codes, at.reported & at.in_use, len(village))
        of_clusters.append([int((active >> bit & 1).sum()) for bit in range(len(scene.gazetteer.clusters))])
        of_centres.append(_active_by_centre(use, at))
    return Sparklines([list(values) for values in zip(*of_clusters, strict=True)], tuple(of_centres))


def national_moment(scene: Scene, series: Sparklines) -> Moment:
    scene = in_use_only(scene)
    use = scene.deployments
    bits, kinds = source_bits(scene)
    village, codes = np.unique(use["village"].to_numpy(np.int64), return_inverse=True)
    places = reach.villages(use, scene.day)
    at = timeline.now(use, scene.day)
    reached = _masks(bits, codes, at.reported, len(village))
    active = _masks(bits, codes, at.reported & at.in_use, len(village)) > 0
    return Moment(
        title=wording.finding(int((reached > 0).sum()), int(active.sum())),
        figures=_figures(scene, use, at, codes, reached > 0, active, scene.catchment["village"].unique(), village),
        sources=_sources(scene, kinds, reached),
        marks=(*cluster_marks(scene, series.clusters), *centre_marks(scene, places, series.centres)),
        districts=_districts(scene, places),
        gaps=tuple((scene.gazetteer.districts[key][1], lost, of) for key, lost, of in reach.gaps(places)),
    )


def _masks(bits: Ints, codes: Ints, chosen: npt.NDArray[np.bool_], size: int) -> Ints:
    """For each village the sources of its chosen deployments; 0: none."""
    masks = np.zeros(size, dtype=np.int64)
    np.bitwise_or.at(masks, codes[chosen], bits[chosen])
    return masks


def _parents(cells: Ints, level: int) -> Ints:
    return np.where(cells >= 0, geo.parent(np.where(cells >= 0, cells, -1), level), -1)


def _count(
    into: dict[int, dict[int, list[int]]], cells: Ints, position: Ints, masks: Ints, month: int, months: int
) -> None:
    """`position`: of each village's cell among `cells`."""
    there = (masks > 0) & (cells[position] >= 0)
    pairs, counts = np.unique(position[there] << 32 | masks[there], return_counts=True)
    found = zip(cells[pairs >> 32].tolist(), (pairs & 0xFFFFFFFF).tolist(), counts.tolist(), strict=True)
    for cell, mask, count in found:
        into.setdefault(cell, {}).setdefault(mask, [0] * months)[month] = count


def _active_by_centre(use: pd.DataFrame, at: timeline.At) -> dict[int, int]:
    village, centre = use["village"].to_numpy(np.int64), use["centre"].to_numpy(np.int64)
    chosen = at.reported & use["village_use"].to_numpy(bool) & (village >= 0) & at.in_use & (centre >= 0)
    pairs = np.unique(centre[chosen] << 32 | village[chosen])
    keys, counts = np.unique(pairs >> 32, return_counts=True)
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def _figures(
    scene: Scene,
    use: pd.DataFrame,
    at: timeline.At,
    codes: Ints,
    reached: npt.NDArray[np.bool_],
    active: npt.NDArray[np.bool_],
    listed: npt.NDArray[np.int64],
    village: Ints,
) -> tuple[Figure, ...]:
    low, high, known = people(use, at, codes, reached)
    age = (np.datetime64(at.moment.day, "D") - at.last_visit).astype("timedelta64[D]").astype(float)
    fresh = ~np.isnat(at.last_visit) & (age <= wording.FRESH_DAYS) & (use["centre"].to_numpy() >= 0)
    reporting = len(set(use["centre"].to_numpy()[fresh].tolist()))
    count, inside = int(reached.sum()), int(np.isin(village[reached], listed).sum())
    return (
        wording.reached_figure(count, len(listed), inside, covers=scene.covers),
        wording.active_figure(int(active.sum()), count),
        wording.centres_figure(reporting, max(_awaited(scene, use, at.moment.day), reporting)),
        wording.people_figure(low, high, known, count),
    )


def _awaited(scene: Scene, use: pd.DataFrame, day: dt.date) -> int:
    """Of how many centres reports are awaited: those the scene names that had opened, else those with deployments."""
    wanted = set(use["centre"].tolist()) if scene.centres is None else scene.centres
    return sum(c.key in wanted and (c.active_from is None or c.active_from <= day) for c in scene.gazetteer.centres)


def people(use: pd.DataFrame, at: timeline.At, codes: Ints, reached: npt.NDArray[np.bool_]) -> tuple[int, int, int]:
    """People using: the least (the largest deployment of each village), the most (the sum), and where anybody counted."""
    said = at.reported & ~np.isnan(at.people)
    code, count = codes[said], at.people[said]
    most, sums, cap = np.zeros(len(reached)), np.bincount(code, count, len(reached)), np.full(len(reached), np.nan)
    np.maximum.at(most, code, count)
    np.fmax.at(cap, code, use["population"].to_numpy(np.float64)[said])
    low, high = np.fmin(most, cap).sum(), np.fmin(sums, cap).sum()
    return int(low), int(high), int(np.count_nonzero(np.bincount(code)))


def _month(moment: timeline.Moment, new: int, index: int, title: str, figures: tuple[Figure, ...]) -> Month:
    short = moment.label if moment.month % 12 == 0 and index else moment.label.split()[0]
    return Month(moment.label, short, max(new, 0), title, figures, tick=moment.month % 6 == 0)


def month_bar(scene: Scene, places: pd.DataFrame) -> tuple[Month, ...]:
    """Months without title and figures: how many of these villages (`reach.villages`) were reached first in each."""
    first = places["first_visit"][places["reached"].eq(True)].dropna().to_numpy("datetime64[M]").astype(np.int64)
    found = _counted(first + 1970 * 12)
    moments = timeline.moments(scene.day, scene.back)
    return tuple(_month(m, found.get(m.month, 0), i, "", ()) for i, m in enumerate(moments))


def _head(scene: Scene, last: Month) -> Head:
    illustrative = bool(scene.deployments["illustrative"].any()) if len(scene.deployments) else False
    subtitle = scene.subtitle or _subtitle(scene)
    rule = wording.rule(review_required=scene.review_required)
    return Head(
        last.title, subtitle, wording.chips(scene.chips, scene.day), last.figures, scene.day, illustrative, rule
    )


def _subtitle(scene: Scene) -> str:
    many = len(scene.gazetteer.clusters)
    counts = [tn("{n} S&T cluster", "{n} S&T clusters", many, n=many)]
    if found := sum(c.kind == "rutag" for c in scene.gazetteer.centres):
        counts.append(tn("{n} RuTAG centre", "{n} RuTAG centres", found, n=found))
    if found := sum(c.kind == "rsvc" for c in scene.gazetteer.centres):
        counts.append(tn("{n} RSVC centre", "{n} RSVC centres", found, n=found))
    if len(counts) == 1:
        return t("Rural reach")
    return t("Rural reach: technologies of {some} and {last}", some=", ".join(counts[:-1]), last=counts[-1])


def _sources(scene: Scene, kinds: Sequence[Kind], masks: Ints) -> tuple[Source, ...]:
    found = [
        Source(c.slug, c.short_name, "cluster", c.letters, c.colour, int((masks >> bit & 1).sum()))
        for bit, c in enumerate(scene.gazetteer.clusters)
    ]
    for bit, (slug, kind, name) in enumerate(kinds, start=len(found)):
        centres = sum(c.kind == kind for c in scene.gazetteer.centres) if slug == kind else 0
        found.append(Source(slug, t(name), kind, "", "", int((masks >> bit & 1).sum()), centres))
    return tuple(found)


def _series_by_bit(tally: Tally, bits: int) -> list[list[int]]:
    """Active villages a month, by cluster."""
    series = [[0] * len(tally.by_centre) for _ in range(bits)]
    for masks in tally.active.get(COARSE, {}).values():
        for mask, counts in masks.items():
            for bit in range(bits):
                if mask >> bit & 1:
                    series[bit] = [a + b for a, b in zip(series[bit], counts, strict=True)]
    return series


def _cells(tally: Tally, level: int) -> tuple[Cell, ...]:
    listed, reached, active = tally.listed.get(level, {}), tally.reached.get(level, {}), tally.active.get(level, {})
    return tuple(
        Cell(cell, tuple(listed.get(cell, ())), _months_of(reached.get(cell, {})), _months_of(active.get(cell, {})))
        for cell in sorted({*listed, *reached})
    )


def _months_of(masks: dict[int, list[int]]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((mask, tuple(counts)) for mask, counts in sorted(masks.items()))


def _districts(scene: Scene, places: pd.DataFrame) -> tuple[Area, ...]:
    reached = places[places["reached"]].groupby("district")["active"].agg(["size", "sum"])
    on_lists = scene.catchment.drop_duplicates("village")
    listed = _counted(on_lists["district"])
    covered = _counted(on_lists["district"][on_lists["village"].isin(places.index[places["reached"]])])
    counts_of = {key: (size, active) for key, size, active in reached.astype(int).itertuples()}
    rows = []
    for key, (slug, name) in scene.gazetteer.districts.items():
        size, active = counts_of.get(key, (0, 0))
        catchment = listed.get(key, 0)
        if size or catchment:
            rows.append(Area(slug, name, size, active, catchment, covered.get(key, 0)))
    return tuple(rows)


def _counted(keys: pd.Series | Ints) -> dict[int, int]:
    found, counts = np.unique(np.asarray(keys, dtype=np.int64), return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
