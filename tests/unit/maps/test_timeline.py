"""Reach month by month: what was known at each month's end, and the same figures as everywhere at the last."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import reach, timeline
from maps.condition import MonthOfWork, Report, Rhythm, State, history, month_of
from tests.soak import examples
from tests.unit.maps.frames import BROKEN, DAY, deployments, months

NOVEMBER = month_of(DAY)


def walked(rows: list[dict[str, Any]], by_month: list[dict[str, Any]], count: int = 4) -> list[timeline.At]:
    return list(timeline.walk(deployments(*rows), months(*by_month), DAY, count))


def test_moments_are_month_ends_and_last_the_day_itself() -> None:
    found = timeline.moments(dt.date(2026, 3, 5), 3)
    assert [(m.label, m.day) for m in found] == [
        ("Jan 2026", dt.date(2026, 1, 31)), ("Feb 2026", dt.date(2026, 2, 28)), ("Mar 2026", dt.date(2026, 3, 5)),
    ]  # fmt: skip


def test_what_was_said_in_a_month_holds_until_the_next_report() -> None:
    september = {"month": NOVEMBER - 2, "seen_on": dt.date(2026, 9, 3), "last_visit": dt.date(2026, 9, 3)}
    november = {"month": NOVEMBER, **BROKEN}
    found = walked([BROKEN], [september, november])
    assert [at.in_use.tolist() for at in found] == [[False], [True], [True], [False]]
    assert [at.reported.tolist() for at in found] == [[False], [True], [True], [True]]


def test_at_each_months_end_silence_is_judged_by_that_day() -> None:
    seen = dt.date(2026, 9, 3)
    old = {"seen_on": seen, "last_visit": seen, "window": 40}
    assert [at.in_use[0] for at in walked([old], [{"month": NOVEMBER - 2, **old}])] == [False, True, False, False]


def test_a_month_that_knows_only_of_waiting_reports_reaches_nobody() -> None:
    waiting = {"month": NOVEMBER - 1, "last_visit": None, "seen_on": None, "working": 0, "units_in_use": 0}
    assert not any(at.reported[0] for at in walked([{"reports": 0, "last_visit": None}], [waiting]))


def test_people_of_a_month_are_those_of_deployments_in_use() -> None:
    rows = [{"people": 30}, {"people": 50, **BROKEN}, {"people": None}]
    by_month = [{"deployment": i, "month": NOVEMBER - 1, **row} for i, row in enumerate(rows)]
    october, november = walked(rows, by_month, 2)
    for at in (october, november):
        assert at.people[:2].tolist() == [30.0, 0.0]
        assert np.isnan(at.people[2])


day = st.dates(dt.date(2026, 6, 1), DAY)
report = st.builds(
    Report, date=day, how_known=st.sampled_from(["seen", "phoned", "not_found"]), waiting=st.booleans(),
    working=st.integers(0, 2), defective=st.integers(0, 1), units_in_use=st.integers(0, 2), ended=st.booleans(),
)  # fmt: skip
story = st.tuples(st.lists(report, max_size=5), st.integers(10, 90), st.sets(st.integers(1, 12), max_size=6))


def told(reports: list[Report], rhythm: Rhythm, until: dt.date) -> list[MonthOfWork]:
    known = sorted((r for r in reports if r.date <= until), key=lambda r: r.date)
    return list(history(State(2), known, rhythm))


def row_of(state: State, rhythm: Rhythm, deployment: int) -> dict[str, Any]:
    names = ("first_visit", "last_visit", "seen_on", "ended_on", "reports", "working", "defective", "units_in_use")
    season = sum(1 << month - 1 for month in rhythm.season)
    values = {name: getattr(state, name) for name in names}
    return {**values, "deployment": deployment, "village": deployment, "window": rhythm.window, "season": season}


@settings(deadline=None, max_examples=examples(60))  # each example walks seven months
@given(st.lists(story, min_size=1, max_size=4))
def test_each_moment_is_the_picture_that_was_drawn_on_that_day(stories: list[Any]) -> None:
    """And so the last one, told by the frame itself, is `maps.reach.reach`."""
    paces = [(reports, Rhythm(window, frozenset(season))) for reports, window, season in stories]

    def frame_on(until: dt.date) -> Any:
        ends = [told(reports, pace, until) for reports, pace in paces]
        rows = [
            row_of(m[-1].state if m else State(2), pace, i)
            for i, (m, (_, pace)) in enumerate(zip(ends, paces, strict=True))
        ]
        return deployments(*rows)

    by_month = [
        {**row_of(m.state, pace, i), "month": m.month}
        for i, (reports, pace) in enumerate(paces)
        for m in told(reports, pace, DAY)
    ]
    for at in timeline.walk(frame_on(DAY), months(*by_month), DAY, 7):
        then = reach.reach(frame_on(at.moment.day), at.moment.day)
        assert int(at.reported.sum()) == then.villages_reached
        assert int((at.reported & at.in_use).sum()) == then.villages_active.count


@pytest.mark.parametrize("count", [1, 24])
def test_without_deployments_there_are_moments_all_the_same(count: int) -> None:
    assert [len(at.reported) for at in walked([], [], count)] == [0] * count
