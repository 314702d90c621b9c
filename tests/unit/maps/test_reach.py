"""Model, "Counting rules": who is reached, what is still active, and of what each figure is a share."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from maps import reach
from maps.condition import CONDITIONS, Rhythm, State, condition_on
from tests.unit.maps.frames import (
    BEST,
    BROKEN,
    DAY,
    ENDED,
    GOA,
    IDLE,
    IN_USE,
    KARNATAKA,
    KERALA,
    PKC,
    REGISTERED,
    SEEN,
    SILENT,
    catchment,
    deployments,
)


def figures(*rows: dict[str, Any]) -> reach.Reach:
    return reach.reach(deployments(*rows), DAY)


def village(*rows: dict[str, Any]) -> Any:
    return reach.villages(deployments(*rows), DAY).loc[1]


def condition(*rows: dict[str, Any]) -> str:
    return CONDITIONS[village(*rows)["condition"]]


days = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
states = st.builds(
    State, installed=st.just(3), seen_on=st.none() | days, working=st.integers(0, 2), defective=st.integers(0, 1),
    broken=st.integers(0, 2), units_in_use=st.integers(0, 2), ended_on=st.none() | st.none() | days,
)  # fmt: skip
rhythms = st.builds(Rhythm, st.integers(0, 400), st.frozensets(st.integers(1, 12), max_size=12))


@settings(deadline=None)
@given(st.lists(st.tuples(states, rhythms), max_size=8), days)
def test_the_rule_on_frames_is_the_rule_on_single_states(told: list[tuple[State, Rhythm]], day: dt.date) -> None:
    names = ("seen_on", "working", "defective", "broken", "units_in_use", "ended_on")
    rows = [
        {name: getattr(state, name) for name in names}
        | {"window": rhythm.window, "season": sum(1 << month - 1 for month in rhythm.season)}
        for state, rhythm in told
    ]
    found = [CONDITIONS[rank] for rank in reach.conditions(deployments(*rows), day)]
    assert found == [condition_on(state, day, rhythm) for state, rhythm in told]


@pytest.mark.parametrize(("day", "said"), [((2026, 7, 1), "resting"), ((2026, 7, 2), "silent")])
def test_the_thirty_days_of_grace_are_the_same_on_frames(day: tuple[int, int, int], said: str) -> None:
    june_to_september = {"seen_on": dt.date(2025, 9, 20), "season": 0b0001_1110_0000, "window": 90}
    assert CONDITIONS[reach.conditions(deployments(june_to_september), dt.date(*day))[0]] == said


def test_a_deployment_reaches_by_village_use_in_a_known_village_once_reported() -> None:
    rows = ({}, {"village_use": False}, {"village": -1}, REGISTERED)
    assert reach.reaches(deployments(*rows)).tolist() == [True, False, False, False]


def test_reached_villages_are_distinct() -> None:
    assert figures({"village": 1}, {"village": 1}, {"village": 2}).villages_reached == 2


def test_without_a_counted_report_a_village_is_not_reached() -> None:
    assert figures(REGISTERED).villages_reached == 0


@pytest.mark.parametrize("row", [BROKEN, SILENT, ENDED, IDLE])
def test_reached_stays_reached_when_it_no_longer_works(row: dict[str, Any]) -> None:
    found = figures(row)
    assert (found.villages_reached, found.villages_active.count) == (1, 0)


def test_only_village_use_reaches_and_demonstrations_are_shown_apart() -> None:
    found = figures({"village_use": False, "people": 40}, {"village": 2})
    assert (found.villages_reached, found.deployments, found.demonstrations, found.people.high) == (1, 1, 1, 0)


def test_a_deployment_whose_village_is_not_in_the_list_reaches_none() -> None:
    assert figures({"village": -1}).villages_reached == 0


def test_active_is_in_use_of_the_villages_reached() -> None:
    assert figures(IN_USE, {"village": 2, **BROKEN}, {"village": 3, **IDLE}).villages_active.to_json() == {
        "count": 1, "of": 3, "of_what": "villages reached", "share": 0.3333,
    }  # fmt: skip


def test_a_village_takes_the_best_of_its_deployments() -> None:
    order = [IN_USE, IDLE, BROKEN, SILENT, ENDED, REGISTERED]
    names = ["in_use", "idle", "broken", "silent", "ended", "registered"]
    assert [condition(*order[i:][::-1]) for i in range(len(order))] == names


def test_a_village_is_marked_when_another_of_its_deployments_is_broken() -> None:
    assert village(IN_USE, BROKEN)["also_broken"]
    assert not village(BROKEN, BROKEN)["also_broken"]
    assert not village(IN_USE, SILENT)["also_broken"]


def test_units_are_in_use_of_installed_and_the_ended_are_neither() -> None:
    rows = ({"installed": 5, "units_in_use": 2}, {"installed": 3, **BROKEN}, {"installed": 9, **ENDED})
    assert figures(*rows).units_in_use.to_json() | {"share": 0} == {
        "count": 2, "of": 8, "of_what": "units installed", "share": 0,
    }  # fmt: skip


def test_people_are_a_range_from_the_largest_deployment_to_the_sum() -> None:
    found = figures({"people": 30}, {"people": 50}, {"village": 2, "people": 10}).people
    assert (found.low, found.high) == (60, 90)


def test_people_and_households_are_capped_at_the_villages_population() -> None:
    found = figures(
        {"people": 70, "population": 100, "households": 80}, {"people": 60, "population": 100, "households": 80}
    )
    assert (found.people.low, found.people.high, found.households.high) == (70, 100, 100)


def test_people_are_none_where_nothing_is_in_use() -> None:
    found = figures({"people": 30}, {"village": 2, "people": 50, **BROKEN}).people
    assert (found.low, found.high, found.known.count) == (30, 30, 2)


@pytest.mark.parametrize("population", [None, 900])
def test_where_nobody_counted_people_are_unknown_not_the_whole_village(population: int | None) -> None:
    found = figures({"people": None, "population": population}, {"village": 2, "people": 7}).people
    assert (found.low, found.high, found.known.count, found.known.of) == (7, 7, 1, 2)


def test_income_is_a_median_with_n_and_an_estimate() -> None:
    rows = [{"income_now": value} for value in (100, 900, 200, None)]
    found = reach.medians(deployments(*rows))
    assert found["income_now"] == {"median": 200.0, "n": 3, "estimate": True}
    assert found["hours_now"] == {"median": None, "n": 0, "estimate": True}


def test_centres_reporting_are_those_with_a_report_in_30_days() -> None:
    rows = [{"centre": i, "last_visit": DAY - dt.timedelta(days=days)} for i, days in ((1, 30), (2, 31), (1, 90))]
    assert figures(*rows).centres_reporting.to_json() | {"of_what": ""} == {
        "count": 1, "of": 2, "of_what": "", "share": 0.5,
    }  # fmt: skip


def test_nothing_at_all_has_figures_and_no_shares() -> None:
    found = figures().to_json()
    assert (found["villages_reached"], found["villages_active"]["share"], found["people"]["high"]) == (0, None, 0)


def coverage(*rows: dict[str, Any], listed: list[dict[str, Any]], centre: int = 1) -> reach.Coverage:
    frame = deployments(*rows)
    own = reach.villages(frame[frame["centre"] == centre], DAY)
    return reach.coverage(catchment(*listed), reach.villages(frame, DAY), own.index[own["reached"]])


LIST = [{"village": n} for n in (1, 2, 3, 4)]


def test_coverage_is_of_all_catchment_villages_those_reached_by_any_deployment() -> None:
    found = coverage({"village": 1}, {"village": 2, "centre": 9}, listed=LIST)
    assert (found.reached.count, found.reached.of, found.reached.share) == (2, 4, 0.5)


def test_own_deployments_outside_the_list_are_counted_apart() -> None:
    found = coverage({"village": 1}, {"village": 7}, {"village": 8, "centre": 9}, listed=LIST)
    assert (found.reached.count, found.reached_outside) == (1, 1)


def test_no_list_no_percentage() -> None:
    assert coverage({"village": 1}, listed=[]).reached.share is None


def test_a_village_twice_on_a_list_is_one_village() -> None:
    assert coverage({"village": 1}, listed=[*LIST, {"village": 1}]).reached.of == 4


def test_villages_without_a_place_stay_in_the_denominator_and_are_named() -> None:
    found = coverage({"village": 1}, listed=[*LIST[:2], {"village": 9, "lat": None, "lon": None, "h3_r7": -1}])
    assert (found.reached.of, found.unplaced.count, found.unplaced.of) == (3, 1, 3)


def test_never_visited_visited_and_reached_are_told_apart() -> None:
    listed = catchment({"village": 1}, {"village": 2, "visited": True}, {"village": 3})
    ranks = reach.condition_of_listed(listed, reach.villages(deployments({"village": 1, **BROKEN}), DAY))
    assert [CONDITIONS[rank] for rank in ranks] == ["broken", "visited", "never"]


def test_a_village_with_nothing_but_a_demonstration_has_no_deployment() -> None:
    listed = catchment({"visited": True})
    ranks = reach.condition_of_listed(listed, reach.villages(deployments({"village_use": False}), DAY))
    assert CONDITIONS[ranks.iloc[0]] == "visited"


def spread(*rows: dict[str, Any]) -> reach.Replication:
    return reach.replication(reach.villages(deployments(*rows), DAY), KARNATAKA, {KERALA})


def test_replication_is_of_villages_outside_the_host_state() -> None:
    found = spread({"village": 1}, {"village": 2, "state": GOA}, {"village": 3, "state": KERALA, **BROKEN})
    assert (found.outside.count, found.outside.of, found.active.count) == (2, 3, 1)
    assert found.states == {KERALA: (1, 0), GOA: (1, 1)}


def test_replication_tells_apart_what_lies_in_states_that_other_clusters_serve() -> None:
    rows = [{"village": n, "state": state} for n, state in ((1, GOA), (2, KERALA), (3, KERALA), (4, KARNATAKA))]
    assert spread(*rows).in_other_clusters_states == 2


def test_rows_by_cluster_overlap_and_the_total_counts_distinct_villages() -> None:
    frame = deployments({"village": 1, "clusters": BEST | PKC}, {"village": 2, "clusters": PKC})
    parts = reach.split(frame, "cluster", [11, 12])
    assert {key: reach.reach(rows, DAY).villages_reached for key, rows in parts.items()} == {11: 1, 12: 2}
    assert reach.reach(frame, DAY).villages_reached == 2


def test_rows_of_what_has_no_centre_are_in_no_row() -> None:
    assert list(reach.split(deployments({"centre": -1}, {"centre": 4}), "centre")) == [4]


def test_gaps_are_districts_with_most_villages_no_longer_active() -> None:
    rows = [{"village": 1, **BROKEN}, {"village": 2, **SILENT}, {"village": 3, "district": 2, **IDLE}, {"village": 4}]
    assert reach.gaps(reach.villages(deployments(*rows), DAY)) == [(1, 2, 3), (2, 1, 1)]


some = st.fixed_dictionaries(
    {
        "village": st.integers(-1, 4), "village_use": st.booleans(), "reports": st.integers(0, 1),
        "working": st.integers(0, 1), "units_in_use": st.integers(0, 1), "people": st.none() | st.integers(0, 90),
        "population": st.just(60), "seen_on": st.sampled_from([None, SEEN, dt.date(2026, 1, 1)]),
    }
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(some, max_size=12))
def test_no_figure_exceeds_its_denominator(rows: list[dict[str, Any]]) -> None:
    found = figures(*rows)
    assert found.villages_active.count <= found.villages_active.of == found.villages_reached
    assert found.units_in_use.count <= found.units_in_use.of
    assert found.people.low <= found.people.high <= 60 * found.people.known.count
    assert sum(found.by_condition.values()) == found.deployments
    assert found.deployments + found.demonstrations == len(rows)
    assert np.isfinite(found.people.high)


mixed = st.fixed_dictionaries(
    {
        "village": st.integers(-1, 4), "village_use": st.booleans(), "units_in_use": st.integers(0, 1),
        "reports": st.integers(0, 1), "people": st.none() | st.integers(0, 60), "population": st.none() | st.just(40),
    }
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(mixed, max_size=8), st.lists(st.lists(st.integers(0, 7), unique=True).map(sorted), max_size=4))
def test_villages_of_several_selections_are_those_of_each(
    rows: list[dict[str, Any]], selections: list[list[int]]
) -> None:
    frame = deployments(*rows)
    groups = {
        i: np.array([at for at in chosen if at < len(rows)], dtype=np.int64) for i, chosen in enumerate(selections)
    }
    found = reach.villages_by(frame, DAY, groups)
    assert list(found) == list(groups)
    for key, chosen in groups.items():
        assert_frame_equal(found[key], reach.villages(frame.iloc[chosen], DAY), check_dtype=False)
