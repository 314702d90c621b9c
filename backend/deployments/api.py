"""Reach over HTTP: figures by any dimension, and cells for what is in view."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from backend.accounts.who import Who
from backend.deployments.filters import Filters, parse
from backend.errors import BadFilter
from backend.etags import with_etag

router = Router(tags=["reach"])


def _who(request: HttpRequest) -> Who:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    return who.require(who.may_export, "see reach figures")


def _several(request: HttpRequest, name: str) -> list[str]:
    """`by=a,b` or `by=a&by=b`."""
    return [part.strip() for value in request.GET.getlist(name) for part in value.split(",") if part.strip()]


@router.get("/reach", summary="Whom it reaches and what still works, denominators named")
def reach(request: HttpRequest, by: str = "") -> Any:
    from backend.deployments import figures  # pandas, 60 MB: a process that only receives and exports never loads it

    filters = parse(request.GET, ignore=("by",))
    dimensions = tuple(dict.fromkeys(_several(request, "by")))
    return figures.figures(filters, dimensions, _who(request))


@router.get("/reach/cells", summary="H3 cells as GeoJSON, by bbox and zoom")
def reach_cells(request: HttpRequest, zoom: float = 4.5, sources: str | None = None) -> HttpResponse:
    from backend.deployments import cells
    from backend.deployments.scenes import scene_of

    filters, chosen = _view(request, zoom, sources)
    found = cells.collection(scene_of(filters, _who(request)), filters.bbox, zoom, chosen)
    return with_etag(request, HttpResponse(orjson.dumps(found), content_type="application/geo+json"))


@router.get(
    "/reach/villages", summary="Villages in view with their condition, as GeoJSON; grouped where there are many"
)
def reach_villages(request: HttpRequest, zoom: float = 10, sources: str | None = None) -> HttpResponse:
    from backend.deployments import points
    from backend.deployments.scenes import scene_of

    filters, chosen = _view(request, zoom, sources)
    found = points.collection(scene_of(filters, _who(request)), filters.bbox or points.EVERYWHERE, zoom, chosen)
    return with_etag(request, HttpResponse(orjson.dumps(found), content_type="application/geo+json"))


def _view(request: HttpRequest, zoom: float, sources: str | None) -> tuple[Filters, list[str] | None]:
    """What a map asks for: filters, and of which layers."""
    filters = parse(request.GET, ignore=("zoom", "sources"))
    if not 0 <= zoom <= 24:
        raise BadFilter("zoom is 0 to 24.", where="zoom")
    return filters, None if sources is None else _several(request, "sources")
