"""What reach is: who is reached, what still works, where the gaps are. Frames in, frames and figures out; no Django.

A *deployments* frame has one row a deployment (see COLUMNS), a *catchment* frame one row a village on a centre's list
(CATCHMENT_COLUMNS). Dates are datetime64[D] with NaT for "none", counts are floats with NaN for "not known". The rules
are those of the data model; each function names its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps.condition import CONDITIONS, ESTIMATES, RANK, SEASON_GRACE, STOCKS

IN_USE, IDLE, RESTING, BROKEN, SILENT, ENDED, REGISTERED, VISITED, NEVER = range(len(CONDITIONS))

KEYS = ("deployment", "village", "technology", "centre", "state", "district", "h3_r7")  # int64; -1: none
DATES = ("first_visit", "last_visit", "seen_on", "ended_on", "down_since", "registered")
COUNTS = ("reports", "installed", "working", "defective", "broken", "units_in_use", "population", *STOCKS, *ESTIMATES)
COLUMNS = (
    *KEYS,
    "clusters",  # bits: those that facilitate the technology
    "themes",  # bits
    "village_use",  # bool: only these reach; demonstrations, trials and facilities are shown apart
    "window",  # days
    "season",  # bits 0 to 11: the months of its season; 0: all the year round
    "illustrative",  # bool
    "lat",
    "lon",  # of the village's known place, else of the deployment
    *DATES,
    *COUNTS,
)
CATCHMENT_COLUMNS = ("centre", "village", "state", "district", "h3_r7", "lat", "lon", "population", "visited")
LIST_DATES = ("since", "until", "first_seen")  # `until`: the first day on which it no longer stood there
LIST_COLUMNS = (*CATCHMENT_COLUMNS[:-1], *LIST_DATES)

Ints = npt.NDArray[np.int64]


def conditions(deployments: pd.DataFrame, day: dt.date) -> npt.NDArray[np.int8]:
    """The condition of each deployment on `day`, as positions in CONDITIONS. The same rule as `condition.condition_on`."""
    today = np.datetime64(day, "D")
    seen = deployments["seen_on"].to_numpy("datetime64[D]")
    window = deployments["window"].to_numpy(np.int64)
    age = (today - np.where(np.isnat(seen), today, seen)).astype(np.int64)
    works = (deployments["working"].fillna(0) + deployments["defective"].fillna(0)).to_numpy() > 0
    used = deployments["units_in_use"].fillna(0).to_numpy() > 0
    out = np.where(works, np.where(used, IN_USE, IDLE), BROKEN)
    out = np.where(age > window, SILENT, out)
    out = np.where(works & _resting(deployments["season"].to_numpy(np.int64), seen, day), RESTING, out)
    out = np.where(np.isnat(seen), REGISTERED, out)
    out = np.where(~np.isnat(deployments["ended_on"].to_numpy("datetime64[D]")), ENDED, out)
    return out.astype(np.int8)


def _resting(season: Ints, seen: npt.NDArray[Any], day: dt.date) -> npt.NDArray[np.bool_]:
    """Out of season, or within the first days of one that has not been reported on yet."""
    result = np.zeros(len(season), dtype=bool)
    for bits in np.flatnonzero(np.bincount(season[season > 0])).tolist():
        mine = season == bits
        if not bits >> (day.month - 1) & 1:
            result |= mine
            continue
        start = _season_start(day, bits)
        if (day - start).days <= SEASON_GRACE:
            result |= mine & (seen < np.datetime64(start, "D"))
    return result


def _season_start(day: dt.date, bits: int) -> dt.date:
    month = day.year * 12 + day.month - 1
    for _ in range(11):
        if not bits >> ((month - 1) % 12) & 1:
            break
        month -= 1
    return dt.date(month // 12, month % 12 + 1, 1)


def reaches(deployments: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a deployment reaches its village: village use, at a village, with at least one counted report."""
    known = deployments["village"].to_numpy() >= 0
    reported = deployments["reports"].fillna(0).to_numpy() > 0
    return np.asarray(deployments["village_use"].to_numpy(bool) & known & reported)


def villages(deployments: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """One row a village with deployments for village use, indexed by village.

    condition: the best of its deployments; also_broken: a worse one is broken; reached, active (in use); people and
    households as a range from its largest deployment to the sum, capped at its population.
    """
    return _villages(_told(deployments, day), ["village"])


def villages_by(deployments: pd.DataFrame, day: dt.date, groups: Mapping[int, Ints]) -> dict[int, pd.DataFrame]:
    """`villages` of several selections of rows (positions in the frame; they may overlap), at the cost of about one."""
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *groups.values()])
    sizes = [len(found) for found in groups.values()]
    told = _told(deployments, day)
    told["group"] = -1
    position = np.full(len(deployments), -1)
    position[np.flatnonzero(_in_village_use(deployments))] = np.arange(len(told))
    chosen = position[rows]
    frame = told.iloc[chosen[chosen >= 0]]
    frame = frame.assign(group=np.repeat(np.arange(len(groups)), sizes)[chosen >= 0])
    found = _villages(frame, ["group", "village"])
    at = np.searchsorted(found.index.get_level_values(0), np.arange(len(groups) + 1))
    return {key: found.iloc[at[i] : at[i + 1]].droplevel(0) for i, key in enumerate(groups)}


def _in_village_use(deployments: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return np.asarray(deployments["village_use"].to_numpy(bool) & (deployments["village"].to_numpy() >= 0))


def _told(deployments: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The rows that a village's figures are made of, with what each says on the day."""
    use = deployments[_in_village_use(deployments)]
    frame = use.assign(condition=conditions(use, day), reached=reaches(use))
    frame["is_broken"] = frame["condition"] == BROKEN
    in_use = (frame["condition"] == IN_USE).to_numpy()
    for name in ("people", "households"):
        frame[name] = np.where(in_use, frame[name], np.where(frame[name].isna(), np.nan, 0.0))
    return frame


def _villages(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    grouped = frame.groupby(by, sort=True)
    out = grouped.agg(
        condition=("condition", "min"), reached=("reached", "any"), broken=("is_broken", "any"),
        deployments=("deployment", "size"), first_visit=("first_visit", "min"), last_visit=("last_visit", "max"),
        people_low=("people", "max"), people_high=("people", "sum"), households_low=("households", "max"),
        households_high=("households", "sum"), population=("population", "max"), state=("state", "first"),
        district=("district", "first"), h3_r7=("h3_r7", "first"), lat=("lat", "first"), lon=("lon", "first"),
    )  # fmt: skip
    out["people_known"] = grouped["people"].count() > 0
    out["active"] = out["reached"] & (out["condition"] == IN_USE)
    out["also_broken"] = out.pop("broken") & (out["condition"] != BROKEN)
    most = out["population"].fillna(np.inf)
    for name in ("people_low", "people_high", "households_low", "households_high"):
        out[name] = np.minimum(out[name], most)  # not fmin: what nobody counted stays unknown
    return out


def listed_on(lists: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The catchment frame of a day out of lists with their history (LIST_COLUMNS)."""
    today = np.datetime64(day, "D")
    since, until, seen = (lists[name].to_numpy("datetime64[D]") for name in LIST_DATES)
    there = (since <= today) & (np.isnat(until) | (until > today))
    frame: pd.DataFrame = lists[there].assign(visited=(seen <= today)[there])
    kept: pd.DataFrame = frame[list(CATCHMENT_COLUMNS)]
    return kept.reset_index(drop=True)


def _days_since(dates: pd.Series, day: dt.date) -> npt.NDArray[np.float64]:
    days = np.datetime64(day, "D") - dates.to_numpy("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("timedelta64[D]").astype(float))


@dataclass(frozen=True)
class Share:
    """A count and the denominator that it is a share of, by name."""

    count: int
    of: int
    of_what: str

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None

    def to_json(self) -> dict[str, Any]:
        share = None if self.share is None else round(self.share, 4)
        return {"count": self.count, "of": self.of, "of_what": self.of_what, "share": share}


@dataclass(frozen=True)
class Range:
    """Between the largest deployment of each village and the sum of all, over the villages where anybody counted."""

    low: int
    high: int
    known: Share

    def to_json(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "known": self.known.to_json()}


@dataclass(frozen=True)
class Reach:
    """The figures of one selection, each with its denominator. Rules: `model`'s table of counting rules."""

    villages_reached: int
    villages_active: Share  # of those reached
    units_in_use: Share  # of those installed
    deployments: int
    by_condition: Mapping[str, int]  # deployments for village use
    people: Range
    households: Range
    demonstrations: int  # deployments that are not for village use
    centres_reporting: Share  # with a report in the last 30 days, of those with deployments
    median_days_since_report: float | None
    illustrative: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "villages_reached": self.villages_reached,
            "villages_active": self.villages_active.to_json(),
            "units_in_use": self.units_in_use.to_json(),
            "deployments": self.deployments,
            "by_condition": dict(self.by_condition),
            "people": self.people.to_json(),
            "households": self.households.to_json(),
            "demonstrations": self.demonstrations,
            "centres_reporting": self.centres_reporting.to_json(),
            "median_days_since_report": self.median_days_since_report,
            "illustrative": self.illustrative,
        }


REPORTING_DAYS = 30


def reach(deployments: pd.DataFrame, day: dt.date, by_village: pd.DataFrame | None = None) -> Reach:
    """The figures of a deployments frame on a day. Distinct villages; units once, at the site; stocks as ranges."""
    places = villages(deployments, day) if by_village is None else by_village
    reached = places[places["reached"]]
    use = deployments["village_use"].to_numpy(bool)
    codes = conditions(deployments, day)
    counts = np.bincount(codes[use], minlength=len(CONDITIONS))
    live = use & np.isnat(deployments["ended_on"].to_numpy("datetime64[D]"))
    units = _sum(deployments["units_in_use"][live & (codes == IN_USE)]), _sum(deployments["installed"][live])
    days = _days_since(deployments["last_visit"], day)
    centre = deployments["centre"].to_numpy(np.int64)
    with_centre = use & (centre >= 0)
    centres = [len(np.unique(centre[chosen])) for chosen in (with_centre & (days <= REPORTING_DAYS), with_centre)]
    return Reach(
        villages_reached=len(reached),
        villages_active=Share(int(reached["active"].sum()), len(reached), "villages reached"),
        units_in_use=Share(*units, "units installed"),
        deployments=int(use.sum()),
        by_condition={name: int(counts[rank]) for name, rank in RANK.items() if counts[rank]},
        people=_range(reached, "people"),
        households=_range(reached, "households"),
        demonstrations=int((~use).sum()),
        centres_reporting=Share(centres[0], centres[1], "centres with deployments"),
        median_days_since_report=float(np.nanmedian(days[use])) if np.isfinite(days[use]).any() else None,
        illustrative=bool(deployments["illustrative"].any()) if len(deployments) else False,
    )


def _sum(values: pd.Series) -> int:
    return int(values.fillna(0).sum())


def _range(reached: pd.DataFrame, name: str) -> Range:
    known = reached[f"{name}_low"].notna()
    share = Share(int(known.sum()), len(reached), "villages reached")
    return Range(_sum(reached[f"{name}_low"]), _sum(reached[f"{name}_high"]), share)


@dataclass(frozen=True)
class Coverage:
    """Of a centre: its catchment villages reached by any deployment, of all on its list. Outside ones are counted apart."""

    reached: Share
    active: Share
    never_visited: int
    unplaced: Share
    reached_outside: int

    def to_json(self) -> dict[str, Any]:
        return {
            "reached": self.reached.to_json(),
            "active": self.active.to_json(),
            "never_visited": self.never_visited,
            "without_a_place": self.unplaced.to_json(),
            "reached_outside_catchment": self.reached_outside,
        }


LISTED = "villages on the catchment list"


def coverage(catchment: pd.DataFrame, places: pd.DataFrame, own_villages: Iterable[int]) -> Coverage:
    """`catchment`: the list as of the day; `places`: `villages` of *all* deployments; `own_villages`: those that the
    centre's own deployments reach, of which some may lie outside the list. No list, no percentage.
    """
    listed = pd.Index(catchment["village"].unique())
    mine = places.reindex(listed)
    reached = int(mine["reached"].eq(True).sum())
    active = int(mine["active"].eq(True).sum())
    conditions_of = condition_of_listed(catchment, places)
    return Coverage(
        Share(reached, len(listed), LISTED),
        Share(active, reached, "catchment villages reached"),
        int((conditions_of == NEVER).sum()),
        Share(int(catchment["lat"].isna().sum()), len(listed), LISTED),
        len(set(own_villages) - set(listed.tolist())),
    )


def condition_of_listed(catchment: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """The condition of each village on a list, by village: of its best deployment; else visited, none yet; else never."""
    listed = catchment.drop_duplicates("village").set_index("village")
    known = places["condition"].reindex(listed.index)
    without = np.where(listed["visited"].to_numpy(bool), VISITED, NEVER)
    return known.where(known.notna(), pd.Series(without, index=listed.index)).astype(np.int8)


def split(deployments: pd.DataFrame, by: str, bits: Sequence[int] = ()) -> dict[int, pd.DataFrame]:
    """The rows of each key. By cluster or theme (`bits` names their keys in the order of the bits) rows overlap."""
    if by in ("cluster", "theme"):
        column = deployments["clusters" if by == "cluster" else "themes"].to_numpy(np.int64)
        parts = {key: deployments[(column >> bit & 1) == 1] for bit, key in enumerate(bits)}
        return {key: rows for key, rows in parts.items() if len(rows)}
    return {cast(int, key): rows for key, rows in deployments[deployments[by] >= 0].groupby(by, sort=True)}


@dataclass(frozen=True)
class Replication:
    """Of a cluster's technologies: villages reached outside its host state; of these, inside other clusters' states."""

    outside: Share
    active: Share
    in_other_clusters_states: int
    states: Mapping[int, tuple[int, int]]  # state: (reached, active)

    def to_json(self) -> dict[str, Any]:
        return {
            "villages_outside_host_state": self.outside.to_json(),
            "active": self.active.to_json(),
            "in_states_that_other_clusters_serve": self.in_other_clusters_states,
        }


def replication(places: pd.DataFrame, host_state: int, others_states: Iterable[int]) -> Replication:
    """`places`: `villages` of the cluster's deployments. The host state is fixed; states served do not change it."""
    reached = places[places["reached"]]
    outside = reached[reached["state"] != host_state]
    by_state = outside[outside["state"] >= 0].groupby("state")["active"].agg(["size", "sum"])
    return Replication(
        Share(len(outside), len(reached), "villages reached by its technologies"),
        Share(int(outside["active"].sum()), len(outside), "villages reached outside the host state"),
        int(outside["state"].isin(list(others_states)).sum()),
        {state: (size, active) for state, size, active in by_state.astype(int).itertuples()},
    )


def medians(deployments: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Income and hours: median and n of those asked, marked as estimates and never summed."""
    out = {}
    for name in ("income_before", "income_now", "hours_before", "hours_now"):
        values = deployments[name].dropna() if name in deployments else pd.Series(dtype=float)
        out[name] = {"median": float(values.median()) if len(values) else None, "n": len(values), "estimate": True}
    return out


def gaps(places: pd.DataFrame, most: int = 5) -> list[tuple[int, int, int]]:
    """Districts with most villages that were reached and are no longer active: (district, no longer active, reached)."""
    reached = places[places["reached"] & (places["district"] >= 0)]
    grouped = reached.groupby("district")["active"].agg(["size", "sum"])
    grouped["lost"] = grouped["size"] - grouped["sum"]
    worst = grouped[grouped["lost"] > 0].sort_values(["lost", "size"], ascending=[False, True]).head(most)
    return [(key, lost, size) for key, size, _, lost in worst.astype(int).itertuples()]
