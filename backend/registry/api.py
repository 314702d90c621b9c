"""The registry over HTTP: clusters, centres, technologies, villages. Every account may read it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Router

from backend.errors import BadFilter
from backend.paging import page
from backend.registry import items, queries
from backend.registry.features import negotiated
from backend.registry.models import Centre, District, State, Village

router = Router(tags=["registry"])


@router.get("/clusters", summary="The S&T clusters")
def list_clusters(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    return negotiated(request, page(queries.clusters(), items.cluster, cursor, limit), key="slug")


@router.get("/centres", summary="RuTAG centres and RuTAGe Smart Village Centres")
def list_centres(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    return negotiated(request, page(queries.centres(), items.centre, cursor, limit), key="slug")


@router.get("/technologies", summary="Technologies, the clusters that facilitate them, their themes")
def list_technologies(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    return negotiated(request, page(queries.technologies(), items.technology, cursor, limit), key="slug")


@router.get("/villages", summary="Villages; q: how the name begins, or a code")
def list_villages(
    request: HttpRequest,
    q: str = "",
    state: str = "",
    district: str = "",
    centre: str = "",
    cursor: str | None = None,
    limit: int = 100,
) -> Any:
    rows = _villages(q.strip(), state, district, centre)
    return negotiated(request, page(rows, items.village, cursor, limit), key="code")


def _villages(q: str, state: str, district: str, centre: str) -> QuerySet[Village]:
    rows = Village.objects.select_related("state", "district").filter(until=None)
    if q:
        rows = rows.filter(Q(name__istartswith=q) | Q(code=q))
    if state:
        rows = rows.filter(state=_known(State, state, "state"))
    if district:
        rows = rows.filter(district=_known(District, district, "district"))
    if centre:
        found = _known(Centre, centre, "centre")
        rows = rows.filter(catchments__centre=found, catchments__until=None)
    return rows


def _known(model: type[State | District | Centre], slug: str, name: str) -> int:
    found = model._default_manager.filter(slug=slug).values_list("id", flat=True).first()
    if found is None:
        raise BadFilter(f"There is no {name} {slug!r}.", where=name)
    return found
