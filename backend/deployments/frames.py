"""Frames for `maps.reach`, read from the derived tables in a few statements whose cost does not grow with the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from backend.accounts.who import Who
from backend.deployments import past
from backend.deployments.fetching import fetch
from backend.deployments.filters import Filters, today
from backend.deployments.models import Deployment, Visit
from backend.errors import BadFilter
from backend.registry.models import CatchmentVillage, Centre, Cluster, District, State, Technology, Theme, Village
from maps import reach
from maps.condition import DEFAULT_WINDOW, RANK

_STATE = {name: f"state__{name}" for name in (*reach.DATES[:5], *reach.COUNTS) if name != "population"}
_OWN: dict[str, str | Func] = {
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
# Of the registration's visit that counted at an earlier moment; one stored before visits had a purpose says none.
_THEN: dict[str, str | Func] = {
    **_OWN,
    "deployment": "deployment_id",
    "purpose": Coalesce(NullIf("purpose", Value("")), F("deployment__purpose")),
    "registered": "visit_date",
}
# `as_of` goes by the day of the visit, whenever the phone found a network.
_REGISTERED_ON = Subquery(
    Visit.objects.filter(submission=OuterRef("instance_id"), kind=Visit.Kind.REGISTRATION, known_to=None, waiting=False)
    .order_by("-known_from")
    .values("visit_date")[:1]
)


Rows = QuerySet[Any]  # of Deployment, or of the Visit that registered it: their columns have the same names


def deployments(
    filters: Filters, who: Who | None = None, also_in: Sequence[int] = (), only: Sequence[int] | None = None,
    facts: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The deployments frame (maps.reach.COLUMNS) of a scope and filters, as of `filters.day`, in order of deployment.

    Deployments that were merged stand in it once; those registered after the day not at all. `also_in`: besides those
    of the filters' centres, whatever stands in these villages. `only`: of these deployments. `facts`: `technology_facts`,
    where they were read already.
    """
    rows = select(filters, who, also_in)
    if only is not None:
        rows = rows.filter(**{"id__in" if rows.model is Deployment else "deployment__in": only})
    if filters.known_at is not None:
        frame = _read(rows, _THEN).merge(past.states(filters, only), on="deployment", how="left")
    elif filters.day < today():
        frame = _read(rows, {**_OWN, "registered": _REGISTERED_ON})
        frame = frame.merge(past.states(filters, only), on="deployment", how="left")
    else:
        frame = _read(rows, {**_OWN, **_STATE})
    return _filtered(_finished(frame, technology_facts() if facts is None else facts), filters)


def select(filters: Filters, who: Who | None = None, also_in: Sequence[int] = ()) -> Rows:
    """The deployments that filters and scope leave, without `status`, which depends on the day; for an earlier moment
    (`known_at`) the visits that had registered them by then, in whose villages and centres they were then.

    Raises BadFilter for `review`: the rule in force says which reports figures count, and a figure under another rule
    would pass for it.
    """
    if filters.review:
        message = "Figures count by the rule in force, not by one review state. Leave review out, or export reports."
        raise BadFilter(message, where="review")
    rows: Rows = Deployment.objects.filter(counted=True, merged_into=None)
    if filters.known_at is not None:
        rows = past.registrations(filters.known_at).exclude(deployment__in=past.merged(filters.known_at))
    if filters.cluster:
        rows = rows.filter(technology__in=Technology.objects.filter(clusters__slug__in=filters.cluster))
    if filters.theme:
        rows = rows.filter(technology__in=Technology.objects.filter(themes__slug__in=filters.theme))
    if filters.centre:
        rows = rows.filter(Q(centre__slug__in=filters.centre) | Q(village__in=also_in))
    if filters.technology:
        rows = rows.filter(technology__slug__in=filters.technology)
    if filters.village:
        rows = rows.filter(village__code__in=filters.village)
    rows = rows.filter(in_places(filters))
    if filters.since or filters.until:
        until = min(filters.day, filters.until or filters.day)
        visits = Visit.objects.filter(past.open_at(filters.known_at), kind=Visit.Kind.REPORT, waiting=False)
        visits = visits.filter(visit_date__gte=filters.since) if filters.since else visits
        visits = visits.filter(visit_date__lte=until).exclude(deployment=None)
        if filters.known_at is None:
            rows = rows.filter(id__in=visits.values("deployment"))
        else:
            rows = rows.filter(deployment__in=past.reported_on(visits, filters.known_at))
    if who is not None and not who.everywhere:
        rows = rows.filter(in_scope(who))
    return rows


def in_places(filters: Filters) -> Q:
    """Deployments or visits whose village (else whose own place) lies in the filters' states, districts and box."""
    wanted = Q()
    for name, path in (("state", "district__state"), ("district", "district")):
        if slugs := getattr(filters, name):
            own = Q(village=None, **{f"{path}__slug__in": slugs})
            wanted &= Q(**{f"village__{name}__slug__in": slugs}) | own
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        inside = {"lat__gte": south, "lat__lte": north, "lon__gte": west, "lon__lte": east}
        placed = Q(**{f"village__{k}": v for k, v in inside.items()})
        wanted &= placed | Q(village__lat=None, **inside)
    return wanted


def in_scope(who: Who) -> Q:
    scope = Q(centre__in=who.centres)
    if who.clusters:
        scope |= Q(technology__in=Technology.objects.filter(clusters__in=who.clusters))
    return scope


def _read(rows: Rows, columns: dict[str, Any]) -> pd.DataFrame:
    """Straight from the cursor: a hundred thousand rows need no objects."""
    named = {f"_{name}": F(source) if isinstance(source, str) else source for name, source in columns.items()}
    query = rows.order_by().annotate(**named).values_list(*named)
    return fetch(query, list(columns))


def _finished(frame: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """With what technologies say of them, and the units that were registered where nothing was reported yet."""
    frame["village_use"] = frame.pop("purpose").to_numpy() == Deployment.Purpose.VILLAGE_USE
    # A registration that says no number says one. The column stays: an earlier month may know no report yet.
    base = frame["base_installed"] = frame["base_installed"].fillna(0).replace(0, 1)
    never = frame["reports"].fillna(0) == 0
    frame["installed"] = frame["installed"].where(frame["installed"].notna() & ~never, base)
    known = facts.reindex(frame["technology"].to_numpy())
    for name, default in (("clusters", 0), ("themes", 0), ("window", DEFAULT_WINDOW), ("season", 0)):
        frame[name] = known[name].fillna(default).to_numpy(np.int64)
    for name in (*reach.DATES[:5],):
        frame[name] = frame[name].astype("datetime64[s]")
    return frame


def events(rows: QuerySet[Visit]) -> pd.DataFrame:
    """Training events as rows of flows; each is a deployment of its own, -1."""
    names = ["technology", "centre", "state", "district", "month", "trained", "first_time"]
    sources = ("technology_id", "centre_id", _OWN["state"], _OWN["district"], "month", "trained", "first_time")
    frame = fetch(rows.order_by().values_list(*sources), names)
    frame = frame.assign(deployment=-1, kg=0.0, cost=0.0).fillna({"trained": 0, "first_time": 0})
    known = technology_facts().reindex(frame["technology"].to_numpy())
    return frame.assign(**{name: known[name].fillna(0).to_numpy(np.int64) for name in ("clusters", "themes")})


def technology_facts() -> pd.DataFrame:
    """By technology: clusters and themes as bits (in the order of `cluster_keys`, `theme_keys`), window, season bits."""
    clusters, themes = _bits(Cluster.objects.all()), _bits(Theme.objects.all())
    rows = []
    for pk, days, months in Technology.objects.order_by("id").values_list("id", "revisit_days", "season_months"):
        season = reduce(or_, (1 << int(m) - 1 for m in months.split(",") if m.strip()), 0)
        rows.append((pk, clusters.get(pk, 0), themes.get(pk, 0), days, season))
    frame = pd.DataFrame(rows, columns=["technology", "clusters", "themes", "window", "season"])
    return frame.set_index("technology")


def _bits(rows: QuerySet[Any]) -> dict[int, int]:
    """By technology: a bit for each of these that it belongs to, in the order of their keys."""
    found: dict[int, int] = {}
    position: dict[int, int] = {}
    for key, technology in rows.order_by("id").values_list("id", "technologies__id"):
        bit = position.setdefault(key, len(position))
        if technology is not None:
            found[technology] = found.get(technology, 0) | 1 << bit
    return found


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
    return frame.sort_values("deployment", kind="stable", ignore_index=True)


def lists(day: dt.date, centres: Sequence[int] | None = None, known_at: dt.datetime | None = None) -> pd.DataFrame:
    """Every village that stood on a list by the day, with its history (maps.reach.LIST_COLUMNS)."""
    rows = CatchmentVillage.objects.filter(since__lte=day)
    if centres is not None:
        rows = rows.filter(centre__in=centres)
    # One look a village: it ends at the first visit, however many there were.
    visits = Visit.objects.filter(past.open_at(known_at), village=OuterRef("village"), waiting=False)
    first = visits.filter(visit_date__lte=day).order_by("visit_date").values("visit_date")[:1]
    sources = ("centre_id", "village_id", "village__state_id", "village__district_id", "village__h3_r7", "village__lat",
               "village__lon", "village__population", "since", "until", "first_seen")  # fmt: skip
    found = rows.annotate(first_seen=Subquery(first)).order_by("village_id", "since")
    return fetch(found.values_list(*sources), reach.LIST_COLUMNS)


def catchment(day: dt.date, centres: Sequence[int] | None = None, known_at: dt.datetime | None = None) -> pd.DataFrame:
    """The catchment frame (maps.reach.CATCHMENT_COLUMNS): each village on a list as of the day, and whether it was visited."""
    return reach.listed_on(lists(day, centres, known_at), day)


def covers(filters: Filters, who: Who | None) -> bool:
    """Whether all deployments of the filters' places are counted. Where filters or scope leave some out, a share of the
    lists would look like neglect; and a cluster has counts only, no coverage.
    """
    narrowed = (filters.cluster, filters.technology, filters.theme, filters.status, filters.since, filters.until)
    return not any(narrowed) and (who is None or who.everywhere)


def listed(filters: Filters) -> pd.DataFrame:
    """The catchment frame of the filters' centres and places. What else they say is of deployments, not of lists."""
    return reach.listed_on(listed_ever(filters), filters.day)


def listed_ever(filters: Filters) -> pd.DataFrame:
    """The lists with their history (maps.reach.LIST_COLUMNS) of the filters' centres and places."""
    centres = None
    if filters.centre:
        centres = list(Centre.objects.filter(slug__in=filters.centre).values_list("id", flat=True))
    frame = lists(filters.day, centres, filters.known_at)
    for name, model, key in (("state", State, "slug"), ("district", District, "slug"), ("village", Village, "code")):
        if values := getattr(filters, name):
            ids = model._default_manager.filter(**{f"{key}__in": values}).values_list("id", flat=True)
            frame = frame[frame[name].isin(list(ids))]
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        frame = frame[frame["lat"].between(south, north) & frame["lon"].between(west, east)]
    return frame.reset_index(drop=True)
