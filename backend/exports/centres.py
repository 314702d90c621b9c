"""Centres with their coverage: the figures of `maps.reach`, each beside what it is a share of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from backend.accounts.who import Who
from backend.deployments import frames
from backend.deployments.filters import Filters
from backend.exports import queries
from backend.exports.queries import iso
from backend.exports.rows import Chunks, Row, at
from backend.exports.villages import no_review
from backend.registry.models import Centre, CentreSite
from maps import reach


def centres(who: Who, filters: Filters) -> Chunks:
    """The centres of one's scope, and those with deployments in it. There are hundreds: one chunk.

    `state`, `district`, `village` and `bbox` mean the centre's own sites or, for `village`, its list.
    """
    no_review(filters, "Centres")
    about = replace(filters, centre=(), state=(), district=(), village=(), bbox=None, status=())
    deployments = frames.deployments(replace(about, status=filters.status), who)
    lists = frames.catchment(filters.day, known_at=filters.known_at)
    found = _found(who, filters, deployments, lists)
    places = reach.villages(_all(who, about, filters, deployments), filters.day)
    yield list(_rows(found, deployments, places, lists, filters, whole=_whole(who, filters)))


def _all(who: Who, about: Filters, filters: Filters, deployments: pd.DataFrame) -> pd.DataFrame:
    """A catchment village counts as reached by whatever deployment: a centre's coordinator counts others' too."""
    whole = who.everywhere or not who.centres
    return deployments if whole else frames.deployments(replace(about, status=filters.status))


def _whole(who: Who, filters: Filters) -> bool:
    """Whether every deployment is counted. If not, there is no coverage: it would look like neglect."""
    narrowed = (filters.cluster, filters.technology, filters.theme, filters.status, filters.since, filters.until)
    return (who.everywhere or bool(who.centres)) and not any(narrowed)


def _found(who: Who, filters: Filters, deployments: pd.DataFrame, lists: pd.DataFrame) -> list[Centre]:
    rows = Centre.objects.prefetch_related("sites__district", "sites__state").order_by("id")
    acting = {int(pk) for pk in deployments["centre"].unique()}
    if not who.everywhere:
        rows = rows.filter(id__in=who.centres | acting)
    if filters.cluster or filters.technology or filters.theme or filters.status or filters.since or filters.until:
        rows = rows.filter(id__in=acting)
    if filters.centre:
        rows = rows.filter(slug__in=filters.centre)
    if filters.village:
        rows = rows.filter(
            catchment__village__code__in=filters.village, id__in={int(pk) for pk in lists["centre"].unique()}
        )
    sites = CentreSite.objects.order_by()
    if filters.state:
        sites = sites.filter(state__slug__in=filters.state)
    if filters.district:
        sites = sites.filter(district__slug__in=filters.district)
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        sites = sites.filter(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east)
    if filters.state or filters.district or filters.bbox:
        rows = rows.filter(id__in=sites.values("centre"))
    return list(rows.distinct())


def _rows(
    found: list[Centre],
    deployments: pd.DataFrame,
    places: pd.DataFrame,
    lists: pd.DataFrame,
    filters: Filters,
    *,
    whole: bool,
) -> Iterator[Row]:
    own = reach.split(deployments, "centre")
    listed = reach.split(lists, "centre")
    for centre in found:
        mine = own.get(centre.pk, deployments.iloc[:0])
        figures = _figures(mine, places, listed.get(centre.pk, lists.iloc[:0]), whole=whole)
        sites = list(centre.sites.all())
        first = sites[0] if sites else None
        values = (
            centre.slug, centre.name, centre.kind, "; ".join(site.name for site in sites) or None,
            first.state.slug if first else None, first.district.slug if first and first.district else None,
            centre.partners or None, iso(centre.active_from), iso(centre.active_to), centre.mandate_min,
            centre.mandate_max, centre.illustrative, queries.rule(), filters.day.isoformat(), *figures,
        )  # fmt: skip
        yield centre.slug, at(first.lon, first.lat) if first else None, values


def _figures(mine: pd.DataFrame, places: pd.DataFrame, listed: pd.DataFrame, *, whole: bool) -> tuple[Any, ...]:
    reached_by_own = mine["village"][reach.reaches(mine)].tolist()
    covered = reach.coverage(listed, places, reached_by_own)
    share = covered.reached.share if whole else None
    return (
        covered.reached.of, covered.reached.count, covered.active.count, covered.never_visited, covered.unplaced.count,
        None if share is None else round(share, 4), covered.reached_outside, int(mine["village_use"].sum()),
    )  # fmt: skip
