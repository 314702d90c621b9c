"""Does it still work? The condition of a deployment on a day, and which reports decide it.

Scalar here, for the one report just received; `maps.reach` has the same rule on whole frames, and a test compares them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DEFAULT_WINDOW = 180  # days after the last report until a deployment is silent
SEASON_GRACE = 30  # days into the next season before a resting deployment may be silent

# Best first: a village takes the best condition of its deployments.
CONDITIONS = ("in_use", "idle", "resting", "broken", "silent", "ended", "registered", "visited", "never")
RANK = {condition: rank for rank, condition in enumerate(CONDITIONS)}

STOCKS = (
    "households", "people", "women", "men", "other_gender", "sc", "st", "obc", "general", "category_unknown",
    "with_disability",
)  # fmt: skip
ESTIMATES = ("income_before", "income_now", "hours_before", "hours_now")
FLOWS = ("trained", "first_time", "kg", "cost")


@dataclass(frozen=True, slots=True)
class Report:
    """What a counted report says of its deployment. Units are counts; money is rupees; None: not asked or not known."""

    date: dt.date
    how_known: str = "seen"  # seen, told, phoned, not_found, unreachable
    waiting: bool = False  # waits for review: may worsen, never improve
    units_added: int = 0
    units_taken: int = 0
    working: int | None = None
    defective: int = 0
    broken: int = 0
    removed: int = 0
    units_in_use: int = 0
    down_since: dt.date | None = None
    fault: str = ""
    can_repair: str = ""
    ended: bool = False
    ended_reason: str = ""
    stocks: tuple[int | None, ...] = (None,) * len(STOCKS)
    estimates: tuple[float | None, ...] = (None,) * len(ESTIMATES)
    trained: int = 0
    first_time: int = 0
    kg: float = 0.0
    cost: float = 0.0
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    instance_id: str = ""


class State(NamedTuple):  # of a tuple a changed copy is made ten times as fast as of a dataclass
    """What is known after some reports. `seen_on` dates the report that decides; None: registered, not yet reported."""

    installed: int
    seen_on: dt.date | None = None
    last_visit: dt.date | None = None
    first_visit: dt.date | None = None
    reports: int = 0
    working: int = 0
    defective: int = 0
    broken: int = 0
    units_in_use: int = 0
    down_since: dt.date | None = None
    fault: str = ""
    can_repair: str = ""
    ended_on: dt.date | None = None
    ended_reason: str = ""
    stocks: tuple[int | None, ...] = (None,) * len(STOCKS)
    estimates: tuple[float | None, ...] = (None,) * len(ESTIMATES)
    latest_instance_id: str = ""

    @property
    def runs(self) -> int:
        """Units that run, well or badly: what works partly is not broken."""
        return self.working + self.defective


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a technology is revisited, and the months (1 to 12) of its season; none: all the year round."""

    window: int = DEFAULT_WINDOW
    season: frozenset[int] = field(default_factory=frozenset)


def condition_on(state: State, day: dt.date, rhythm: Rhythm) -> str:
    """The condition of a deployment on `day`, from what was known by then."""
    if state.ended_on is not None:
        return "ended"
    if state.seen_on is None:
        return "registered"
    works = state.runs > 0
    if works and rhythm.season and not _season_under_way(state.seen_on, day, rhythm.season):
        return "resting"
    if (day - state.seen_on).days > rhythm.window:
        return "silent"
    if not works:
        return "broken"
    return "in_use" if state.units_in_use > 0 else "idle"


def _season_under_way(seen_on: dt.date, day: dt.date, season: frozenset[int]) -> bool:
    """In season, and either reported within it or more than the days of grace into it."""
    if day.month not in season:
        return False
    start = season_start(day, season)
    return seen_on >= start or (day - start).days > SEASON_GRACE


def season_start(day: dt.date, season: frozenset[int]) -> dt.date:
    """The first day of the run of season months that `day` lies in (a run of all twelve months begins a year ago)."""
    month = day.year * 12 + day.month - 1
    for _ in range(11):
        if (month - 1) % 12 + 1 not in season:
            break
        month -= 1
    return dt.date(month // 12, month % 12 + 1, 1)


def apply(state: State, report: Report, rhythm: Rhythm) -> State:
    """The state after one more report, in order of visit date.

    Seen: the report decides. Told, phoned or still waiting for review: it decides only what does not make the condition
    better, on that day or later, so the day on which the deployment was last seen stays. Not found, unreachable: the
    visit is noted and decides nothing.
    """
    noted = state
    if not report.waiting:
        noted = state._replace(
            installed=max(0, state.installed + report.units_added - report.units_taken),
            last_visit=report.date,
            first_visit=state.first_visit or report.date,
            reports=state.reports + 1,
            latest_instance_id=report.instance_id,
        )
    if report.how_known in ("not_found", "unreachable") or (report.working is None and not report.ended):
        return noted
    decided = _decided(noted, report)
    if report.how_known == "seen" and not report.waiting:
        return decided
    down_since = None if decided.runs else decided.down_since or report.date
    decided = decided._replace(seen_on=noted.seen_on, down_since=down_since)
    before, after = (RANK[condition_on(s, report.date, rhythm)] for s in (noted, decided))
    worse_units = decided.runs <= noted.runs and decided.units_in_use <= noted.units_in_use
    if noted.seen_on is None or after < before or not (worse_units or after > before):
        return noted
    return decided


def _decided(state: State, report: Report) -> State:
    working = report.working or 0
    all_gone = working + report.defective + report.broken == 0 and report.removed > 0
    # A waiting report worsens the condition; whom the deployment reaches stays as approved.
    stocks, estimates = (state.stocks, state.estimates) if report.waiting else (report.stocks, report.estimates)
    return state._replace(
        seen_on=report.date,
        working=working,
        defective=report.defective,
        broken=report.broken,
        units_in_use=min(report.units_in_use, working),
        down_since=report.down_since if working + report.defective == 0 else None,
        fault=report.fault,
        can_repair=report.can_repair,
        ended_on=report.date if report.ended or all_gone else None,
        ended_reason=report.ended_reason if report.ended else ("all units removed" if all_gone else ""),
        stocks=tuple(new if new is not None else old for new, old in zip(stocks, state.stocks, strict=True)),
        estimates=tuple(new if new is not None else old for new, old in zip(estimates, state.estimates, strict=True)),
    )


@dataclass(slots=True)
class MonthOfWork:
    """A month of a deployment: what flowed in it, and the state after its last report. `month`: year * 12 + month - 1."""

    month: int
    state: State
    reports: int = 0
    trained: int = 0
    first_time: int = 0
    kg: float = 0.0
    cost: float = 0.0


def month_of(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


Periods = list[tuple[dt.date, dt.date]]


def history(
    start: State,
    reports: Iterable[Report],
    rhythm: Rhythm,
    *,
    month: MonthOfWork | None = None,
    counted: Periods | None = None,
) -> Iterator[MonthOfWork]:
    """The months in which there were reports (given in order of visit date and receipt), oldest first.

    Amounts of a period that overlaps one already counted are left out: two reports of one season are not two harvests.
    A history that goes on starts with the state so far, its last `month`, and the periods `counted` already.
    """
    current = month
    begun = False
    state = start
    counted = [] if counted is None else counted
    for report in reports:
        state = apply(state, report, rhythm)
        number = month_of(report.date)
        if current is None or current.month != number:
            if current is not None and begun:
                yield current
            current = MonthOfWork(number, state)
        begun = True
        current.state = state
        if not report.waiting:
            _add_flows(current, report, counted)
    if current is not None and begun:
        yield current


def _add_flows(month: MonthOfWork, report: Report, counted: Periods) -> None:
    month.reports += 1
    month.trained += report.trained
    month.first_time += report.first_time
    if not report.kg and not report.cost:
        return
    period = period_of(report)
    if any(period[0] <= end and start <= period[1] for start, end in counted):
        return
    counted.append(period)
    month.kg += report.kg
    month.cost += report.cost


def period_of(report: Report) -> tuple[dt.date, dt.date]:
    """The first and the last day that the report's amounts are of."""
    return report.period_from or report.date, report.period_to or report.date
