"""One centre's picture: its catchment's villages by condition, whom to visit next, and a card for each village."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from maps import geo, reach, timeline, wording
from maps.compose import Scene, month_bar
from maps.compose_cards import Part, centre_card, last_report
from maps.condition import CONDITIONS, RANK
from maps.gazetteer import CentreEntry
from maps.markup import number
from maps.picture import Card, CentreMap, Condition, Figure, Head, Mark, Row, Series, VillageMark
from maps.words import later, t, tn

WINDS = tuple(later(wind) for wind in ("N", "NE", "E", "SE", "S", "SW", "W", "NW"))
WHO_REPAIRS = {
    "village": later("somebody in the village can repair it"), "centre": later("the centre can repair it"),
    "supplier": later("the supplier can repair it"), "mechanic": later("a mechanic nearby can repair it"),
    "nobody": later("nobody can repair it yet"),
}  # fmt: skip


@dataclass(frozen=True)
class VillageEntry:
    key: int
    code: str
    name: str
    place: str  # gram panchayat or block, district
    lat: float | None
    lon: float | None
    households: int | None


@dataclass(frozen=True)
class Detail:
    """What a deployments frame does not carry: the technology's name, the fault in words and who can repair it."""

    technology: str
    origin: str
    fault: str
    can_repair: str  # a key of WHO_REPAIRS; another one says nothing


@dataclass(frozen=True)
class Surroundings:
    villages: Mapping[int, VillageEntry]  # of the catchment and of the centre's deployments
    details: Mapping[int, Detail]  # by deployment
    outside: tuple[tuple[float, float], ...]  # other villages near


def centre(scene: Scene, entry: CentreEntry, around: Surroundings, *, cards: bool = True) -> CentreMap:
    """`scene.deployments`: those of the centre and all others in its catchment's villages. `cards`: what opens at a click
    on a village; a page that has no clicks leaves them empty.
    """
    listed = scene.catchment[scene.catchment["centre"] == entry.key]
    places = reach.villages(scene.deployments if scene.every is None else scene.every, scene.day)
    own = scene.deployments[scene.deployments["centre"] == entry.key]
    own_places = reach.villages(own, scene.day)
    covered = reach.coverage(listed, places, own_places.index[own_places["reached"]])
    conditions = reach.condition_of_listed(listed, places)
    listed_keys = conditions.index.to_numpy(np.int64).tolist()
    ranks = conditions.to_numpy(np.int64).tolist()
    used = _units_by_month(scene) if cards else None
    marks = [
        _village(scene, entry, around, key, rank, places, used) for key, rank in zip(listed_keys, ranks, strict=True)
    ]
    placed = [m for m in marks if m is not None]
    outside = [int(k) for k in own_places.index[own_places["reached"]] if k not in conditions.index]
    own_ranks = dict(zip(own_places.index.tolist(), own_places["condition"].to_numpy(np.int64).tolist(), strict=True))
    beyond = [_village(scene, entry, around, key, own_ranks[key], own_places, used) for key in outside]
    lat, lon = entry.sites[0][1:]
    months = [m.get(entry.key, 0) for m in _active_months(scene, own)]
    return CentreMap(
        head=_head(scene, entry, own, covered, conditions),
        centre=Mark(
            entry.slug,
            entry.name,
            entry.kind,
            lat,
            lon,
            centre_card(scene, entry, Part(own, own_places), places, months),
        ),
        sites=entry.sites,
        villages=tuple(placed),
        unplaced=len(marks) - len(placed),
        visit_next=_visit_next(placed),
        outside=around.outside,
        rings_km=_rings(placed),
        months=month_bar(scene, places.reindex(conditions.index)),
        reached_outside=tuple(m for m in beyond if m is not None),
    )


def _active_months(scene: Scene, own: pd.DataFrame) -> list[dict[int, int]]:
    from maps.compose import _active_by_centre

    return [_active_by_centre(own, at) for at in timeline.walk(own, scene.months, scene.day)]


def _rings(marks: list[VillageMark]) -> tuple[int, ...]:
    """Three rings that hold most of the villages: 5, 10, 15 km around a smart village centre, wider around a RuTAG."""
    far = float(np.quantile([m.km for m in marks if m.km is not None], 0.9)) if any(m.km for m in marks) else 15.0
    step = next((s for s in (5, 10, 20, 50, 100, 200) if 3 * s >= far), 400)
    return (step, 2 * step, 3 * step)


def _head(scene: Scene, entry: CentreEntry, own: pd.DataFrame, covered: reach.Coverage, conditions: pd.Series) -> Head:
    figures = reach.reach(own, scene.day)
    never = covered.never_visited
    if covered.reached.of and scene.covers:
        active = tn(
            "{name}: {n} of {all} village active", "{name}: {n} of {all} villages active", covered.reached.of,
            name=entry.short_name, n=covered.active.count, all=covered.reached.of,
        )  # fmt: skip
        title = f"{active}, {t('{n} never visited', n=never)}" if never else active
        note = t("of {n} in catchment", n=covered.reached.of)
        first = Figure(
            t("Villages reached"),
            covered.reached.count,
            covered.reached.share,
            wording.percent_of(covered.reached),
            note,
        )
        second = Figure(
            t("Still active"),
            covered.active.count,
            covered.active.share,
            wording.percent_of(covered.active),
            t("of {n} reached", n=covered.active.of),
        )
    else:
        title = f"{entry.short_name}: {wording.finding(figures.villages_reached, figures.villages_active.count)}"
        first = wording.reached_figure(figures.villages_reached, covered.reached.of, 0, covers=scene.covers)
        second = wording.active_figure(figures.villages_active.count, figures.villages_reached)
    in_use = figures.by_condition.get("in_use", 0)
    every = figures.deployments
    third = Figure(
        t("Deployments in use"), in_use, wording.share_of(in_use, every), wording.percent(in_use, every),
        tn("of {n} deployment", "of {n} deployments", every, n=every),
    )  # fmt: skip
    people = figures.people
    fourth = wording.people_figure(people.low, people.high, people.known.count, people.known.of)
    opened = ". " + t("Opened {date}", date=wording.day_text(entry.active_from)) if entry.active_from else ""
    mandate = (
        ". " + t("Mandate {least} to {most} villages", least=entry.mandate[0], most=entry.mandate[1])
        if entry.mandate
        else ""
    )
    subtitle = f"{entry.name}, {entry.place}{opened}{mandate}"
    chips = wording.chips(scene.chips, scene.day)
    rule = wording.rule(review_required=scene.review_required)
    return Head(title, subtitle, chips, (first, second, third, fourth), scene.day, _illustrative(scene), rule)


def _illustrative(scene: Scene) -> bool:
    return bool(scene.deployments["illustrative"].any()) if len(scene.deployments) else False


def _village(
    scene: Scene, entry: CentreEntry, around: Surroundings, key: int, rank: int, places: pd.DataFrame,
    used: Mapping[int, Sequence[int]] | None,
) -> VillageMark | None:  # fmt: skip
    village = around.villages[key]
    if village.lat is None or village.lon is None:
        return None
    rows = scene.deployments[scene.deployments["village"] == key]
    at = np.array([s[1:] for s in entry.sites])
    km = float(np.min(geo.haversine_km(at[:, 0], at[:, 1], village.lat, village.lon)))
    name: Condition = CONDITIONS[rank]  # type: ignore[assignment]
    also = bool(places.at[key, "also_broken"]) if key in places.index else False
    wind = bearing(entry.sites[0][1], entry.sites[0][2], village.lat, village.lon)
    days, urgency = _urgency(name, rows, scene.day, km, wind)
    if used is None:
        card = Card(village.name, "")
    else:
        where = t("{km} km {wind}", km=f"{km:.1f}", wind=wind)
        card = _card(scene, around, village, name, rows, where, used.get(key, ()))
    return VillageMark(
        village.code, village.name, village.lat, village.lon, name, also, round(km, 1), wind, urgency, card, days,
    )  # fmt: skip


def bearing(lat: float, lon: float, to_lat: float, to_lon: float) -> str:
    """The wind rose's eighth in which a place lies."""
    east = (to_lon - lon) * np.cos(np.radians((lat + to_lat) / 2))
    return t(WINDS[round(float(np.degrees(np.arctan2(east, to_lat - lat))) / 45) % 8])


def _urgency(name: Condition, rows: pd.DataFrame, day: dt.date, km: float, wind: str) -> tuple[int, str]:
    """For how many days it has been so, and what "visit next" says."""
    if name == "broken":
        days = _days_down(rows, day)
        return days, tn("{n} day down", "{n} days down", days, n=days)
    if name == "silent":
        days = _days(last_report(rows), day)
        return days, tn("{n} day silent", "{n} days silent", days, n=days)
    return 0, t("{km} km {wind}", km=f"{km:.0f}", wind=wind)


def _days(since: dt.date | None, day: dt.date) -> int:
    return (day - since).days if since else 0


def _days_down(rows: pd.DataFrame, day: dt.date) -> int:
    broken = rows[reach.conditions(rows, day) == reach.BROKEN]
    since = broken["down_since"].fillna(broken["seen_on"]).dropna()
    return _days(since.min().date(), day) if len(since) else 0


def _card(
    scene: Scene, around: Surroundings, village: VillageEntry, name: Condition, rows: pd.DataFrame, where: str,
    used_by_month: Sequence[int],
) -> Card:  # fmt: skip
    use = rows[rows["village_use"].to_numpy(bool)]
    sub = " · ".join(part for part in (village.place, village.code, where) if part)
    if not len(use) and name not in ("visited", "never"):
        return Card(
            village.name, sub, rows=(Row(t("Deployed"), t("by others"), t("whose reports are not shown here")),)
        )
    if not len(use):
        said = t("Visited; nothing is deployed here yet.") if name == "visited" else t("No report from here yet.")
        return Card(
            village.name,
            sub,
            said if name == "visited" else "",
            rows=(Row(t("Deployed"), t("nothing yet")),),
            last=said,
        )
    details = [around.details[int(key)] for key in use["deployment"]]
    names = list(dict.fromkeys(d.technology + (f" ({d.origin})" if d.origin else "") for d in details))
    homes = t("of {n} in the village", n=number(village.households)) if village.households else ""
    in_use = reach.conditions(use, scene.day) == reach.IN_USE
    used = use[in_use]
    people, households, women = (_most(used[name]) for name in ("people", "households", "women"))
    installed = int(use["installed"].sum())
    return Card(
        heading=village.name,
        sub=sub,
        problem=_problem(use, details, scene.day, name),
        rows=(
            Row(t("Technology"), names[0], t("and {n} more", n=len(names) - 1) if len(names) > 1 else ""),
            Row(
                t("In use"), number(int(used["units_in_use"].sum())),
                tn("of {n} unit", "of {n} units", installed, n=number(installed)),
            ),
            Row(t("Households"), number(households), homes),
            Row(
                t("People"), number(people), t("{n} women, estimate", n=number(women)) if women else t("estimate")
            ),
        ),
        series=_series(used_by_month, scene.day),
        last=wording.since_text(scene.day, last_report(use)),
        link=f"/maps/reach?village={village.code}" if scene.links else "",
        link_text=t("Only this village"),
        village=village.code if scene.links else "",
    )  # fmt: skip


def _most(values: pd.Series) -> int:
    """Of the largest deployment: the least that a village's figure can be."""
    return int(values.max()) if values.notna().any() else 0


def _problem(use: pd.DataFrame, details: list[Detail], day: dt.date, name: Condition) -> str:
    broken = np.flatnonzero(reach.conditions(use, day) == RANK["broken"])
    if len(broken):
        detail = details[int(broken[0])]
        repairs = WHO_REPAIRS.get(detail.can_repair)
        words = [detail.fault.strip().rstrip("."), t(repairs) if repairs else ""]
        told = "; ".join(w for w in words if w)
        which = f"{detail.technology}: " if len(use) > 1 else ""
        days = _days_down(use, day)
        down = which + tn("Broken for {n} day.", "Broken for {n} days.", days, n=days)
        return down + (f" {told[0].upper()}{told[1:]}{t('.')}" if told else "")
    if name == "silent":
        days = _days(last_report(use), day)
        return tn("No report for {n} day.", "No report for {n} days.", days, n=days)
    return ""


def _units_by_month(scene: Scene) -> dict[int, list[int]]:
    """Of each village: units in use over the last year, by month."""
    use = scene.deployments[scene.deployments["village_use"].to_numpy(bool)].reset_index(drop=True)
    villages, codes = np.unique(use["village"].to_numpy(np.int64), return_inverse=True)
    months = [np.bincount(codes, at.units, len(villages)) for at in timeline.walk(use, scene.months, scene.day, 12)]
    table = np.column_stack(months).astype(np.int64).tolist()
    return dict(zip(villages.tolist(), table, strict=True))


def _series(values: Sequence[int], day: dt.date) -> Series | None:
    if not any(values):
        return None
    first = next(i for i, v in enumerate(values) if v)
    named = timeline.moments(day, len(values))[first:]
    title = t("Units in use, {first} to {last}", first=named[0].label, last=named[-1].label)
    return Series(title, tuple(values[first:]))


def _visit_next(marks: list[VillageMark]) -> tuple[str, ...]:
    """Never visited by distance, then broken and silent, the longest first."""
    order: dict[Condition, int] = {"never": 0, "broken": 1, "silent": 2}

    def key(mark: VillageMark) -> tuple[int, float]:
        near = mark.km or 0.0
        return order[mark.condition], near if mark.condition == "never" else -float(mark.days)

    return tuple(m.code for m in sorted((m for m in marks if m.condition in order), key=key))
