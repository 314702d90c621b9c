"""The figures of a centre, a cluster and all India, as their pages show them: `maps.reach` on a scene, with names.

Nothing is counted here: every number is what a pure function of `maps` says of the scene's rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backend.accounts.who import Who
from backend.console.drawing import scene_for
from backend.deployments import frames, pictures
from backend.deployments.filters import Filters
from backend.errors import NotFound
from backend.registry.models import Centre, Cluster, Technology, Theme
from maps import reach, timeline
from maps.compose import Scene
from maps.compose_centre import Surroundings
from maps.compose_centre import centre as centre_map
from maps.compose_replication import others_states
from maps.condition import CONDITIONS, STOCKS
from maps.gazetteer import CentreEntry, ClusterEntry
from maps.picture import CentreMap

MONTHS = 12
GENDERS = ("women", "men", "other_gender")
CATEGORIES = ("sc", "st", "obc", "general", "category_unknown")


@dataclass(frozen=True)
class MonthReach:
    label: str
    tick: bool
    reached: int
    active: int


@dataclass(frozen=True)
class UnitsOf:
    """Units installed of one technology: in use, working besides, broken (or defective)."""

    name: str
    in_use: int
    works: int
    broken: int
    installed: int
    villages: int

    @property
    def not_told(self) -> int:
        return max(self.installed - self.in_use - self.works - self.broken, 0)


@dataclass(frozen=True)
class Part:
    """People of one kind among those counted; `known` of `of` deployments in use say how many."""

    kind: str
    count: int
    known: int
    of: int


@dataclass(frozen=True)
class ThemeOf:
    name: str
    technologies: int
    villages: int


@dataclass(frozen=True)
class VillageRow:
    code: str
    name: str
    condition: str
    also_broken: bool
    technologies: str
    last_report: dt.date | None
    households: int | None
    km: float | None


@dataclass(frozen=True)
class Told:
    """What the pages of a centre and of a cluster have in common."""

    figures: reach.Reach
    months: Sequence[MonthReach]
    units: Sequence[UnitsOf]
    genders: Sequence[Part]
    categories: Sequence[Part]
    disability: Part
    themes: Sequence[ThemeOf]
    day: dt.date


@dataclass(frozen=True)
class CentrePage:
    entry: CentreEntry
    coverage: reach.Coverage
    lists: bool
    told: Told
    picture: CentreMap
    villages: Sequence[VillageRow]
    joined: int
    left: int
    changed_since: dt.date


@dataclass(frozen=True)
class ClusterPage:
    entry: ClusterEntry
    state: str
    technologies: int  # that it facilitates
    in_villages: int  # of these, deployed
    replication: reach.Replication
    states: Sequence[tuple[str, int, int]]  # name, reached, active
    told: Told
    dots: Sequence[tuple[float, float, str]]


@dataclass(frozen=True)
class ClusterRow:
    entry: ClusterEntry
    figures: reach.Reach
    replication: reach.Replication
    last: dt.date | None


@dataclass(frozen=True)
class CentreRow:
    entry: CentreEntry
    figures: reach.Reach
    coverage: reach.Coverage
    last: dt.date | None


@dataclass(frozen=True)
class IndiaPage:
    """`whole`: all of India is in one's scope, so that there is a total."""

    whole: bool
    figures: reach.Reach
    listed: reach.Share | None
    months: Sequence[MonthReach]
    clusters: Sequence[ClusterRow]
    centres: Sequence[CentreRow]
    dots: Sequence[tuple[float, float, str]]
    day: dt.date


def centre_page(slug: str, who: Who) -> CentrePage:
    """Raises NotFound for a centre outside one's scope."""
    if not _in_scope(Centre, slug, who.everywhere, who.centres):
        raise NotFound(f"There is no centre {slug!r}.")
    filters = Filters(centre=(slug,))
    scene = scene_for(filters, "centre", who, links=True)
    entry = scene.gazetteer.centre(slug)
    around = Surroundings(pictures.village_entries(scene), {}, ())
    picture = centre_map(scene, entry, around, cards=False)
    own = scene.deployments[scene.deployments["centre"] == entry.key].reset_index(drop=True)
    places = reach.villages(_every(scene), scene.day)
    since = dt.date(scene.day.year - (scene.day.month < 4), 4, 1)
    joined, left = _changes(scene, since)
    return CentrePage(
        entry,
        _coverage(scene, entry, own, places),
        bool(len(scene.catchment)),
        told(scene, own, centre_months(scene, own)),
        picture,
        _village_rows(scene, entry, picture, places, around.villages),
        joined,
        left,
        since,
    )


def _in_scope(model: type[Centre | Cluster], slug: str, everywhere: bool, keys: frozenset[int]) -> bool:
    found = model._default_manager.filter(slug=slug).values_list("pk", flat=True).first()
    return found is not None and (everywhere or found in keys)


def _every(scene: Scene) -> pd.DataFrame:
    return scene.deployments if scene.every is None else scene.every


def _coverage(scene: Scene, entry: CentreEntry, own: pd.DataFrame, places: pd.DataFrame) -> reach.Coverage:
    listed = scene.catchment[scene.catchment["centre"] == entry.key]
    own_places = reach.villages(own, scene.day)
    return reach.coverage(listed, places, own_places.index[own_places["reached"]])


def centre_months(scene: Scene, own: pd.DataFrame) -> list[MonthReach]:
    """Of the list as it was in each month: reached by any deployment, active. Without a list: of the centre's own."""
    lists = scene.lists is not None and len(scene.lists) > 0
    return months(scene, _every(scene), of_lists=True) if lists else months(scene, own)


def months(scene: Scene, rows: pd.DataFrame, *, of_lists: bool = False) -> list[MonthReach]:
    """Villages reached and active at each month's end, of these deployments. `of_lists`: villages on the lists of then."""
    use = rows[rows["village_use"].to_numpy(bool) & (rows["village"].to_numpy() >= 0)].reset_index(drop=True)
    village = use["village"].to_numpy(np.int64)
    found = []
    for at in timeline.walk(use, scene.months, scene.day, min(MONTHS, scene.back)):
        told = at.reported
        if of_lists:
            told = told & np.isin(village, scene.listed_on(at.moment.day)["village"].to_numpy(np.int64))
        reached, active = len(np.unique(village[told])), len(np.unique(village[told & at.in_use]))
        found.append(MonthReach(at.moment.label, at.moment.month % 2 == 0, reached, active))
    return found


def _changes(scene: Scene, since: dt.date) -> tuple[int, int]:
    """Villages that joined and left the list after a day, until the scene's."""
    if scene.lists is None:
        return 0, 0
    after, day = np.datetime64(since, "D"), np.datetime64(scene.day, "D")
    joined, left = (scene.lists[name].to_numpy("datetime64[D]") for name in ("since", "until"))
    return int(((joined > after) & (joined <= day)).sum()), int(((left > after) & (left <= day)).sum())


def _village_rows(
    scene: Scene, entry: CentreEntry, picture: CentreMap, places: pd.DataFrame, entries: Mapping[int, Any]
) -> list[VillageRow]:
    listed = scene.catchment[scene.catchment["centre"] == entry.key]
    conditions = reach.condition_of_listed(listed, places)
    km = {v.code: v.km for v in picture.villages}
    use = scene.deployments[scene.deployments["village_use"].to_numpy(bool)]
    names = dict(Technology.objects.filter(pk__in=use["technology"].unique().tolist()).values_list("id", "name"))
    by_village = dict(iter(use.groupby("village")))
    homes = places["households_low"].dropna().to_dict()
    found = []
    for key, rank in zip(conditions.index.tolist(), conditions.tolist(), strict=True):
        village, rows = entries[key], by_village.get(key)
        last = rows["last_visit"].dropna() if rows is not None else None
        technologies = "" if rows is None else ", ".join(dict.fromkeys(names.get(k, "") for k in rows["technology"]))
        known = key in places.index
        count = homes.get(key)
        found.append(
            VillageRow(
                village.code, village.name, CONDITIONS[int(rank)], known and bool(places.at[key, "also_broken"]), technologies,
                last.max().date() if last is not None and len(last) else None,
                int(count) if count is not None else None, km.get(village.code),
            )
        )  # fmt: skip
    return sorted(found, key=lambda v: v.name)


def told(scene: Scene, rows: pd.DataFrame, by_month: Sequence[MonthReach]) -> Told:
    stocks = _stocks(rows, scene.day)
    return Told(
        reach.reach(rows, scene.day), by_month, units_by_technology(rows, scene.day),
        [stocks[name] for name in GENDERS], [stocks[name] for name in CATEGORIES], stocks["with_disability"],
        themes(rows), scene.day,
    )  # fmt: skip


def units_by_technology(rows: pd.DataFrame, day: dt.date) -> list[UnitsOf]:
    """Of what is installed and has not ended, in village use: as the latest report that may say so left it."""
    live = rows[rows["village_use"].to_numpy(bool) & rows["ended_on"].isna().to_numpy()]
    in_use = reach.conditions(live, day) == reach.IN_USE
    frame = pd.DataFrame(
        {
            "technology": live["technology"].to_numpy(),
            "village": live["village"].to_numpy(),
            "in_use": np.where(in_use, live["units_in_use"].fillna(0), 0),
            "works": live["working"].fillna(0).to_numpy(),
            "broken": (live["defective"].fillna(0) + live["broken"].fillna(0)).to_numpy(),
            "installed": live["installed"].fillna(0).to_numpy(),
        }
    )
    frame["works"] = np.maximum(frame["works"] - frame["in_use"], 0)
    grouped = frame.groupby("technology").agg(
        in_use=("in_use", "sum"), works=("works", "sum"), broken=("broken", "sum"), installed=("installed", "sum"),
        villages=("village", "nunique"),
    )  # fmt: skip
    names = dict(Technology.objects.filter(pk__in=grouped.index.tolist()).values_list("id", "name"))
    found = [
        UnitsOf(names.get(key, "?"), *(int(v) for v in (used, works, broken, installed, villages)))
        for key, used, works, broken, installed, villages in grouped.itertuples()
    ]
    return sorted(found, key=lambda u: (-u.installed, u.name))


def _stocks(rows: pd.DataFrame, day: dt.date) -> dict[str, Part]:
    """As in the API's figures: sums of what the latest reports of deployments in use say, and of how many."""
    in_use = rows[reach.reaches(rows) & (reach.conditions(rows, day) == reach.IN_USE)]
    return {
        name: Part(name, int(in_use[name].fillna(0).sum()), int(in_use[name].notna().sum()), len(in_use))
        for name in STOCKS
    }


def themes(rows: pd.DataFrame) -> list[ThemeOf]:
    """Technologies deployed by theme, and the villages where; they overlap."""
    use = rows[rows["village_use"].to_numpy(bool)]
    bits = use["themes"].to_numpy(np.int64)
    found = []
    for bit, theme in enumerate(Theme.objects.order_by("id")):
        part = use[(bits >> bit & 1) == 1]
        if len(part):
            villages = part["village"][part["village"] >= 0].nunique()
            found.append(ThemeOf(theme.name, int(part["technology"].nunique()), int(villages)))
    return sorted(found, key=lambda t: (-t.technologies, t.name))


def cluster_page(slug: str, who: Who) -> ClusterPage:
    """Raises NotFound for a cluster outside one's scope."""
    if not _in_scope(Cluster, slug, who.everywhere, who.clusters):
        raise NotFound(f"There is no cluster {slug!r}.")
    scene = scene_for(Filters(cluster=(slug,)), "national", who, links=True)
    entry = scene.gazetteer.cluster(slug)
    rows = scene.deployments
    places = reach.villages(rows, scene.day)
    spread = reach.replication(places, entry.state, others_states(scene, entry))
    states = scene.gazetteer.states
    deployed = rows[rows["village_use"].to_numpy(bool)]["technology"].nunique()
    return ClusterPage(
        entry,
        states.get(entry.state, ("", ""))[1],
        entry.technologies,
        int(deployed),
        spread,
        sorted(((states[k][1], reached, active) for k, (reached, active) in _by_state(places).items()), key=_busiest),
        told(scene, rows, months(scene, rows)),
        dots(places),
    )


def _busiest(row: tuple[str, int, int]) -> tuple[int, str]:
    return -row[1], row[0]


def _by_state(places: pd.DataFrame) -> dict[int, tuple[int, int]]:
    reached = places[places["reached"] & (places["state"] >= 0)]
    grouped = reached.groupby("state")["active"].agg(["size", "sum"]).astype(int)
    return {key: (size, active) for key, size, active in grouped.itertuples()}


def dots(places: pd.DataFrame) -> list[tuple[float, float, str]]:
    """Reached villages with a known place."""
    reached = places[places["reached"] & places["lat"].notna()]
    columns = (reached[name].tolist() for name in ("lat", "lon", "active"))
    return [(lat, lon, "active" if active else "lost") for lat, lon, active in zip(*columns, strict=True)]


def india_page(who: Who) -> IndiaPage:
    """All clusters and centres in one's scope, each with the same figures over its own denominators."""
    scene = scene_for(Filters(), "national", who, links=True)
    rows = scene.deployments
    book = scene.gazetteer
    bits = rows["clusters"].to_numpy(np.int64)
    centre = rows["centre"].to_numpy(np.int64)
    clusters = [(i, c) for i, c in enumerate(book.clusters) if who.everywhere or c.key in who.clusters]
    centres = [c for c in book.centres if who.everywhere or c.key in who.centres]
    groups = {i: np.flatnonzero(bits >> i & 1) for i, _ in clusters} | {
        1000 + c.key: np.flatnonzero(centre == c.key) for c in centres
    }
    places = reach.villages_by(rows, scene.day, groups)
    all_places = reach.villages(rows, scene.day)
    listed = scene.catchment["village"].drop_duplicates()
    inside = int(listed.isin(all_places.index[all_places["reached"]]).sum())
    return IndiaPage(
        who.everywhere,
        reach.reach(rows, scene.day, all_places),
        reach.Share(inside, len(listed), reach.LISTED) if who.everywhere and len(listed) else None,
        months(scene, rows),
        [_cluster_row(scene, c, rows.iloc[groups[i]], places[i]) for i, c in clusters],
        _centre_rows(scene, who, centres, {c.key: rows.iloc[groups[1000 + c.key]] for c in centres}, all_places),
        dots(all_places),
        scene.day,
    )


def _cluster_row(scene: Scene, c: ClusterEntry, rows: pd.DataFrame, places: pd.DataFrame) -> ClusterRow:
    spread = reach.replication(places, c.state, others_states(scene, c))
    return ClusterRow(c, reach.reach(rows, scene.day, places), spread, _last(rows))


def _centre_rows(
    scene: Scene, who: Who, centres: Sequence[CentreEntry], rows: Mapping[int, pd.DataFrame], places: pd.DataFrame
) -> list[CentreRow]:
    """Coverage counts any deployment, also one that lies outside one's scope."""
    lists = scene.catchment
    if not who.everywhere:
        lists = frames.catchment(scene.day, [c.key for c in centres])
        places = reach.villages(pictures.in_villages(lists["village"].unique().tolist()), scene.day)
    found = []
    for c in centres:
        own = rows[c.key]
        own_places = reach.villages(own, scene.day)
        mine = lists[lists["centre"] == c.key]
        covered = reach.coverage(mine, places, own_places.index[own_places["reached"]])
        found.append(CentreRow(c, reach.reach(own, scene.day, own_places), covered, _last(own)))
    return found


def _last(rows: pd.DataFrame) -> dt.date | None:
    dates = rows["last_visit"].dropna()
    return dates.max().date() if len(dates) else None
