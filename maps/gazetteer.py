"""Names and places of what the frames know by key only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from maps.picture import SourceKind


@dataclass(frozen=True)
class ClusterEntry:
    key: int
    slug: str
    name: str
    short_name: str
    city: str
    letters: str
    colour: str
    lat: float
    lon: float
    state: int  # the host state
    states_served: frozenset[int] = frozenset()
    technologies: int = 0


@dataclass(frozen=True)
class CentreEntry:
    key: int
    slug: str
    name: str
    short_name: str
    kind: SourceKind
    sites: tuple[tuple[str, float, float], ...]  # name, lat, lon
    place: str  # Udupi, Karnataka
    partners: str = ""
    mandate: tuple[int, int] | None = None  # villages
    active_from: dt.date | None = None
    state: int = -1


@dataclass(frozen=True)
class Gazetteer:
    """`clusters` in the order of the bits of a frame's `clusters` column."""

    clusters: tuple[ClusterEntry, ...]
    centres: tuple[CentreEntry, ...]
    states: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # key: slug, name
    districts: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def centre(self, slug: str) -> CentreEntry:
        return next(c for c in self.centres if c.slug == slug)

    def cluster(self, slug: str) -> ClusterEntry:
        return next(c for c in self.clusters if c.slug == slug)
