"""Frames for `maps.reach`, read from the derived tables in a few statements whose cost does not grow with the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, Visit
from backend.registry.models import CatchmentVillage, Cluster, Technology, Theme
from maps import reach
from maps.condition import CONDITIONS, DEFAULT_WINDOW, RANK

_STATE = {name: f"state__{name}" for name in (*reach.DATES[:5], *reach.COUNTS) if name != "population"}
_OWN = {
    "deployment": "id",
    "village": "village_id",
    "technology": "technology_id",
    "centre": "centre_id",
    "state": Coalesce(F("village__state_id"), F("district__state_id")),
    "district": Coalesce(F("village__district_id"), F("district_id")),
    "h3_r7": Coalesce(F("village__h3_r7"), F("h3_r7")),
    "lat": Coalesce(F("village__lat"), F("lat")),
    "lon": Coalesce(F("village__lon"), F("lon")),
    "population": "village__population",
    "purpose": "purpose",
    "registered": "registered_at",
    "illustrative": "illustrative",
    "base_installed": "installed",
}


def deployments(filters: Filters, who: Who | None = None) -> pd.DataFrame:
    """The deployments frame (maps.reach.COLUMNS) of a scope and filters, as of `filters.day`.

    Deployments that were merged stand in it once; those registered after the day not at all.
    """
    rows = select(filters, who)
    if filters.known_at is None and filters.as_of is None:
        frame = _read(rows, {**_OWN, **_STATE})
    else:
        from backend.deployments.past import states

        frame = _read(rows, _OWN).drop(columns=["reports"], errors="ignore")
        frame = frame.merge(states(filters), on="deployment", how="left")
    return _filtered(_finished(frame), filters)


def select(filters: Filters, who: Who | None = None) -> QuerySet[Deployment]:
    """The deployments that filters and scope leave, without `status`, which depends on the day."""
    rows = Deployment.objects.filter(counted=True, merged_into=None)
    if filters.cluster:
        rows = rows.filter(technology__in=Technology.objects.filter(clusters__slug__in=filters.cluster))
    if filters.theme:
        rows = rows.filter(technology__in=Technology.objects.filter(themes__slug__in=filters.theme))
    if filters.centre:
        rows = rows.filter(centre__slug__in=filters.centre)
    if filters.technology:
        rows = rows.filter(technology__slug__in=filters.technology)
    if filters.village:
        rows = rows.filter(village__code__in=filters.village)
    for name in ("state", "district"):
        if slugs := getattr(filters, name):
            path = "district__state" if name == "state" else "district"
            own = Q(**{f"village__{name}__slug__in": slugs})
            rows = rows.filter(own | Q(village=None, **{f"{path}__slug__in": slugs}))
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        inside = {"lat__gte": south, "lat__lte": north, "lon__gte": west, "lon__lte": east}
        placed = Q(**{f"village__{k}": v for k, v in inside.items()})
        rows = rows.filter(placed | Q(village__lat=None, **inside))
    if filters.since or filters.until:
        visits = Visit.objects.filter(kind=Visit.Kind.REPORT, known_to=None)
        visits = visits.filter(visit_date__gte=filters.since) if filters.since else visits
        visits = visits.filter(visit_date__lte=filters.until) if filters.until else visits
        rows = rows.filter(id__in=visits.values("deployment"))
    if who is not None and not who.everywhere:
        rows = rows.filter(in_scope(who))
    return rows


def in_scope(who: Who) -> Q:
    scope = Q(centre__in=who.centres)
    if who.clusters:
        scope |= Q(technology__in=Technology.objects.filter(clusters__in=who.clusters))
    return scope


def _read(rows: QuerySet[Deployment], columns: dict[str, Any]) -> pd.DataFrame:
    """Straight from the cursor: a hundred thousand rows need no objects."""
    named = {f"_{name}": F(source) if isinstance(source, str) else source for name, source in columns.items()}
    query = rows.order_by().annotate(**named).values_list(*named)
    return fetch(query, list(columns))


def fetch(query: QuerySet[Any, Any], names: Sequence[str]) -> pd.DataFrame:
    sql, params = query.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    columns = zip(*found, strict=True) if found else ([] for _ in names)
    return pd.DataFrame({name: _column(name, values) for name, values in zip(names, columns, strict=True)})


def _column(name: str, values: Sequence[Any]) -> Any:
    if name in reach.KEYS:
        return np.array([-1 if v is None else v for v in values], dtype=np.int64)
    if name == "registered":
        return np.array([None if v is None else str(v)[:10] for v in values], dtype="datetime64[D]")
    if name in reach.DATES:
        return np.array(values, dtype="datetime64[D]")
    if name in ("purpose",):
        return np.array(values, dtype=object)
    if name in ("illustrative", "visited"):
        return np.array(values, dtype=bool)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _finished(frame: pd.DataFrame) -> pd.DataFrame:
    """With what technologies say of them, and the units that were registered where nothing was reported yet."""
    frame["village_use"] = frame.pop("purpose").to_numpy() == Deployment.Purpose.VILLAGE_USE
    base = frame.pop("base_installed")
    never = frame["reports"].fillna(0) == 0
    frame["installed"] = frame["installed"].where(frame["installed"].notna() & ~never, base)
    facts = technology_facts()
    known = facts.reindex(frame["technology"].to_numpy())
    for name, default in (("clusters", 0), ("themes", 0), ("window", DEFAULT_WINDOW), ("season", 0)):
        frame[name] = known[name].fillna(default).to_numpy(np.int64)
    for name in (*reach.DATES[:5],):
        frame[name] = frame[name].astype("datetime64[s]")
    return frame


def technology_facts() -> pd.DataFrame:
    """By technology: clusters and themes as bits (in the order of `cluster_keys`, `theme_keys`), window, season bits."""
    cluster_bit = {key: bit for bit, key in enumerate(cluster_keys())}
    theme_bit = {key: bit for bit, key in enumerate(theme_keys())}
    rows = []
    for t in Technology.objects.prefetch_related("clusters", "themes"):
        clusters = reduce(or_, (1 << cluster_bit[c.pk] for c in t.clusters.all()), 0)
        themes = reduce(or_, (1 << theme_bit[c.pk] for c in t.themes.all()), 0)
        season = reduce(or_, (1 << int(m) - 1 for m in t.season_months.split(",") if m.strip()), 0)
        rows.append((t.pk, clusters, themes, t.revisit_days, season))
    frame = pd.DataFrame(rows, columns=["technology", "clusters", "themes", "window", "season"])
    return frame.set_index("technology")


def cluster_keys() -> list[int]:
    return list(Cluster.objects.order_by("id").values_list("id", flat=True))


def theme_keys() -> list[int]:
    return list(Theme.objects.order_by("id").values_list("id", flat=True))


def _filtered(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    day = np.datetime64(filters.day, "D")
    there = (frame["registered"].to_numpy("datetime64[D]") <= day) | frame["first_visit"].notna().to_numpy()
    frame = frame[there]
    if filters.status:
        wanted = [RANK[name] for name in filters.status]
        frame = frame[np.isin(reach.conditions(frame, filters.day), wanted)]
    return frame.reset_index(drop=True)


def catchment(day: dt.date, centres: Sequence[int] | None = None, known_at: dt.datetime | None = None) -> pd.DataFrame:
    """The catchment frame (maps.reach.CATCHMENT_COLUMNS): each village on a list as of the day, and whether it was visited."""
    listed = CatchmentVillage.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    if centres is not None:
        listed = listed.filter(centre__in=centres)
    sources = ("centre_id", "village_id", "village__state_id", "village__district_id", "village__h3_r7", "village__lat",
               "village__lon", "village__population")  # fmt: skip
    names = [n for n in reach.CATCHMENT_COLUMNS if n != "visited"]
    frame = fetch(listed.order_by("village_id").values_list(*sources), names)
    visited = Visit.objects.filter(visit_date__lte=day, village__in=listed.values("village"))
    visited = (
        visited.filter(known_to=None)
        if known_at is None
        else visited.filter(Q(known_to=None) | Q(known_to__gt=known_at), known_from__lte=known_at)
    )
    seen = set(visited.order_by().values_list("village_id", flat=True).distinct())
    frame["visited"] = frame["village"].isin(list(seen)).to_numpy(bool)
    return frame


def condition_name(rank: int) -> str:
    return CONDITIONS[rank]
