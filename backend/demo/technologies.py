"""Made-up technologies, so that every cluster has some: by theme, with plain names, and marked. Real ones stay as they are."""

from __future__ import annotations

import datetime as dt

from backend.demo import profiles
from backend.demo.profiles import Profile
from backend.registry.models import Adoption, Cluster, Technology, Theme
from backend.writing import writing

SOURCE = "Made up for the demonstration"
# Some are facilitated by two clusters, as real ones are: rows overlap, totals count each village once.
_ALSO = {"jckic": "driiv", "best": "pkc"}
_STAGES = (("State department (made up)", "adopted"), ("District panchayat (made up)", "on trial"))


def make() -> int:
    """Those that are not there yet; returns how many were made."""
    there = set(Technology.objects.filter(illustrative=True).values_list("slug", flat=True))
    clusters = {cluster.slug: cluster for cluster in Cluster.objects.prefetch_related("themes")}
    made = 0
    with writing():
        for cluster in clusters.values():
            own = tuple(cluster.themes.order_by("id").values_list("slug", flat=True))
            for position, theme in enumerate(profiles.themes_of_cluster(own)):
                if f"demo-{cluster.slug}-{theme}" not in there:
                    _make(cluster, theme, clusters.get(_ALSO.get(cluster.slug, "")) if position == 0 else None)
                    made += 1
    return made


def _make(cluster: Cluster, theme: str, also: Cluster | None) -> None:
    profile = profiles.of_theme(theme)
    technology = Technology.objects.create(
        slug=f"demo-{cluster.slug}-{theme}",
        name=f"{profile.name}, {cluster.short_name} (illustrative)",
        origin_kind=Technology.Origin.CLUSTER,
        origin_cluster=cluster,
        season_months=",".join(str(month) for month in profile.season),
        revisit_days=profile.revisit_days,
        source=SOURCE,
        illustrative=True,
    )
    technology.clusters.set([cluster] if also is None else [cluster, also])
    technology.themes.set(Theme.objects.filter(slug=theme))
    _adopt(technology, profile)


def _adopt(technology: Technology, profile: Profile) -> None:
    """A user agency or two for those of the programme's own themes."""
    if profile not in [profiles.of_theme(theme) for theme in profiles.COMMON]:
        return
    for year, (agency, stage) in enumerate(_STAGES, start=2025):
        Adoption.objects.create(
            technology=technology,
            agency=agency,
            stage=stage,
            date=dt.date(year, 4, 1),
            source=SOURCE,
            illustrative=True,
        )
