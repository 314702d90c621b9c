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
from maps.wording import plural_villages as villages
from maps.words import t, tn

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
    state = scene.gazetteer.states.get(c.state, ("", t("its own state")))[1]
    still, counted = percent(figures.villages_active), percent(figures.people.known)
    return Card(
        heading=c.short_name,
        sub=f"{c.name}, {c.city}" if c.city not in c.name else c.name,
        conditions=conditions_of(places["condition"]),
        rows=(
            Row(t("Reached"), villages(figures.villages_reached), t("{share} still active", share=still)),
            Row(t("Replication"), number(spread.outside.count), t("of them outside {state}", state=state)),
            _units(figures),
            Row(t("People"), number(figures.people.low), t("at least; counted in {share} of villages", share=counted)),
        ),
        series=_series(active, scene.day),
        last=wording.since_text(scene.day, last_report(rows)),
        link=f"/maps/reach?cluster={c.slug}" if scene.links else "",
        link_text=t("Only this cluster"),
    )  # fmt: skip


def centre_card(scene: Scene, c: CentreEntry, part: Part, all_places: pd.DataFrame, active: Sequence[int]) -> Card:
    rows, places = part.rows, part.places
    figures = reach.reach(rows, scene.day, places)
    listed = scene.catchment[scene.catchment["centre"] == c.key]
    covered = reach.coverage(listed, all_places, places.index[places["reached"]])
    conditions = reach.condition_of_listed(listed, all_places) if len(listed) else places["condition"]
    mandate = (
        t("of its list; mandate {least}–{most}", least=c.mandate[0], most=c.mandate[1])
        if c.mandate
        else t("villages on its list")
    )
    coverage = (
        Row(t("Coverage"), t("{n} of {all}", n=covered.reached.count, all=covered.reached.of), mandate)
        if covered.reached.of and scene.covers
        else Row(t("Reached"), villages(figures.villages_reached), wording.no_share(covers=scene.covers))
    )
    broken = figures.by_condition.get("broken", 0)
    return Card(
        heading=c.name,
        sub=c.partners or c.place,
        problem=tn("{n} deployment broken.", "{n} deployments broken.", broken, n=broken) if broken else "",
        conditions=conditions_of(conditions),
        rows=(
            coverage,
            Row(t("Technologies"), str(rows["technology"].nunique())),
            _units(figures),
            Row(t("People"), number(figures.people.low), t("at least")),
        ),
        series=_series(active, scene.day),
        last=wording.since_text(scene.day, last_report(rows)),
        link=f"/maps/reach?centre={c.slug}" if scene.links else "",
        link_text=t("Map of this centre"),
    )  # fmt: skip


def conditions_of(ranks: pd.Series) -> tuple[tuple[Condition, int], ...]:
    counts = (
        np.bincount(ranks.to_numpy(np.int64), minlength=len(CONDITIONS)) if len(ranks) else np.zeros(len(CONDITIONS))
    )
    return tuple((name, int(count)) for name, count in zip(CONDITIONS, counts, strict=True) if count)  # type: ignore[misc]


def _units(figures: reach.Reach) -> Row:
    units = figures.units_in_use
    return Row(t("Units in use"), number(units.count), t("of {n} installed", n=number(units.of)))


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
    title = t("Active villages, {first} to {last}", first=named[0].label, last=named[-1].label)
    return Series(title, tuple(shown))
