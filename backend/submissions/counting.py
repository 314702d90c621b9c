"""Which version of a submission counts, from when to when: reviews and edits as spans of time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Action = Literal["approve", "reject", "request_changes", "retract", "undo"]


@dataclass(frozen=True, slots=True)
class Received:
    """Version `number` (1, 2, ...) arrived."""

    number: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`undo` takes the decision before it about the same version back."""

    number: int
    action: Action
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """Version `number` counted from `since` until `until` (None: it does now). `waiting`: it may only worsen a condition."""

    number: int
    waiting: bool
    since: dt.datetime
    until: dt.datetime | None


Event = Received | Reviewed


def spans(events: Sequence[Event], *, review_required: bool) -> list[Counted]:
    """The spans of a history given in order of time.

    Rules: a retracted submission never counts. An approved version counts until its edit is approved. Else, where no
    review is required, the latest version counts unless it was rejected; where it is required, it waits.
    """
    result: list[Counted] = []
    open_spans: dict[tuple[int, bool], dt.datetime] = {}
    for i, event in enumerate(events):
        now = _counting(events[: i + 1], review_required)
        for key in [k for k in open_spans if k not in now]:
            since = open_spans.pop(key)
            if since < event.at:
                result.append(Counted(*key, since, event.at))
        for key in sorted(now - open_spans.keys()):
            open_spans[key] = event.at
    result += [Counted(*key, since, None) for key, since in open_spans.items()]
    return sorted(result, key=lambda s: (s.since, s.number, s.waiting))


def _counting(events: Sequence[Event], review_required: bool) -> set[tuple[int, bool]]:
    latest_review = {number: actions[-1] for number, actions in _standing(events).items() if actions}
    if "retract" in latest_review.values():
        return set()
    latest = max((e.number for e in events if isinstance(e, Received)), default=0)
    approved = max((n for n, action in latest_review.items() if action == "approve"), default=0)
    counting = {(approved, False)} if approved else set()
    if latest == approved or latest == 0 or latest_review.get(latest) == "reject":
        return counting
    if review_required:
        return counting | {(latest, True)}
    return counting or {(latest, False)}


def _standing(events: Sequence[Event]) -> dict[int, list[Action]]:
    """By version what was decided about it, in order, without what was undone."""
    standing: dict[int, list[Action]] = {}
    for event in events:
        if isinstance(event, Reviewed):
            actions = standing.setdefault(event.number, [])
            if event.action == "undo":
                del actions[-1:]
            else:
                actions.append(event.action)
    return standing


def review_state(events: Sequence[Event]) -> str:
    """received, edited, changes_requested, approved, rejected or retracted: of the latest version, or of all."""
    standing = _standing(events)
    if any("retract" in actions for actions in standing.values()):
        return "retracted"
    latest = max((e.number for e in events if isinstance(e, Received)), default=1)
    words = {"approve": "approved", "reject": "rejected", "request_changes": "changes_requested"}
    of_latest = [words[action] for action in standing.get(latest, ()) if action in words]
    return of_latest[-1] if of_latest else ("edited" if latest > 1 else "received")
