"""From the database to the pictures of `maps.compose`: gazetteer, scene, and what lies around a centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from django.conf import settings
from django.db.models import Count, Q

from backend.accounts.who import Who
from backend.deployments import frames, past
from backend.deployments.fetching import fetch
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, DeploymentMonth, DeploymentState
from backend.registry.models import Centre, Cluster, District, State, Technology, Theme, Village
from maps import reach
from maps.compose import Scene
from maps.compose_centre import Detail, Surroundings, VillageEntry
from maps.condition import month_of
from maps.gazetteer import CentreEntry, ClusterEntry, Gazetteer
from maps.moments import scene_at
from maps.picture import Chip
from maps.timeline import MONTH_COLUMNS, MONTHS, Moment
from maps.words import t

NEAR_DEGREES = 0.3
MOST_DOTS = 400


def gazetteer() -> Gazetteer:
    states = {pk: (slug, name) for pk, slug, name in State.objects.values_list("id", "slug", "name")}
    districts = {pk: (slug, name) for pk, slug, name in District.objects.values_list("id", "slug", "name")}
    return Gazetteer(
        tuple(
            _cluster(c)
            for c in Cluster.objects.order_by("id").prefetch_related("states_served").annotate(n=Count("technologies"))
        ),
        tuple(_centre(c, states, districts) for c in Centre.objects.order_by("id").prefetch_related("sites")),
        {pk: (slug, t(name)) for pk, (slug, name) in states.items()},
        districts,
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


def _centre(c: Centre, states: Mapping[int, tuple[str, str]], districts: Mapping[int, tuple[str, str]]) -> CentreEntry:
    sites = list(c.sites.all())
    place = ""
    if sites:
        district = districts[sites[0].district_id][1] if sites[0].district_id else ""
        place = ", ".join(part for part in (district, states[sites[0].state_id][1]) if part)
    mandate = (c.mandate_min, c.mandate_max) if c.mandate_min and c.mandate_max else None
    return CentreEntry(
        c.pk, c.slug, c.name, c.short_name, c.kind, tuple((s.name, s.lat, s.lon) for s in sites), place, c.partners,  # type: ignore[arg-type]
        mandate, c.active_from, sites[0].state_id if sites else -1,
    )  # fmt: skip


def scene(filters: Filters, who: Who | None = None, *, centre: str = "", links: bool = True) -> Scene:
    """With `centre`: its deployments and all others in the villages on its list (coverage counts any deployment)."""
    book = gazetteer()
    lists = frames.listed_ever(filters)
    in_lists = sorted(set(lists["village"].tolist()))
    facts = frames.technology_facts()
    deployments = frames.deployments(filters, who, also_in=in_lists if centre else (), facts=facts)
    covers, every = frames.covers(filters, who), None
    if not centre and not covers:
        lists = _own_lists(lists, filters, who)
    if centre and who is not None and not who.everywhere:
        covers = frames.covers(filters, None) and book.centre(centre).key in who.centres
        every = frames.deployments(filters, None, also_in=in_lists, facts=facts) if covers else None
    told = deployments if every is None else pd.concat([deployments, every]).drop_duplicates("deployment")
    return Scene(
        deployments,
        months(told, filters),
        reach.listed_on(lists, filters.day),
        book,
        filters.day,
        review_required=settings.REVIEW_REQUIRED,
        chips=chips(filters),
        subtitle=subtitle(filters),
        links=links,
        covers=covers,
        every=every,
        centres=_awaited(filters, who, book),
        lists=lists,
        back=1 if filters.status or filters.since or filters.until else MONTHS,
    )


def _own_lists(lists: pd.DataFrame, filters: Filters, who: Who | None) -> pd.DataFrame:
    """Of lists, what may be shown although deployments are left out: villages of the centres in scope where nobody else
    has put anything. What others reached would look like a white spot.
    """
    if who is None or not frames.covers(filters, None):
        return lists.iloc[:0]
    own = lists[lists["centre"].isin(list(who.centres))]
    hidden = Deployment.objects.filter(village__in=own["village"].unique().tolist(), counted=True, merged_into=None)
    others = set(hidden.exclude(frames.in_scope(who)).values_list("village_id", flat=True))
    mine: pd.DataFrame = own[~own["village"].isin(others)]
    return mine


def in_villages(keys: Sequence[int]) -> pd.DataFrame:
    """All deployments that stand in these villages, whoever's they are."""
    there = Deployment.objects.filter(village__in=keys).values_list("id", flat=True)
    return frames.deployments(Filters(), None, only=list(there))


def at(scene: Scene, filters: Filters, moment: Moment) -> Scene:
    """The scene at the end of an earlier month (see `maps.moments`)."""
    registered = past.registrations(filters.known_at).filter(visit_date__gt=moment.day)
    return scene_at(scene, moment, set(registered.values_list("deployment_id", flat=True)))


def subtitle(filters: Filters) -> str:
    """Whose technologies: of the chosen clusters; where none is chosen, the map names all it shows."""
    names = Cluster.objects.filter(slug__in=filters.cluster).order_by("id").values_list("short_name", flat=True)
    return t("Rural reach: technologies of {names}", names=", ".join(names)) if filters.cluster else ""


def _awaited(filters: Filters, who: Who | None, book: Gazetteer) -> frozenset[int] | None:
    """The centres that were asked for; all of them where nothing narrows; else unknown: those with deployments."""
    if filters.centre:
        return frozenset(c.key for c in book.centres if c.slug in filters.centre)
    everything = filters.without("as_of", "known_at") == Filters() and (who is None or who.everywhere)
    return frozenset(c.key for c in book.centres) if everything else None


def months(deployments: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """The months' rows (maps.timeline.MONTH_COLUMNS) of these deployments, in order: what earlier months' ends are told from."""
    ids = deployments["deployment"]
    if filters.known_at is not None:
        frame = past.months(filters.day, filters.known_at)
        return frame[frame["deployment"].isin(ids)].reset_index(drop=True)
    names = ("deployment_id", *MONTH_COLUMNS[1:])
    rows = DeploymentMonth.objects.filter(month__lte=month_of(filters.day))
    if len(ids) < 5000:
        rows = rows.filter(deployment__in=ids.tolist())
    frame = fetch(rows.order_by("deployment_id", "month").values_list(*names), MONTH_COLUMNS)
    frame["month"] = frame["month"].astype(np.int64)
    return frame if len(ids) < 5000 else frame[frame["deployment"].isin(ids)].reset_index(drop=True)


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
            found.append(Chip(t(word.capitalize() + ":"), names))
        elif word in ("clusters", "technologies"):
            found.append(Chip(t(word), t("All"), strong_first=True))
    for word, value in (("Condition:", ", ".join(filters.status)), ("Known at", str(filters.known_at or ""))):
        if value:
            found.append(Chip(t(word), value))
    return tuple(found)


def surroundings(scene: Scene, centre: CentreEntry, faults: Mapping[str, str]) -> Surroundings:
    """`faults`: what the form's choices say; a fault that is none of them is left out."""
    villages = village_entries(scene)
    details = _details(scene.deployments, faults)
    near = Q()
    for _, lat, lon in centre.sites:
        near |= Q(
            lat__range=(lat - NEAR_DEGREES, lat + NEAR_DEGREES), lon__range=(lon - NEAR_DEGREES, lon + NEAR_DEGREES)
        )
    others = (
        Village.objects.filter(near, until=None).exclude(pk__in=list(villages))
        if centre.sites
        else Village.objects.none()
    )
    dots = tuple(
        (lat, lon) for lat, lon in others.values_list("lat", "lon")[:MOST_DOTS] if lat is not None and lon is not None
    )
    return Surroundings(villages, details, dots)


def village_entries(scene: Scene) -> dict[int, VillageEntry]:
    """Of the lists and of the deployments."""
    keys = sorted({*scene.catchment["village"].tolist(), *scene.deployments["village"].tolist()} - {-1})
    return {v.pk: _village(v) for v in Village.objects.filter(pk__in=keys).select_related("district")}


def _details(deployments: pd.DataFrame, faults: Mapping[str, str]) -> dict[int, Detail]:
    """A fault only if the picture's day goes by the same report as today: an earlier picture must not tell what came later."""
    decided_on = dict(zip(deployments["deployment"].tolist(), deployments["seen_on"].dt.date, strict=True))
    keys = Technology.objects.select_related("origin_cluster", "origin_centre").in_bulk(
        deployments["technology"].unique().tolist()
    )
    states = DeploymentState.objects.filter(deployment__in=list(decided_on)).values_list(
        "deployment", "seen_on", "fault", "can_repair"
    )
    now = {
        pk: (faults.get(fault, ""), can_repair)
        for pk, seen_on, fault, can_repair in states
        if seen_on == decided_on[pk]
    }
    details = {}
    for pk, key in zip(deployments["deployment"].tolist(), deployments["technology"].tolist(), strict=True):
        technology = keys.get(key)
        name = technology.name if technology else "Technology not known"
        details[pk] = Detail(name, _origin(technology), *now.get(pk, ("", "")))
    return details


def _origin(technology: Technology | None) -> str:
    if technology is None:
        return ""
    origin = technology.origin_cluster or technology.origin_centre
    return origin.short_name if origin else ""


def _village(v: Village) -> VillageEntry:
    parts = (v.gram_panchayat and f"{v.gram_panchayat} GP", v.district.name if v.district else "")
    return VillageEntry(v.pk, v.code, v.name, ", ".join(p for p in parts if p), v.lat, v.lon, v.households)
