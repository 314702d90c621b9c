"""Published forms over HTTP: the list, the XForm, the JSON Schema of its answers, and its lists as CSV."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from backend.errors import NotFound
from backend.etags import with_etag
from backend.submissions import lists
from backend.submissions.examples import example_of
from backend.submissions.models import Form, FormVersion
from backend.submissions.queries import forms_to_fill, published
from field_forms.jsonschema import json_schema

router = Router(tags=["forms"])


@router.get("", summary="The forms you may fill, each with its current version")
def list_forms(request: HttpRequest) -> Any:
    return {"items": [_item(form) for form in forms_to_fill(request.auth)], "next": None}  # type: ignore[attr-defined]


def _item(form: Form) -> dict[str, Any]:
    version = form.current
    assert version is not None  # noqa: S101  # excluded above
    schema = version.schema
    base = f"/api/v1/forms/{form.form_id}/versions/{version.version}"
    return {
        "form_id": form.form_id,
        "version": version.version,
        "title": schema["title"],
        "md5": version.md5,
        "sha256": version.sha256,
        "etag": f'"{version.sha256}"',
        "published_at": version.published_at,
        "xform": f"{base}.xml",
        "json_schema": f"{base}.schema.json",
        "media": [{"filename": name, "url": f"{base}/media/{name}"} for name in schema["files"]],
    }


def _version(form_id: str, version: str) -> FormVersion:
    row = FormVersion.objects.select_related("form").filter(form__form_id=form_id, version=version).first()
    if row is None:
        raise NotFound(f"Version {version} of {form_id} was never published.", where="version", code="unknown_version")
    return row


@router.get("/{form_id}/versions/{version}.schema.json", summary="JSON Schema of `answers`, with an example")
def form_schema(request: HttpRequest, form_id: str, version: str) -> Any:
    form = published(_version(form_id, version))
    return json_schema(form.schema, example_of(form.schema, request.auth))  # type: ignore[attr-defined]


@router.get("/{form_id}/versions/{version}.xml", summary="The XForm")
def form_xml(request: HttpRequest, form_id: str, version: str) -> HttpResponse:
    row = _version(form_id, version)
    return with_etag(request, HttpResponse(bytes(row.xform), content_type="text/xml; charset=utf-8"), row.sha256)


@router.get("/{form_id}/versions/{version}/media/{filename}", summary="A list of the form, as of now, for you")
def form_media(request: HttpRequest, form_id: str, version: str, filename: str) -> HttpResponse:
    row = _version(form_id, version)
    if filename not in row.schema["files"]:
        raise NotFound(f"{form_id} has no file {filename}.", where="filename")
    content = lists.csv_of(filename, request.auth)  # type: ignore[attr-defined]
    return with_etag(request, HttpResponse(content, content_type="text/csv; charset=utf-8"), lists.hash_of(content))
