"""Model, "Review states": which version of a submission counts, from when to when."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.submissions.counting import Counted, Event, Received, Reviewed, review_state, spans

START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def events(*told: str) -> list[Event]:
    """One an hour: "v1" arrives, "v1 approve" is a review of it."""
    found: list[Event] = []
    for hour, words in enumerate(told):
        version, _, action = words.partition(" ")
        number, at = int(version[1:]), START + dt.timedelta(hours=hour)
        found.append(Reviewed(number, action, at) if action else Received(number, at))  # type: ignore[arg-type]
    return found


def counts_now(*told: str, required: bool = False) -> set[str]:
    open_spans = [s for s in spans(events(*told), review_required=required) if s.until is None]
    return {f"v{s.number}{' waits' if s.waiting else ''}" for s in open_spans}


@pytest.mark.parametrize(
    ("told", "counting"),
    [
        (["v1"], {"v1"}),
        (["v1", "v1 request_changes"], {"v1"}),
        (["v1", "v1 approve"], {"v1"}),
        (["v1", "v1 reject"], set()),
        (["v1", "v1 retract"], set()),
        (["v1", "v1 reject", "v1 approve"], {"v1"}),
    ],
)
def test_without_required_review_all_but_rejected_and_retracted_count(told: list[str], counting: set[str]) -> None:
    assert counts_now(*told) == counting


@pytest.mark.parametrize(
    ("told", "counting"),
    [
        (["v1"], {"v1 waits"}),
        (["v1", "v1 request_changes"], {"v1 waits"}),
        (["v1", "v1 approve"], {"v1"}),
        (["v1", "v1 reject"], set()),
        (["v1", "v1 retract"], set()),
    ],
)
def test_with_required_review_only_approved_count_and_the_rest_wait(told: list[str], counting: set[str]) -> None:
    assert counts_now(*told, required=True) == counting


@pytest.mark.parametrize(("required", "counting"), [(False, {"v1"}), (True, {"v1", "v2 waits"})])
def test_an_approved_version_counts_until_its_edit_is_approved(required: bool, counting: set[str]) -> None:
    assert counts_now("v1", "v1 approve", "v2", required=required) == counting
    assert counts_now("v1", "v1 approve", "v2", "v2 reject", required=required) == {"v1"}
    assert counts_now("v1", "v1 approve", "v2", "v2 approve", required=required) == {"v2"}


def test_an_edit_of_what_nobody_approved_counts_at_once() -> None:
    assert counts_now("v1", "v2") == {"v2"}
    assert counts_now("v1", "v1 reject", "v2") == {"v2"}


def test_rejecting_an_edit_does_not_bring_back_what_nobody_approved() -> None:
    assert counts_now("v1", "v2", "v2 reject") == set()


def test_retracting_any_version_takes_the_whole_submission_out() -> None:
    assert counts_now("v1", "v1 approve", "v2", "v2 retract") == set()


def test_spans_tell_what_was_known_when() -> None:
    found = spans(events("v1", "v2", "v2 reject", "v3"), review_required=False)
    hours = [
        (s.number, (s.since - START).seconds // 3600, s.until and (s.until - START).seconds // 3600) for s in found
    ]
    assert hours == [(1, 0, 1), (2, 1, 2), (3, 3, None)]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (["v1"], "received"),
        (["v1", "v1 request_changes"], "changes_requested"),
        (["v1", "v1 request_changes", "v2"], "edited"),
        (["v1", "v1 approve"], "approved"),
        (["v1", "v1 approve", "v2"], "edited"),
        (["v1", "v1 approve", "v1 reject"], "rejected"),
        (["v1", "v1 reject", "v2", "v2 approve"], "approved"),
        (["v1", "v1 retract"], "retracted"),
    ],
)
def test_the_review_state_is_of_the_latest_version(told: list[str], state: str) -> None:
    assert review_state(events(*told)) == state


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Versions arrive in order, reviews are of versions that are there, and some things happen at one moment."""
    found: list[Event] = [Received(1, START)]
    at, latest = START, 1
    for gap, new in draw(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=9)):
        at += dt.timedelta(hours=gap)
        if new:
            latest += 1
            found.append(Received(latest, at))
        else:
            action = draw(st.sampled_from(["approve", "approve", "reject", "request_changes", "retract"]))
            found.append(Reviewed(draw(st.integers(1, latest)), action, at))
    return found


def overlaps(a: Counted, b: Counted) -> bool:
    return (a.until is None or b.since < a.until) and (b.until is None or a.since < b.until)


@given(histories(), st.booleans())
def test_never_do_two_versions_count_at_once_nor_two_wait(told: list[Event], required: bool) -> None:
    found = spans(told, review_required=required)
    for i, a in enumerate(found):
        assert a.until is None or a.since < a.until
        for b in found[i + 1 :]:
            if a.waiting == b.waiting or a.number == b.number:
                assert not overlaps(a, b)
    assert required or not any(s.waiting for s in found)
    assert len({(s.number, s.since) for s in found}) == len(found)  # the table's constraint


@given(histories(), st.booleans(), st.integers(0, 30))
def test_what_counted_at_a_moment_is_what_was_counted_then(told: list[Event], required: bool, hour: int) -> None:
    """Later events change nothing of what was known at a moment: `known_at` reproduces it."""
    moment = START + dt.timedelta(hours=hour)

    def at_moment(found: list[Counted]) -> set[tuple[int, bool]]:
        return {(s.number, s.waiting) for s in found if s.since <= moment and (s.until is None or moment < s.until)}

    until_then = [e for e in told if e.at <= moment]
    now, then = (at_moment(spans(known, review_required=required)) for known in (told, until_then))
    assert now == then
