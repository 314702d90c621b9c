"""The registry's short lists by key, held in memory for the length of an export: joins that cost nothing a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from backend.deployments.look import rhythm
from backend.registry.models import Centre, District, State, Technology
from maps.condition import Rhythm


class KnownTechnology(NamedTuple):
    slug: str | None
    name: str | None
    clusters: str | None
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class Names:
    technologies: dict[int | None, KnownTechnology]
    centres: dict[int | None, str]
    states: dict[int | None, str]
    districts: dict[int | None, tuple[str, str]]  # slug, slug of the state

    def area(self, district: int | None, state: int | None) -> tuple[str | None, str | None]:
        """(state, district) by slug."""
        if district is None:
            return self.states.get(state), None
        slug, of_state = self.districts[district]
        return of_state, slug


def names() -> Names:
    technologies: dict[int | None, KnownTechnology] = {None: KnownTechnology(None, None, None, Rhythm())}
    clusters: dict[int, list[str]] = {}
    of_clusters = Technology.clusters.through.objects.order_by("cluster_id")
    for technology, slug in of_clusters.values_list("technology_id", "cluster__slug"):
        clusters.setdefault(technology, []).append(slug)
    rows = Technology.objects.order_by().values_list("id", "slug", "name", "revisit_days", "season_months")
    for pk, slug, name, days, months in rows:  # no objects: pages of features ask for this each time
        technologies[pk] = KnownTechnology(slug, name, " ".join(clusters.get(pk, ())) or None, rhythm(days, months))
    return Names(
        technologies,
        dict(Centre.objects.order_by().values_list("id", "slug")),
        dict(State.objects.order_by().values_list("id", "slug")),
        {pk: (slug, state) for pk, slug, state in District.objects.order_by().values_list("id", "slug", "state__slug")},
    )
