"""Reach month by month: the states of all deployments at each month's end, and what follows from them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from maps import reach
from maps.condition import month_of
from maps.words import MONTH_NAMES, t

MONTHS = 24
MONTH_COLUMNS = (
    "deployment", "month", "seen_on", "last_visit", "ended_on", "working", "defective", "units_in_use", "people",
    "households", "women", "installed", "down_since",
)  # fmt: skip
_WALKED = MONTH_COLUMNS[2:10]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Moment:
    """A month's end, or the picture's date in its last month."""

    month: int
    day: dt.date

    @property
    def label(self) -> str:
        return f"{t(MONTH_NAMES[self.month % 12])} {self.month // 12}"

    @property
    def key(self) -> str:
        """As in an address: 2026-03."""
        return f"{self.month // 12}-{self.month % 12 + 1:02d}"


def moments(day: dt.date, count: int = MONTHS) -> list[Moment]:
    last = month_of(day)
    return [*(Moment(m, month_end(m)) for m in range(last - count + 1, last)), Moment(last, day)]


def month_end(month: int) -> dt.date:
    year, number = month // 12, month % 12 + 1
    return dt.date(year, number, calendar.monthrange(year, number)[1])


@dataclass(frozen=True)
class At:
    """At one moment: for each row of the deployments frame whether it had reported, is in use, is broken; and whom it serves."""

    moment: Moment
    reported: npt.NDArray[np.bool_]
    in_use: npt.NDArray[np.bool_]
    people: npt.NDArray[np.float64]  # of those in use; 0 where not; NaN: not counted
    units: npt.NDArray[np.float64]  # in use
    last_visit: npt.NDArray[np.datetime64]


def walk(deployments: pd.DataFrame, months: pd.DataFrame, day: dt.date, count: int = MONTHS) -> Iterator[At]:
    """One `At` a month. The last is told by the deployments frame itself, so that it agrees with every other figure."""
    rows = months[months["deployment"].isin(deployments["deployment"])].sort_values(["deployment", "month"])
    position = pd.Index(deployments["deployment"]).get_indexer(pd.Index(rows["deployment"]))
    month = rows["month"].to_numpy(np.int64)
    same = np.r_[position[1:] == position[:-1], False] if len(rows) else np.zeros(0, dtype=bool)
    until = np.where(same, np.r_[month[1:], 0] if len(rows) else month, np.iinfo(np.int64).max)
    # As plain arrays: cutting a frame two dozen times costs more than all the sums.
    of_rows = {name: rows[name].to_numpy() for name in _WALKED}
    of_rows |= {name: deployments[name].to_numpy()[position] for name in ("window", "season")}
    for moment in moments(day, count)[:-1]:
        chosen = np.flatnonzero((month <= moment.month) & (until > moment.month))
        frame = pd.DataFrame({name: values[chosen] for name, values in of_rows.items()})
        yield _at(len(deployments), frame, position[chosen], moment)
    yield now(deployments, day)


def _at(size: int, frame: pd.DataFrame, position: Ints, moment: Moment) -> At:
    """`frame`: for each deployment with a month's row by then the latest one; `position`: where it stands among `size`."""
    reported, in_use = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    people, units = np.full(size, np.nan), np.zeros(size)
    last_visit = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
    used = reach.conditions(frame, moment.day) == reach.IN_USE
    reported[position] = frame["last_visit"].notna()  # a month may know of reports that wait for review, and no other
    in_use[position] = used
    people[position] = _serving(used, frame["people"].to_numpy(np.float64))
    units[position] = _used(used, frame)
    last_visit[position] = frame["last_visit"].to_numpy("datetime64[D]")
    return At(moment, reported, in_use, people, units, last_visit)


def now(deployments: pd.DataFrame, day: dt.date) -> At:
    used = reach.conditions(deployments, day) == reach.IN_USE
    return At(
        Moment(month_of(day), day),
        deployments["reports"].fillna(0).to_numpy() > 0,
        used,
        _serving(used, deployments["people"].to_numpy(np.float64)),
        _used(used, deployments),
        deployments["last_visit"].to_numpy("datetime64[D]"),
    )


def _serving(used: npt.NDArray[np.bool_], people: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(used | np.isnan(people), people, 0.0)


def _used(used: npt.NDArray[np.bool_], frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    return np.where(used, np.nan_to_num(frame["units_in_use"].to_numpy(np.float64)), 0.0)
