"""Model, "Condition": what a deployment's reports say of it on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.condition import (
    CONDITIONS,
    RANK,
    STOCKS,
    MonthOfWork,
    Report,
    Rhythm,
    State,
    apply,
    condition_on,
    history,
    month_of,
    season_start,
)

DAY = dt.date(2026, 11, 1)
ALWAYS = Rhythm()
MONSOON = Rhythm(window=90, season=frozenset({6, 7, 8, 9}))
PEOPLE = STOCKS.index("people")
NEW = State(installed=3)


def on(day: int, **said: Any) -> Report:
    """A report some days after DAY; all three units work and are used unless it says otherwise."""
    return Report(DAY + dt.timedelta(days=day), **{"working": 3, "units_in_use": 3, **said})


def after(*reports: Report, start: State = NEW, rhythm: Rhythm = ALWAYS) -> State:
    for report in reports:
        start = apply(start, report, rhythm)
    return start


def condition(*reports: Report, days: int = 0, rhythm: Rhythm = ALWAYS) -> str:
    return condition_on(after(*reports, rhythm=rhythm), DAY + dt.timedelta(days=days), rhythm)


def stocks(people: int) -> tuple[int | None, ...]:
    return tuple(people if name == "people" else None for name in STOCKS)


def test_conditions_from_best_to_worst() -> None:
    best = ("in_use", "idle", "resting", "broken", "silent", "ended", "registered", "visited", "never")
    assert best == CONDITIONS


def test_used_units_are_in_use() -> None:
    assert condition(on(0)) == "in_use"


def test_works_but_not_used_is_idle() -> None:
    assert condition(on(0, units_in_use=0)) == "idle"


def test_nothing_that_runs_is_broken() -> None:
    assert condition(on(0, working=0, broken=3, units_in_use=0)) == "broken"


def test_one_of_three_units_in_use_is_in_use_although_two_are_broken() -> None:
    assert condition(on(0, working=1, broken=2, units_in_use=1)) == "in_use"


def test_what_runs_badly_is_not_shown_as_broken() -> None:
    assert condition(on(0, working=0, defective=1, broken=2, units_in_use=0)) == "idle"


def test_without_any_report_it_is_registered() -> None:
    assert condition() == "registered"


@pytest.mark.parametrize(("days", "said"), [(180, "in_use"), (181, "silent")])
def test_silent_begins_the_day_after_the_window(days: int, said: str) -> None:
    assert condition(on(0), days=days) == said


def test_a_broken_one_too_falls_silent() -> None:
    assert condition(on(0, working=0, broken=3), days=181) == "silent"


def test_ended_stays_ended_and_never_falls_silent() -> None:
    assert condition(on(0, ended=True), days=999) == "ended"


def test_all_units_removed_is_ended() -> None:
    assert condition(on(0, working=0, removed=3, units_in_use=0)) == "ended"


@pytest.mark.parametrize(
    ("seen", "day", "said"),
    [
        ((2025, 9, 20), (2025, 10, 1), "resting"),  # out of season
        ((2025, 9, 20), (2026, 5, 31), "resting"),  # however long ago it was seen
        ((2025, 9, 20), (2026, 6, 30), "resting"),  # day 29 of the new season
        ((2025, 9, 20), (2026, 7, 1), "resting"),  # day 30
        ((2025, 9, 20), (2026, 7, 2), "silent"),  # day 31
        ((2026, 6, 2), (2026, 6, 3), "in_use"),  # reported within the season
    ],
)
def test_out_of_season_it_rests_and_so_it_does_for_30_days_of_the_next(
    seen: tuple[int, int, int], day: tuple[int, int, int], said: str
) -> None:
    state = State(1, seen_on=dt.date(*seen), working=1, units_in_use=1)
    assert condition_on(state, dt.date(*day), MONSOON) == said


def test_what_is_broken_does_not_rest() -> None:
    state = State(1, seen_on=dt.date(2025, 9, 20), broken=1)
    assert condition_on(state, dt.date(2025, 10, 1), MONSOON) == "broken"


@pytest.mark.parametrize(
    ("months", "day", "start"),
    [
        ({6, 7, 8}, dt.date(2026, 8, 3), dt.date(2026, 6, 1)),
        ({11, 12, 1}, dt.date(2026, 1, 3), dt.date(2025, 11, 1)),  # over the turn of the year
        (set(range(1, 13)), dt.date(2026, 1, 3), dt.date(2025, 2, 1)),
    ],
)
def test_a_season_starts_with_its_first_month(months: set[int], day: dt.date, start: dt.date) -> None:
    assert season_start(day, frozenset(months)) == start


@pytest.mark.parametrize("how_known", ["told", "phoned"])
def test_only_seen_may_improve_a_condition(how_known: str) -> None:
    broken = on(0, working=0, broken=3, units_in_use=0)
    assert condition(broken, on(5, how_known=how_known), days=5) == "broken"
    assert condition(broken, on(5, how_known="seen"), days=5) == "in_use"


@pytest.mark.parametrize("how_known", ["told", "phoned"])
def test_what_was_told_may_worsen_a_condition(how_known: str) -> None:
    told = on(5, how_known=how_known, working=0, broken=3, units_in_use=0)
    assert condition(on(0), told, days=5) == "broken"


def test_a_call_does_not_bring_back_what_has_ended() -> None:
    told = on(5, how_known="phoned", working=0, broken=3, units_in_use=0)
    assert condition(on(0, ended=True, working=0, broken=3, units_in_use=0), told, days=5) == "ended"


def test_a_call_does_not_put_off_silence() -> None:
    assert condition(on(0), on(100, how_known="phoned"), days=181) == "silent"


def test_what_broke_by_hearsay_is_down_since_the_call_not_since_it_was_seen_working() -> None:
    told = on(5, how_known="phoned", working=0, broken=3, units_in_use=0)
    assert after(on(0), told).down_since == told.date


@pytest.mark.parametrize("how_known", ["not_found", "unreachable"])
def test_nobody_found_is_noted_and_decides_nothing(how_known: str) -> None:
    state = after(on(0), on(9, how_known=how_known, working=0, broken=3, units_in_use=0))
    assert (state.units_in_use, state.seen_on, state.last_visit, state.reports) == (3, DAY, on(9).date, 2)


def test_a_waiting_report_may_worsen_but_counts_for_nothing_else() -> None:
    waiting = on(5, waiting=True, working=0, broken=3, units_in_use=0, trained=9, units_added=4, stocks=stocks(50))
    first = on(0, stocks=stocks(20))
    state = after(first, waiting)
    assert condition_on(state, waiting.date, ALWAYS) == "broken"
    assert (state.reports, state.last_visit, state.installed, state.stocks[PEOPLE]) == (1, DAY, 3, 20)
    assert [m.trained for m in history(NEW, [first, waiting], ALWAYS)] == [0]


def test_a_waiting_report_never_improves() -> None:
    assert condition(on(0, units_in_use=0), on(5, waiting=True), days=5) == "idle"
    assert condition(on(0, waiting=True)) == "registered"


def test_installed_changes_only_by_units_added_and_taken() -> None:
    assert after(on(0, working=9), on(1, units_added=2), on(2, units_taken=4)).installed == 1


def test_units_in_use_are_never_more_than_work() -> None:
    assert after(on(0, working=2, units_in_use=3)).units_in_use == 2


def test_stocks_are_of_the_latest_report_that_counted_them() -> None:
    state = after(on(0, stocks=stocks(20)), on(1, stocks=stocks(30)), on(2))
    assert state.stocks[PEOPLE] == 30


def months(*reports: Report) -> list[MonthOfWork]:
    return list(history(NEW, reports, ALWAYS))


def test_trained_are_summed_by_month() -> None:
    found = months(on(0, trained=4, first_time=3), on(20, trained=5), on(40, trained=6))
    assert [(m.month, m.trained, m.first_time) for m in found] == [(month_of(DAY), 9, 3), (month_of(DAY) + 1, 6, 0)]


def test_amounts_of_overlapping_periods_count_once() -> None:
    october = {"period_from": dt.date(2026, 10, 1), "period_to": dt.date(2026, 10, 31), "kg": 50.0}
    late_october = {"period_from": dt.date(2026, 10, 20), "period_to": dt.date(2026, 11, 2), "kg": 7.0}
    november = {"period_from": dt.date(2026, 11, 1), "period_to": dt.date(2026, 11, 30), "kg": 20.0}
    assert sum(m.kg for m in months(on(0, **october), on(3, **late_october), on(33, **november))) == 70


days = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
rhythms = st.builds(Rhythm, st.integers(0, 400), st.frozensets(st.integers(1, 12), max_size=12))
reports = st.builds(
    Report, date=days, how_known=st.sampled_from(["seen", "told", "phoned", "not_found"]), waiting=st.booleans(),
    working=st.none() | st.integers(0, 2), defective=st.integers(0, 1), broken=st.integers(0, 1),
    removed=st.integers(0, 1), units_in_use=st.integers(0, 2), ended=st.booleans(),
)  # fmt: skip


@given(st.lists(reports, max_size=6), reports, st.integers(0, 800), rhythms)
def test_no_report_but_one_seen_and_counted_ever_improves_a_condition(
    told: list[Report], last: Report, later: int, rhythm: Rhythm
) -> None:
    before = after(*sorted(told, key=lambda r: r.date), rhythm=rhythm)
    day = max(r.date for r in [*told, last])
    if last.how_known == "seen" and not last.waiting:
        return
    report = Report(**{name: getattr(last, name) for name in Report.__dataclass_fields__} | {"date": day})
    on_the_day = day + dt.timedelta(days=later)
    ranks = [RANK[condition_on(s, on_the_day, rhythm)] for s in (before, apply(before, report, rhythm))]
    assert ranks[1] >= ranks[0]
