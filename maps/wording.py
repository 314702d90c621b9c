"""Figures and dates in words: one place for how a count, a share and a date are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from maps.markup import number
from maps.picture import Chip, Figure
from maps.words import MONTH_NAMES, t, tn

FRESH_DAYS = 30


def day_text(day: dt.date) -> str:
    return f"{day.day} {t(MONTH_NAMES[day.month - 1])} {day.year}"


def month_text(month: int) -> str:
    """`month`: year * 12 + month - 1."""
    return f"{t(MONTH_NAMES[month % 12])} {month // 12}"


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


def plural_villages(count: int) -> str:
    return tn("{n} village", "{n} villages", count, n=number(count))


def finding(reached: int, active: int) -> str:
    """The title of a reach map: what is reached is never said without what still works."""
    if not reached:
        return t("No village reached yet")
    share = percent(active, reached)
    return tn(
        "{n} village reached, {share} still active", "{n} villages reached, {share} still active", reached,
        n=number(reached), share=share,
    )  # fmt: skip


def no_share(*, covers: bool) -> str:
    """Why a count of villages has no share. `covers`: all deployments are counted, so that a list would give one."""
    return t("no catchment list, so no share") if covers else t("a selection: no share of catchments")


def reached_figure(reached: int, listed: int, inside: int, *, covers: bool = True) -> Figure:
    """`inside`: of the reached, those on a catchment list. No list, no percentage."""
    label = t("Villages reached")
    if not listed or not covers:
        return Figure(label, reached, None, "", no_share(covers=covers))
    of, share = t("of {n} in catchments", n=number(listed)), percent(inside, listed)
    if inside < reached:  # the share is of fewer than the number above it says
        of = t("of {n} in catchments: {inside}", n=number(listed), inside=number(inside))
    return Figure(label, reached, inside / listed, share, of)


def active_figure(active: int, reached: int) -> Figure:
    note = t("of {n} reached", n=number(reached))
    return Figure(t("Still active"), active, share_of(active, reached), percent(active, reached), note)


def centres_figure(reporting: int, centres: int) -> Figure:
    note = t("of {n}, last {days} days", n=number(centres), days=FRESH_DAYS)
    return Figure(t("Centres reporting"), reporting, share_of(reporting, centres), percent(reporting, centres), note)


def people_figure(low: int, high: int, known: int, reached: int) -> Figure:
    """A range is said as one: the least, and the most it may be."""
    share = percent(known, reached)
    note = (
        t("up to {high}; counted in {share} of villages", high=number(high), share=share)
        if high > low
        else t("counted in {share} of villages", share=share)
    )
    return Figure(t("People using, at least"), low, share_of(known, reached), "", note)


def chips(words: Sequence[Chip], day: dt.date) -> tuple[Chip, ...]:
    return (*words, Chip(t("Data to"), day_text(day), dated=True))


def rule(*, review_required: bool) -> str:
    counted = (
        t("Reached: at least one approved report of a deployment for village use.")
        if review_required
        else t("Reached: at least one report, not rejected, of a deployment for village use.")
    )
    active = t("Active: in use when last seen, and reported within its technology's window.")
    return f"{counted} {active}"


def since_text(day: dt.date, last: dt.date | None) -> str:
    return t("Last report {date}", date=day_text(last)) if last else t("No report yet")
