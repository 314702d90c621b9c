"""Reads of the registry that several parts of the server share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db.models import Q, QuerySet

from backend.errors import NotFound
from backend.registry.models import CatchmentVillage, Centre, Cluster, District, State, Technology, Village
from maps import boundaries
from maps.names import plain


class CatchmentFigures(NamedTuple):
    """The catchment list as of a day, and how it changed within a period: "list changed: -2 since April"."""

    villages: int
    joined: int
    left: int


def clusters() -> QuerySet[Cluster]:
    return Cluster.objects.select_related("state").prefetch_related("states_served", "themes")


def centres() -> QuerySet[Centre]:
    return Centre.objects.select_related("parent").prefetch_related("sites__district", "sites__state", "states_served")


def technologies() -> QuerySet[Technology]:
    return Technology.objects.select_related("origin_cluster", "origin_centre").prefetch_related(
        "clusters", "themes", "tracks"
    )


def village(code: str) -> Village:
    """Raises NotFound."""
    found = Village.objects.select_related("district", "state").filter(code=code).first()
    if found is None:
        raise NotFound(f"No village {code!r} in the lists that were loaded.", where="village")
    return found


def villages_named(text: str, *, district: District | None = None, limit: int = 20) -> list[Village]:
    """Villages whose name begins with the text, those spelled exactly so first: for matching `village_other`."""
    rows = Village.objects.select_related("district", "state").filter(until__isnull=True)
    if district is not None:
        rows = rows.filter(district=district)
    found = list(rows.filter(name__istartswith=text.strip()).order_by("name", "id")[: limit * 3])
    return sorted(found, key=lambda row: plain(row.name) != plain(text))[:limit]


def district_at(lat: float, lon: float) -> int | None:
    """The id of the district that a place in degrees lies in (nearest within 10 km), or None."""
    position = boundaries.district_at(lat, lon)
    if position < 0:
        return None
    slug = boundaries.district_slugs()[position]
    return District.objects.filter(slug=slug).values_list("id", flat=True).first()


def district_ids() -> npt.NDArray[np.int64]:
    """District ids by position in `boundaries.districts()`, shape (779,); -1 for one that is not loaded."""
    ids = dict(District.objects.values_list("slug", "id"))
    return np.array([ids.get(slug, -1) for slug in boundaries.district_slugs()], dtype=np.int64)


def state_named(text: str) -> State | None:
    """By slug, LGD code or name, as people type it."""
    wanted = text.strip()
    found = State.objects.filter(Q(slug=wanted.lower()) | Q(lgd_code=wanted.lstrip("0") or "-")).first()
    return found or next((row for row in State.objects.all() if plain(row.name) == plain(wanted)), None)


def catchment(centre: Centre, *, on: str) -> QuerySet[CatchmentVillage]:
    """The list that a centre answers for on a day (ISO date): joined by then, and not yet left."""
    rows = CatchmentVillage.objects.filter(centre=centre, since__lte=on)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=on)).select_related("village")


def catchment_figures(centre: Centre, *, since: str, on: str) -> CatchmentFigures:
    """Villages on the list on a day, and who joined and left after `since` (ISO dates) up to and on that day."""
    rows = CatchmentVillage.objects.filter(centre=centre)
    return CatchmentFigures(
        villages=catchment(centre, on=on).count(),
        joined=rows.filter(since__gt=since, since__lte=on).count(),
        left=rows.filter(until__gt=since, until__lte=on).count(),
    )
