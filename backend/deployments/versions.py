"""Versions of a deployment as an ODK entity, and where two people changed it without knowing of each other. Pure.

Version 1 is the registration; every report, edit, decision and merge after it makes one more, in the order in which the
server learnt of them. A phone names the version that its author saw. It is told here whether the author missed a change
that counts: ODK Central calls every such update a conflict, even where both say the same, which would be most visits of
two officers; here a conflict needs a change of what the entity says.
Source: https://getodk.github.io/xforms-spec/entities and https://github.com/getodk/central/issues/805
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LONGEST_BRANCH = 64


@dataclass(frozen=True, slots=True)
class Base:
    """The version that an author saw. Without a network a client counts on by itself: `version` is then its own, `trunk`
    the last one of the server's (None: the entity was made on this phone) and `branch` the name of the run.
    """

    version: int
    trunk: int | None = None
    branch: str = ""

    def text(self) -> str:
        return f"{self.version},{'' if self.trunk is None else self.trunk},{self.branch[:LONGEST_BRANCH]}"

    @classmethod
    def read(cls, text: str) -> Base | None:
        """What `text()` wrote; None for ""."""
        version, _, rest = text.partition(",")
        trunk, _, branch = rest.partition(",")
        return cls(int(version), int(trunk) if trunk else None, branch) if version else None

    @property
    def seen(self) -> int:
        """The last version of the server's that the author saw."""
        if not self.branch:
            return self.version
        return 1 if self.trunk is None else self.trunk


@dataclass(frozen=True, slots=True)
class Event:
    """What made a version. `changes`: the properties of the entity that it changed, as long as it `counts`."""

    at: dt.datetime
    sequence: int  # order of receipt, among events of one moment
    what: Literal["report", "registration", "decision", "merge"]
    submission: str = ""
    instance_id: str = ""
    counts: bool = True
    changes: frozenset[str] = frozenset()
    base: Base | None = None
    settled: bool = False  # somebody looked at its conflict


@dataclass(frozen=True, slots=True)
class Conflict:
    """`missed`: the changes that the author of `event` did not see. `number` is the version that `event` made.

    hard: both changed the same property. soft: the author changed nothing of it, but saw something else than what was.
    """

    event: Event
    number: int
    missed: tuple[Event, ...]

    @property
    def kind(self) -> Literal["hard", "soft"]:
        return "hard" if any(event.changes & self.event.changes for event in self.missed) else "soft"


def in_order(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda e: (e.at, e.sequence, e.instance_id, e.what))


def conflicts(events: Sequence[Event]) -> list[Conflict]:
    """Those that nobody settled, of reports that count. `events`: all after the registration."""
    ordered = in_order(events)
    first: dict[str, int] = {}
    found = []
    for place, event in enumerate(ordered):
        # What was edited later was seen when it was first said.
        begun = first.setdefault(event.submission, place) if event.what == "report" else place
        if event.base is None or event.settled or not event.counts:
            continue
        missed = tuple(e for e in ordered[max(event.base.seen - 1, 0) : begun] if _missed(e, event))
        if missed:
            found.append(Conflict(event, place + 2, missed))
    return found


def _missed(other: Event, event: Event) -> bool:
    """A client knows what it did itself, and sees its own run whole in whatever order the parts of it arrive."""
    same_run = bool(event.base and event.base.branch and other.base and other.base.branch == event.base.branch)
    return other.counts and bool(other.changes) and other.submission != event.submission and not same_run
