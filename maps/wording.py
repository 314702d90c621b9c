"""Figures and dates in words: one place for how a count, a share and a date are said."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from maps.markup import number
from maps.picture import Chip, Figure

FRESH_DAYS = 30


def day_text(day: dt.date) -> str:
    return f"{day.day} {calendar.month_abbr[day.month]} {day.year}"


def percent(count: float, of: float) -> str:
    """A whole per cent; never 100 where something is missing, never 0 where something is there."""
    if not of:
        return "–"
    share = round(100 * count / of)
    if 0 < count < of:
        share = min(max(share, 1), 99)
    return f"{share}%"


class Part(Protocol):
    """A count of something that has a denominator, such as `maps.reach.Share`."""

    @property
    def count(self) -> int: ...
    @property
    def of(self) -> int: ...


def percent_of(part: Part) -> str:
    return percent(part.count, part.of)


def share_of(count: float, of: float) -> float | None:
    return count / of if of else None


def plural(count: int, one: str, many: str = "") -> str:
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def finding(reached: int, active: int) -> str:
    """The title of a reach map: what is reached is never said without what still works."""
    if not reached:
        return "No village reached yet"
    return f"{plural(reached, 'village')} reached, {percent(active, reached)} still active"


def no_share(*, covers: bool) -> str:
    """Why a count of villages has no share. `covers`: all deployments are counted, so that a list would give one."""
    return "no catchment list, so no share" if covers else "a selection: no share of catchments"


def reached_figure(reached: int, listed: int, inside: int, *, covers: bool = True) -> Figure:
    """`inside`: of the reached, those on a catchment list. No list, no percentage."""
    if not listed or not covers:
        return Figure("Villages reached", reached, None, "", no_share(covers=covers))
    return Figure(
        "Villages reached", reached, inside / listed, percent(inside, listed), f"of {number(listed)} in catchments"
    )


def active_figure(active: int, reached: int) -> Figure:
    return Figure(
        "Still active", active, share_of(active, reached), percent(active, reached), f"of {number(reached)} reached"
    )


def centres_figure(reporting: int, centres: int) -> Figure:
    note = f"of {number(centres)}, last {FRESH_DAYS} days"
    return Figure("Centres reporting", reporting, share_of(reporting, centres), percent(reporting, centres), note)


def people_figure(low: int, high: int, known: int, reached: int) -> Figure:
    """A range is said as one: the least, and the most it may be."""
    most = f"up to {number(high)}; " if high > low else ""
    return Figure(
        "People using, at least",
        low,
        share_of(known, reached),
        "",
        f"{most}counted in {percent(known, reached)} of villages",
    )


def chips(words: Sequence[Chip], day: dt.date) -> tuple[Chip, ...]:
    return (*words, Chip("Data to", day_text(day)))


def rule(*, review_required: bool) -> str:
    counted = (
        "Reached: at least one approved report of a deployment for village use."
        if review_required
        else "Reached: at least one report, not rejected, of a deployment for village use."
    )
    return f"{counted} Active: in use when last seen, and reported within its technology's window."


def since_text(day: dt.date, last: dt.date | None) -> str:
    return f"Last report {day_text(last)}" if last else "No report yet"
