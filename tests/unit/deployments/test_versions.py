"""Which updates of an entity missed another: by the version that their author saw, and by runs without a network."""

from __future__ import annotations

import datetime as dt
from typing import Any

from backend.deployments.versions import Base, Event, conflicts

UNITS = frozenset({"installed"})


def report(hour: int, name: str, base: Base | None, changes: frozenset[str] = frozenset(), **more: Any) -> Event:
    at = dt.datetime(2026, 11, 1, hour, tzinfo=dt.UTC)
    return Event(at, hour, "report", name, name, changes=changes, base=base, **more)


def told(*events: Event) -> list[tuple[str, str, int, list[str]]]:
    return [(c.event.submission, c.kind, c.number, [m.submission for m in c.missed]) for c in conflicts(events)]


def test_who_saw_the_latest_version_missed_nothing() -> None:
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", Base(2), UNITS), report(3, "c", Base(3))) == []


def test_two_changes_of_the_same_property_on_one_base_are_a_hard_conflict() -> None:
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", Base(1), UNITS)) == [("b", "hard", 3, ["a"])]


def test_who_changed_nothing_but_saw_something_else_is_a_soft_conflict() -> None:
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", Base(1))) == [("b", "soft", 3, ["a"])]


def test_two_visits_that_change_nothing_are_none() -> None:
    assert told(report(1, "a", Base(1)), report(2, "b", Base(1), UNITS)) == []


def test_who_names_no_version_is_taken_for_up_to_date() -> None:
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", None, UNITS)) == []


def test_a_run_without_a_network_knows_itself() -> None:
    """Its own versions 2 and 3 are no versions of the server's, whatever came between."""
    run = [report(n + 1, f"u{n}", Base(n, 1, "run"), UNITS) for n in (1, 2, 3)]
    assert told(*run) == []
    assert told(*reversed(run)) == []


def test_a_run_of_an_entity_made_on_the_phone_begins_with_the_entity() -> None:
    assert told(report(1, "u1", Base(1, None, "run"), UNITS), report(2, "u2", Base(2, None, "run"), UNITS)) == []
    between = report(1, "x", None, UNITS)
    assert told(between, report(2, "u2", Base(2, None, "run"))) == [("u2", "soft", 3, ["x"])]


def test_what_came_between_two_parts_of_a_run_is_a_conflict_of_the_second() -> None:
    events = (
        report(1, "u1", Base(1, 1, "run")),
        report(2, "x", Base(1), UNITS),
        report(3, "u2", Base(2, 1, "run"), UNITS),
    )
    assert told(*events) == [("u2", "hard", 4, ["x"])]


def test_two_runs_at_once_miss_each_other() -> None:
    events = [
        report(1, "a1", Base(1, 1, "a"), UNITS), report(2, "b1", Base(1, 1, "b"), UNITS), report(3, "a2", Base(2, 1, "a"))
    ]  # fmt: skip
    assert told(*events) == [("b1", "hard", 3, ["a1"]), ("a2", "soft", 4, ["b1"])]


def test_what_does_not_count_any_more_is_missed_by_nobody_and_settled_is_settled() -> None:
    assert told(report(1, "a", Base(1), UNITS, counts=False), report(2, "b", Base(1), UNITS)) == []
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", Base(1), UNITS, counts=False)) == []
    assert told(report(1, "a", Base(1), UNITS), report(2, "b", Base(1), UNITS, settled=True)) == []


def test_an_edit_is_judged_by_when_its_report_came() -> None:
    first = report(1, "a", Base(1), counts=False)
    edit = Event(dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC), 5, "report", "a", "a2", changes=UNITS, base=Base(1))
    assert told(first, report(2, "x", Base(2), UNITS), edit) == []
    assert told(report(0, "x", None, UNITS), first, edit) == [("a", "hard", 4, ["x"])]


def test_a_decision_makes_a_version_and_changes_nothing() -> None:
    decision = Event(dt.datetime(2026, 11, 1, 2, tzinfo=dt.UTC), 9, "decision", "a", "a")
    assert told(report(1, "a", Base(1), UNITS), decision, report(3, "b", Base(2), UNITS)) == []


def test_a_version_that_was_never_given_is_no_stumbling_block() -> None:
    """As after a restored backup."""
    assert told(report(1, "a", Base(99), UNITS), report(2, "b", Base(0), UNITS)) == [("b", "hard", 3, ["a"])]


def test_what_a_base_says_is_read_again_as_it_was_written() -> None:
    for base in (Base(3), Base(4, 3, "run"), Base(1, None, "run")):
        assert Base.read(base.text()) == base
    assert Base.read("") is None
    assert Base(3, None, "x" * 99).text() == "3,," + "x" * 64
