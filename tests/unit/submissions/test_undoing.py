"""What an undone decision leaves: the one before it, or none."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.submissions.counting import Event, Received, Reviewed, review_state, spans

AT = [dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(6)]


def history(*actions: str) -> list[Event]:
    return [Received(1, AT[0]), *(Reviewed(1, action, at) for action, at in zip(actions, AT[1:], strict=False))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        (("approve", "undo"), "received"),
        (("request_changes", "approve", "undo"), "changes_requested"),
        (("retract", "undo"), "received"),
        (("reject", "undo", "approve"), "approved"),
        (("undo",), "received"),
    ],
)
def test_the_state_is_that_of_what_still_stands(actions: tuple[str, ...], state: str) -> None:
    assert review_state(history(*actions)) == state


def test_a_rejection_that_was_undone_leaves_its_gap_in_time() -> None:
    counted = spans(history("reject", "undo"), review_required=False)
    assert [(span.since, span.until) for span in counted] == [(AT[0], AT[1]), (AT[2], None)]
