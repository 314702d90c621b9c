"""Exports over HTTP, and the deployments of one's scope as a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from backend.accounts.who import Who
from backend.deployments import filters as shared_filters
from backend.exports import fields
from backend.exports.deployments import listed
from backend.exports.streams import export
from backend.paging import page
from backend.registry.features import negotiated
from backend.submissions.lists import deployments_of

router = Router()
_MEANINGS = {
    "cluster": "technologies that it facilitates",
    "centre": "the responsible one; of villages also its catchment list",
    "state": "slug, of the site",
    "district": "slug, of the site",
    "village": "code",
    "status": "condition as of `as_of`",
    "review": "review state",
    "from": "first visit date",
    "to": "last visit date",
    "as_of": "as if it were that day; today by default",
    "known_at": "with what had been received and decided by then",
    "bbox": "west,south,east,north in degrees, of the position shown",
}
_FILTERS = {
    "parameters": [
        {"in": "query", "name": name, "schema": {"type": "string"}, "description": _MEANINGS.get(name, "slug")}
        for name in shared_filters.NAMES
    ]
}


@router.get("/export/fields", tags=["exports"], summary="The columns of every export: names, types, units, sources")
def export_fields(request: HttpRequest) -> Any:
    return fields.as_json()


@router.get(
    "/export/{kind}.{form}",
    tags=["exports"],
    summary="Reports, deployments, villages, centres, needs, trainings as GeoJSON, GeoJSONSeq or CSV",
    openapi_extra=_FILTERS,
)
def export_file(request: HttpRequest, kind: str, form: str) -> StreamingHttpResponse:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(who.may_export, "export")  # before the filters: they name what there is
    file = export(kind, form, who, shared_filters.parse(request.GET))
    response = StreamingHttpResponse(file.chunks, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


@router.get("/deployments", tags=["registry"], summary="Deployments in your scope; GeoJSON on request")
def list_deployments(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    found = page(deployments_of(who), lambda row: row.pk, cursor, limit)
    return negotiated(request, found | {"items": listed(who, found["items"])}, key="deployment")
