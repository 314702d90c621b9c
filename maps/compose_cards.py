"""The cards of clusters and centres on the national map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps import reach, timeline, wording
from maps.condition import CONDITIONS
from maps.gazetteer import CentreEntry, ClusterEntry
from maps.markup import number
from maps.picture import Card, Condition, Mark, Row, Series
from maps.wording import percent_of as percent

if TYPE_CHECKING:
    from maps.compose import Scene


_OF_CARDS = (
    "technology", "centre", "village_use", "window", "season", "illustrative", "last_visit", "seen_on", "ended_on",
    "installed", "working", "defective", "units_in_use",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The deployments of one cluster or centre, and the villages they stand in (`reach.villages`)."""

    rows: pd.DataFrame
    places: pd.DataFrame


def by_cluster(scene: Scene) -> list[Part]:
    """In the order of the gazetteer's clusters; they overlap."""
    clusters = scene.deployments["clusters"].to_numpy(np.int64)
    count = len(scene.gazetteer.clusters)
    parts = _parts(scene, {bit: np.flatnonzero(clusters >> bit & 1) for bit in range(count)})
    return [parts[bit] for bit in range(count)]


def by_centre(scene: Scene) -> dict[int, Part]:
    centre = scene.deployments["centre"].to_numpy(np.int64)
    return _parts(scene, {c.key: np.flatnonzero(centre == c.key) for c in scene.gazetteer.centres})


def _parts(scene: Scene, groups: Mapping[int, npt.NDArray[np.int64]]) -> dict[int, Part]:
    places = reach.villages_by(scene.deployments, scene.day, groups)
    slim = scene.deployments[list(_OF_CARDS)]  # a card needs a third of the columns, and each costs at every cut
    return {key: Part(slim.iloc[rows], places[key]) for key, rows in groups.items()}


def cluster_marks(scene: Scene, series: Sequence[Sequence[int]]) -> list[Mark]:
    found = zip(scene.gazetteer.clusters, by_cluster(scene), series, strict=True)
    return [cluster_mark(scene, c, part, active) for c, part, active in found]


def cluster_mark(scene: Scene, c: ClusterEntry, part: Part, active: Sequence[int]) -> Mark:
    card = _cluster_card(scene, c, part, active)
    return Mark(c.slug, c.short_name, "cluster", c.lat, c.lon, card, c.letters, c.colour)


def centre_marks(scene: Scene, places: pd.DataFrame, active: Sequence[dict[int, int]]) -> list[Mark]:
    """`places`: `reach.villages` of all deployments of the scene, which coverage counts."""
    marks, parts = [], by_centre(scene)
    for c in scene.gazetteer.centres:
        card = centre_card(scene, c, parts[c.key], places, [month.get(c.key, 0) for month in active])
        for name, lat, lon in c.sites:
            label = c.short_name if len(c.sites) == 1 else name
            marks.append(Mark(c.slug, label, c.kind, lat, lon, card))
    return marks


def _cluster_card(scene: Scene, c: ClusterEntry, part: Part, active: Sequence[int]) -> Card:
    rows, places = part.rows, part.places
    figures = reach.reach(rows, scene.day, places)
    others = {s for other in scene.gazetteer.clusters if other.key != c.key for s in other.states_served}
    spread = reach.replication(places, c.state, others)
    state = scene.gazetteer.states.get(c.state, ("", "its own state"))[1]
    return Card(
        heading=c.short_name,
        sub=f"{c.name}, {c.city}" if c.city not in c.name else c.name,
        conditions=conditions_of(places["condition"]),
        rows=(
            Row("Reached", plural_villages(figures.villages_reached), f"{percent(figures.villages_active)} still active"),
            Row("Replication", number(spread.outside.count), f"of them outside {state}"),
            Row("Units in use", number(figures.units_in_use.count), f"of {number(figures.units_in_use.of)} installed"),
            Row("People", number(figures.people.low), f"at least; counted in {percent(figures.people.known)} of villages"),
        ),
        series=_series(active, scene.day),
        last=wording.since_text(scene.day, last_report(rows)),
        link=f"/maps/reach?cluster={c.slug}" if scene.links else "",
        link_text="Only this cluster",
    )  # fmt: skip


def centre_card(scene: Scene, c: CentreEntry, part: Part, all_places: pd.DataFrame, active: Sequence[int]) -> Card:
    rows, places = part.rows, part.places
    figures = reach.reach(rows, scene.day, places)
    listed = scene.catchment[scene.catchment["centre"] == c.key]
    covered = reach.coverage(listed, all_places, places.index[places["reached"]])
    conditions = reach.condition_of_listed(listed, all_places) if len(listed) else places["condition"]
    mandate = f"mandate {c.mandate[0]}–{c.mandate[1]}" if c.mandate else "villages on its list"
    coverage = (
        Row("Coverage", f"{covered.reached.count} of {covered.reached.of}", mandate)
        if covered.reached.of and scene.covers
        else Row("Reached", plural_villages(figures.villages_reached), wording.no_share(covers=scene.covers))
    )
    broken = figures.by_condition.get("broken", 0)
    return Card(
        heading=c.name,
        sub=c.partners or c.place,
        problem=f"{wording.plural(broken, 'deployment')} broken." if broken else "",
        conditions=conditions_of(conditions),
        rows=(
            coverage,
            Row("Technologies", str(rows["technology"].nunique())),
            Row("Units in use", number(figures.units_in_use.count), f"of {number(figures.units_in_use.of)} installed"),
            Row("People", number(figures.people.low), "at least"),
        ),
        series=_series(active, scene.day),
        last=wording.since_text(scene.day, last_report(rows)),
        link=f"/maps/reach?centre={c.slug}" if scene.links else "",
        link_text="Open centre",
    )  # fmt: skip


def conditions_of(ranks: pd.Series) -> tuple[tuple[Condition, int], ...]:
    counts = (
        np.bincount(ranks.to_numpy(np.int64), minlength=len(CONDITIONS)) if len(ranks) else np.zeros(len(CONDITIONS))
    )
    return tuple((name, int(count)) for name, count in zip(CONDITIONS, counts, strict=True) if count)  # type: ignore[misc]


def plural_villages(count: int) -> str:
    return wording.plural(count, "village")


def last_report(rows: pd.DataFrame) -> dt.date | None:
    dates = rows["last_visit"].dropna()
    return dates.max().date() if len(dates) else None


def _series(active: Sequence[int], day: dt.date) -> Series | None:
    shown = list(active)
    while len(shown) > 2 and shown[0] == 0:
        shown.pop(0)
    if not any(shown):
        return None
    named = timeline.moments(day, len(shown))
    return Series(f"Active villages, {named[0].label} to {named[-1].label}", tuple(shown))
