"""From the database to the pictures of `maps.compose`: gazetteer, scene, and what lies around a centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from django.conf import settings
from django.db.models import Count, Q

from backend.accounts.who import Who
from backend.deployments import frames
from backend.deployments.fetching import fetch
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, DeploymentMonth
from backend.registry.models import Centre, Cluster, District, State, Technology, Theme, Village
from maps.compose import Scene
from maps.compose_centre import Detail, Surroundings, VillageEntry
from maps.condition import month_of
from maps.gazetteer import CentreEntry, ClusterEntry, Gazetteer
from maps.picture import Chip
from maps.timeline import MONTH_COLUMNS

NEAR_DEGREES = 0.3
MOST_DOTS = 400


def gazetteer() -> Gazetteer:
    return Gazetteer(
        tuple(
            _cluster(c)
            for c in Cluster.objects.order_by("id").prefetch_related("states_served").annotate(n=Count("technologies"))
        ),
        tuple(_centre(c) for c in Centre.objects.order_by("id").prefetch_related("sites__district", "sites__state")),
        {pk: (slug, name) for pk, slug, name in State.objects.values_list("id", "slug", "name")},
        {pk: (slug, name) for pk, slug, name in District.objects.values_list("id", "slug", "name")},
    )


def _cluster(c: Cluster) -> ClusterEntry:
    served = frozenset(s.pk for s in c.states_served.all())
    return ClusterEntry(
        c.pk,
        c.slug,
        c.name,
        c.short_name,
        c.city,
        c.letters,
        c.colour,
        c.lat,
        c.lon,
        c.state_id,
        served,
        getattr(c, "n", 0),
    )


def _centre(c: Centre) -> CentreEntry:
    sites = list(c.sites.all())
    place = ""
    if sites:
        district = sites[0].district.name if sites[0].district else ""
        place = ", ".join(part for part in (district, sites[0].state.name) if part)
    mandate = (c.mandate_min, c.mandate_max) if c.mandate_min and c.mandate_max else None
    return CentreEntry(
        c.pk, c.slug, c.name, c.short_name, c.kind, tuple((s.name, s.lat, s.lon) for s in sites), place, c.partners,  # type: ignore[arg-type]
        mandate, c.active_from, sites[0].state_id if sites else -1,
    )  # fmt: skip


def scene(filters: Filters, who: Who | None = None, *, centre: CentreEntry | None = None, links: bool = True) -> Scene:
    """With `centre`: its deployments and all others in the villages on its list (coverage counts any deployment)."""
    book = gazetteer()
    catchment = frames.catchment(filters.day, _listed_centres(filters, book), filters.known_at)
    if centre is None:
        deployments = frames.deployments(filters, who)
    else:
        deployments = frames.deployments(filters, who, also_in=catchment["village"].tolist())
    if filters.state or filters.district:
        catchment = _within(catchment, filters)
    return Scene(
        deployments, months(deployments, filters.day), catchment, book, filters.day,
        review_required=settings.REVIEW_REQUIRED, chips=chips(filters), links=links,
    )  # fmt: skip


def _listed_centres(filters: Filters, book: Gazetteer) -> Sequence[int] | None:
    return [c.key for c in book.centres if c.slug in filters.centre] if filters.centre else None


def _within(catchment: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    if filters.state:
        catchment = catchment[
            catchment["state"].isin(list(State.objects.filter(slug__in=filters.state).values_list("id", flat=True)))
        ]
    if filters.district:
        ids = list(District.objects.filter(slug__in=filters.district).values_list("id", flat=True))
        catchment = catchment[catchment["district"].isin(ids)]
    return catchment.reset_index(drop=True)


def months(deployments: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The months' rows (maps.timeline.MONTH_COLUMNS) that the last two years' ends are told from."""
    ids = deployments["deployment"].to_numpy(np.int64)
    names = ("deployment_id", *MONTH_COLUMNS[1:])
    rows = DeploymentMonth.objects.filter(month__lte=month_of(day))
    if len(ids) < 5000:
        rows = rows.filter(deployment__in=ids.tolist())
    frame = fetch(rows.order_by().values_list(*names), MONTH_COLUMNS)
    frame["month"] = frame["month"].astype(np.int64)
    return frame


def chips(filters: Filters) -> tuple[Chip, ...]:
    """The filters in words, as the header shows them: what is not filtered is said to be all."""
    named = (
        ("clusters", Cluster, filters.cluster, "short_name"), ("technologies", Technology, filters.technology, "name"),
        ("themes", Theme, filters.theme, "name"), ("states", State, filters.state, "name"),
        ("districts", District, filters.district, "name"), ("centres", Centre, filters.centre, "short_name"),
    )  # fmt: skip
    found = []
    for word, model, slugs, field in named:
        if slugs:
            names = ", ".join(model._default_manager.filter(slug__in=slugs).values_list(field, flat=True))
            found.append(Chip(word.capitalize() + ":", names))
        elif word in ("clusters", "technologies"):
            found.append(Chip(word, "All", strong_first=True))
    for word, value in (("Condition:", ", ".join(filters.status)), ("Known at", str(filters.known_at or ""))):
        if value:
            found.append(Chip(word, value))
    return tuple(found)


def surroundings(scene: Scene, centre: CentreEntry) -> Surroundings:
    keys = sorted({*scene.catchment["village"].tolist(), *scene.deployments["village"].tolist()} - {-1})
    villages = {v.pk: _village(v) for v in Village.objects.filter(pk__in=keys).select_related("district")}
    rows = Deployment.objects.filter(pk__in=scene.deployments["deployment"].tolist())
    details = {
        d.pk: Detail(
            d.technology.name if d.technology else "Technology not known", _origin(d.technology),
            d.state.fault if hasattr(d, "state") else "", d.state.can_repair if hasattr(d, "state") else "",
        )
        for d in rows.select_related("technology__origin_cluster", "technology__origin_centre", "state")
    }  # fmt: skip
    near = Q()
    for _, lat, lon in centre.sites:
        near |= Q(
            lat__range=(lat - NEAR_DEGREES, lat + NEAR_DEGREES), lon__range=(lon - NEAR_DEGREES, lon + NEAR_DEGREES)
        )
    others = Village.objects.filter(near, until=None).exclude(pk__in=keys) if centre.sites else Village.objects.none()
    dots = tuple(
        (lat, lon) for lat, lon in others.values_list("lat", "lon")[:MOST_DOTS] if lat is not None and lon is not None
    )
    return Surroundings(villages, details, dots)


def _origin(technology: Technology | None) -> str:
    if technology is None:
        return ""
    origin = technology.origin_cluster or technology.origin_centre
    return origin.short_name if origin else ""


def _village(v: Village) -> VillageEntry:
    parts = (v.gram_panchayat and f"{v.gram_panchayat} GP", v.district.name if v.district else "")
    return VillageEntry(v.pk, v.code, v.name, ", ".join(p for p in parts if p), v.lat, v.lon, v.households)
