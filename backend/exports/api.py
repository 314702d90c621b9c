"""Exports over HTTP, and the deployments of one's scope as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router, Status

from backend.accounts.who import Who
from backend.audit.models import Action
from backend.audit.services import record
from backend.deployments import filters as shared_filters
from backend.errors import BadFilter, NotFound
from backend.exports import jobs, services
from backend.exports.dashboard import SCHEMA, feed
from backend.exports.deployments import listed
from backend.exports.dictionary import described
from backend.exports.incremental import since
from backend.exports.models import Job
from backend.exports.photos import photos
from backend.exports.ranges import file_response
from backend.exports.sources import source
from backend.exports.streams import export, streams
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


_ALSO = [
    {"in": "query", "name": "form", "schema": {"type": "string"}, "description": "of `submissions`: the form's id"},
    {
        "in": "query",
        "name": "tables",
        "schema": {"enum": ["1"]},
        "description": "the form's repeats too, linked by key",
    },
    {"in": "query", "name": "job", "schema": {"enum": ["1"]}, "description": "make a file in the background"},
]
_SINCE = "the `cursor` of the answer before, empty at first: only what changed, and which ids are gone (geojson)"
_ALSO.append({"in": "query", "name": "updated_since", "schema": {"type": "string"}, "description": _SINCE})
_OPTIONS = ("form", "tables", "job", "updated_since")
_FILE = {"parameters": [*_FILTERS["parameters"], *_ALSO]}
_PHOTOS = {"parameters": [*_FILTERS["parameters"], _ALSO[0]]}


@router.get("/export/fields", tags=["exports"], summary="The columns of every export: names, types, units, sources")
def export_fields(request: HttpRequest, form: str = "") -> Any:
    return described(form)


@router.get("/export/photos.zip", tags=["exports"], summary="Photos of reports, or of any form", openapi_extra=_PHOTOS)
def export_photos(request: HttpRequest) -> StreamingHttpResponse:
    who = _exporter(request)
    filters = shared_filters.parse(request.GET, ignore=("form",))
    record(who.actor, Action.EXPORTED, "export:photos.zip", filters=filters.query())
    chunks = photos(who, filters, request.GET.get("form", "") or "village_report")
    return _attachment(chunks, "application/zip", "gramreach-photos.zip")


@router.get(
    "/export/{kind}.{form}",
    tags=["exports"],
    summary="Reports, deployments, villages and so on as a stream; formats that cannot stream become a job (202)",
    openapi_extra=_FILE,
)
def export_file(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    who = _exporter(request)
    background = _flag(request, "job") or not streams(form)
    filters = shared_filters.parse(request.GET, ignore=_OPTIONS)
    of_form, tables = request.GET.get("form", ""), _flag(request, "tables")
    if "updated_since" in request.GET:
        return _changes(kind, form, who, filters, request)
    if background:
        answer: HttpResponseBase = _accepted(services.ask(who, kind, form, filters, of_form=of_form, tables=tables))
    else:
        file = export(source(kind, who, filters, form=of_form, tables=tables), form)
        answer = _attachment(file.chunks, file.content_type, file.filename)
    record(who.actor, Action.EXPORTED, f"export:{kind}.{form}", form=of_form, filters=filters.query())
    return answer


def _changes(kind: str, form: str, who: Who, filters: shared_filters.Filters, request: HttpRequest) -> HttpResponseBase:
    if form != "geojson" or _flag(request, "job") or _flag(request, "tables"):
        raise BadFilter("updated_since answers in geojson, without job and tables.", where="updated_since")
    of_form = request.GET.get("form", "")
    asked = source(kind, who, filters, form=of_form)
    file = export(since(asked, kind, who, filters, of_form, request.GET["updated_since"]), form)
    return _attachment(file.chunks, file.content_type, file.filename)


def _exporter(request: HttpRequest) -> Who:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    return who.require(who.may_export, "export")  # before the filters: they name what there is


def _flag(request: HttpRequest, name: str) -> bool:
    value = request.GET.get(name, "")
    if value not in ("", "0", "1"):
        raise BadFilter(f"{name} is 1, or left out.", where=name)
    return value == "1"


def _attachment(chunks: Iterator[bytes], content_type: str, filename: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(chunks, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _accepted(job: Job) -> HttpResponse:
    told = services.told(job)
    headers = {"Location": told["url"], "Retry-After": "2", "Cache-Control": "private, no-store"}
    return HttpResponse(orjson.dumps(told), status=202, content_type="application/json", headers=headers)


@router.get(
    "/dashboard", tags=["exports"], summary="For dashboards: deployed technologies by cluster", openapi_extra=_FILTERS
)
def dashboard(request: HttpRequest) -> Any:
    who = _exporter(request)
    return feed(who, shared_filters.parse(request.GET))


@router.get("/dashboard.schema.json", tags=["exports"], summary="JSON Schema of /dashboard")
def dashboard_schema(request: HttpRequest) -> Any:
    return SCHEMA


@router.get("/jobs", tags=["exports"], summary="Your exports that are made in the background")
def list_jobs(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    return page(jobs.mine(_exporter(request)).order_by(), services.told, cursor, limit)


@router.get("/jobs/{key}", tags=["exports"], summary="How far one is, and where its file lies")
def show_job(request: HttpRequest, key: UUID) -> Any:
    return services.told(jobs.job_of(_exporter(request), key))


@router.delete("/jobs/{key}", tags=["exports"], summary="Cancel one, and forget its file", response={204: None})
def forget_job(request: HttpRequest, key: UUID) -> Any:
    services.forget(jobs.job_of(_exporter(request), key))
    return Status(204, None)


@router.api_operation(
    ["GET", "HEAD"], "/jobs/{key}/file", tags=["exports"], summary="Its file: with Range, ETag and SHA-256"
)
def job_file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    job = jobs.job_of(_exporter(request), key)
    services.asker(job)
    if job.state != Job.State.DONE or not jobs.file_of(job).is_file():
        raise NotFound("There is no file: the export is not done, or was cancelled.", where="job", code="no_file")
    return file_response(request, jobs.file_of(job), job.filename, job.content_type, job.sha256)


@router.get("/deployments", tags=["registry"], summary="Deployments in your scope; GeoJSON on request")
def list_deployments(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    found = page(deployments_of(who), lambda row: row.pk, cursor, limit)
    return negotiated(request, found | {"items": listed(who, found["items"])}, key="deployment")
