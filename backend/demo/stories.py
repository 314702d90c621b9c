"""How a made-up deployment fares, visit by visit: in use, idle, broken, mended or not, silent, ended."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from backend.demo.picking import Picker
from backend.demo.profiles import Profile
from backend.demo.stage import Tech

MONTHS = 24  # how far back the stories begin
# Of a hundred each.
_FATE = Picker({"steady": 58, "idle": 9, "mended": 11, "broken": 9, "silent": 8, "ended": 4, "unreported": 1})
_HOW = Picker({"seen": 86, "told": 6, "phoned": 4, "not_found": 2, "unreachable": 2})
_FAULT = Picker(
    {"part_broken": 38, "no_power": 16, "no_material": 12, "no_skill": 8, "weather": 14, "damaged": 6, "not_known": 6}
)
_REPAIRERS = ("village", "centre", "supplier", "mechanic", "nobody", "not_known")
_ENDINGS = ("worn_out", "not_wanted", "too_costly", "replaced", "project_over")
_LESS, _MORE = ("returned", "lost", "moved"), ("more", "replaced")


@dataclass(slots=True)
class Beginning:
    """`turn`: the day from which the fate shows."""

    started: dt.date
    registered: dt.date
    installed: int
    fate: str
    turn: dt.date


@dataclass(slots=True)
class Visit:
    """One visit. working + defective + broken + removed = installed, where `told` says that units were spoken of."""

    day: dt.date
    since: dt.date  # the first day that no visit before has spoken of
    how_known: str
    installed_before: int
    added: int = 0
    taken: int = 0
    why: str = ""
    working: int = 0
    defective: int = 0
    broken: int = 0
    removed: int = 0
    in_use: int = 0
    down_since: dt.date | None = None
    fault: str = ""
    can_repair: str = ""
    ended: str = ""

    @property
    def told(self) -> bool:
        return self.how_known in ("seen", "told", "phoned")

    @property
    def installed(self) -> int:
        return self.installed_before + self.added - self.taken


def begin(rng: random.Random, profile: Profile, since: dt.date | None, today: dt.date) -> Beginning:
    """`since`: before it the centre had not opened. More begin late than early, as programmes grow."""
    first = today - dt.timedelta(days=MONTHS * 30)
    if since is not None and since > first:
        first = min(since, today - dt.timedelta(days=60))
    days = (today - first).days
    started = first + dt.timedelta(days=int((days - 12) * rng.random() ** 1.1))
    registered = min(started + dt.timedelta(days=int(rng.random() * 20)), today - dt.timedelta(days=1))
    low, high = profile.units
    installed = low + int((high - low + 1) * rng.random() ** 1.6)
    turn = started + dt.timedelta(days=int((today - started).days * (0.2 + 0.65 * rng.random())))
    fate = _FATE(rng)
    return Beginning(started, registered, installed, fate, turn)


def visits(rng: random.Random, beginning: Beginning, tech: Tech, today: dt.date) -> Iterator[Visit]:
    """In order of their days, all before today, at least three weeks apart."""
    if beginning.fate == "unreported":
        return
    life = _Life(rng, beginning)
    end = today
    if beginning.fate == "silent":  # silent only when the window has passed since the last visit
        end = min(beginning.turn, today - dt.timedelta(days=tech.revisit_days + 15))
    for day in _days(rng, beginning.registered, end, tech.season):
        visit = life.visit(day)
        yield visit
        if visit.ended:
            return


def _days(rng: random.Random, registered: dt.date, end: dt.date, season: frozenset[int]) -> Iterator[dt.date]:
    pace = 26 + 26 * rng.random()
    day = registered
    while True:
        day += dt.timedelta(days=21 + int(pace * rng.random() * 1.6))
        if day >= end:
            return
        if not season or day.month in season or rng.random() < 0.12:
            yield day


class _Life:
    """What stands there between two visits."""

    def __init__(self, rng: random.Random, beginning: Beginning) -> None:
        self.rng, self.fate, self.turn = rng, beginning.fate, beginning.turn
        self.installed, self.last = beginning.installed, beginning.started
        self.broken = 0
        self.fault = self.can_repair = ""
        self.down_since: dt.date | None = None
        self.turned = 0  # visits since the turn
        self.keen = 0.8 + 0.2 * rng.random()

    def visit(self, day: dt.date) -> Visit:
        how = _HOW(self.rng)
        visit = Visit(day, self.last, how, self.installed)
        if not visit.told:
            return visit
        if day >= self.turn:
            self.turned += 1
        if self.fate == "ended" and self.turned:
            visit.removed, visit.ended = self.installed, self.rng.choice(_ENDINGS)
        else:
            self._change(visit)
            self._wear(day)
            self._tell(visit)
        self.last = day + dt.timedelta(days=1)
        return visit

    def _change(self, visit: Visit) -> None:
        """Now and then units come or go."""
        roll = self.rng.random()
        if roll < 0.015:
            visit.added, visit.why = 1 + int(self.rng.random() * 3), self.rng.choice(_MORE)
        elif roll < 0.022 and self.installed > 1:
            visit.taken, visit.why = 1, self.rng.choice(_LESS)
        self.installed = visit.installed
        self.broken = min(self.broken, self.installed)

    def _wear(self, day: dt.date) -> None:
        rng, before = self.rng, self.broken
        if self.turned and self.fate == "broken":
            self.broken = self.installed
        elif self.turned and self.fate == "mended":
            self.broken = self.installed if self.turned <= 1 else 0
        elif self.broken and rng.random() < 0.6:
            self.broken = 0
        elif not self.broken and rng.random() < 0.1:
            # One of many: the deployment goes on.
            self.broken = 1 if self.installed > 1 else 0
        if self.broken > before:
            self.down_since = self.down_since or self.last + (day - self.last) * rng.random()
            self.fault = _FAULT(rng)
            self.can_repair = rng.choice(_REPAIRERS)
        elif not self.broken:
            self.down_since = None

    def _tell(self, visit: Visit) -> None:
        good = self.installed - self.broken
        visit.broken = self.broken
        visit.defective = 1 if good > 2 and not self.broken and self.rng.random() < 0.05 else 0
        visit.working = good - visit.defective
        idle = self.fate == "idle" and self.turned and not (self.turned > 3 and self.rng.random() < 0.3)
        if not idle and visit.working:
            visit.in_use = max(1, round(visit.working * min(1.0, self.keen + 0.2 * self.rng.random())))
        if visit.broken or visit.defective:
            visit.fault = self.fault or "part_broken"
            visit.can_repair = self.can_repair or "village"
            visit.down_since = self.down_since or visit.day - (visit.day - self.last) // 2
