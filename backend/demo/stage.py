"""Where the made-up stories play: villages, technologies and centres as plain values, without the database."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from backend.demo.picking import Picker
from backend.demo.profiles import Profile

# How much likelier a technology stands where it belongs. The small rest is replication in other regions.
_AT_HOME, _OWN_CENTRE, _ELSEWHERE = 8.0, 6.0, 0.35


@dataclass(frozen=True, slots=True)
class Site:
    """A made-up village. `centre`: which centre answers for it or lies nearest."""

    code: str
    lat: float
    lon: float
    state: str
    centre: str
    population: int
    households: int


@dataclass(frozen=True, slots=True)
class Tech:
    """`states`: where its clusters work; `centre`: the RuTAG centre that it comes from."""

    slug: str
    profile: Profile
    states: frozenset[str]
    centre: str
    season: frozenset[int]
    revisit_days: int


@dataclass(frozen=True)
class Stage:
    """`smart`: villages of the Smart Village Centres, `listed`: of the other centres, `spread`: on nobody's list.

    `bare`: villages on a list where nothing was put up yet. `since`: the day a centre began. `versions`: of the forms.
    """

    versions: Mapping[str, str]
    technologies: Sequence[Tech]
    smart: Sequence[Site]
    listed: Sequence[Site]
    spread: Sequence[Site]
    bare: Sequence[Site]
    since: Mapping[str, dt.date]
    _picks: dict[tuple[str, str], Picker] = field(default_factory=dict)

    @cached_property
    def _by_slug(self) -> dict[str, Tech]:
        return {tech.slug: tech for tech in self.technologies}

    def village(self, rng: random.Random, story: int) -> Site:
        """The lists fill first; then the country does, wider with every story, whatever number of them was asked for."""
        smart, listed = (0.09, 0.42) if story < 4000 else (0.001, 0.05)
        roll = rng.random()
        if roll < smart and self.smart:
            return rng.choice(self.smart)
        if (roll < listed and self.listed) or not self.spread:
            return rng.choice(self.listed or self.smart)
        return self.spread[int(rng.random() * min(len(self.spread), spread_wanted(story)))]

    def technology(self, rng: random.Random, site: Site) -> Tech:
        """Most often one that belongs to the village's state or centre."""
        key = (site.state, site.centre)
        pick = self._picks.get(key)
        if pick is None:
            pick = self._picks[key] = Picker({tech.slug: _weight(tech, site) for tech in self.technologies})
        return self._by_slug[pick(rng)]


def spread_wanted(story: int) -> int:
    """How many villages on nobody's list the stories up to this one may play in."""
    return 500 + story // 2


def _weight(tech: Tech, site: Site) -> float:
    if site.state in tech.states:
        return _AT_HOME
    return _OWN_CENTRE if tech.centre and tech.centre == site.centre else _ELSEWHERE
