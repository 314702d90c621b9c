"""Submissions over HTTP: JSON, XML, multipart and batches in; lists and details out."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router, Schema, Status

from backend import bodies
from backend.accounts.models import Device, User
from backend.accounts.who import Who
from backend.errors import Invalid, NotFound, Unreadable
from backend.paging import page
from backend.submissions import details, editing, reviewing, services, sharing
from backend.submissions.arrivals import Arrival
from backend.submissions.queries import FLAGGED, by_instance_id, visible, visible_kept

router = Router(tags=["submissions"])
LARGEST_BATCH = 200


class Receipt(Schema):
    instance_id: str
    outcome: str
    code: str
    detail: str
    where: str
    kept: bool
    missing_attachments: list[str]


class Receipts(Schema):
    results: list[Receipt]


class ReviewIn(Schema):
    action: str
    comment: str = ""
    instance_id: str | None = None


class ResolveIn(Schema):
    action: str
    reason: str = ""


def _device(request: HttpRequest) -> Device:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(who.may_submit, "send reports; phones do, with their own token")
    assert who.device is not None  # noqa: S101  # for the type checker: said by may_submit
    return who.device


_XML_OR_JSON = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["form_id", "version", "instance_id", "answers"],
                    "properties": {
                        "form_id": {"type": "string"},
                        "version": {"type": "string"},
                        "instance_id": {"type": "string", "description": "made by the client, such as uuid:..."},
                        "deprecated_id": {"type": "string", "description": "the version that this one edits"},
                        "answers": {"type": "object", "description": "as versions/{version}.schema.json says"},
                    },
                }
            },
            "application/xml": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "submission": {"type": "string", "description": "the JSON object"},
                        "xml_submission_file": {"type": "string", "format": "binary"},
                    },
                    "additionalProperties": {"type": "string", "format": "binary"},
                }
            },
        },
    }
}
_CODES = frozenset({200, 201, 400, 404, 409, 413, 422})


@router.post("", response={_CODES: Receipt}, openapi_extra=_XML_OR_JSON, summary="Send one report, or change one")
def post_submission(request: HttpRequest) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    if who.user is not None:
        outcome = editing.edit(who, _sent(request))
    else:
        device = _device(request)
        outcome = services.receive(Arrival(device, services.now(), **_sent(request)))
    return Status(outcome.status, services.receipt(outcome))


def _sent(request: HttpRequest) -> dict[str, Any]:
    """What an `Arrival` holds of the body."""
    kind = (request.content_type or "").lower()
    if kind == "multipart/form-data":
        texts, files = bodies.multipart(request)
        if "xml_submission_file" in files:
            return {"xml": files.pop("xml_submission_file").read(), "files": files}
        text = files.pop("submission").read() if "submission" in files else texts.get("submission", "").encode()
        return _parsed(text) | {"files": files}
    body = bodies.read(request)
    return {"xml": body} if kind in ("application/xml", "text/xml") else _parsed(body)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        item = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(
            f"This is not JSON: {error.msg}. Send JSON, or XML as application/xml.", where=where
        ) from error
    if not isinstance(item, dict):
        raise Unreadable("Send one JSON object.", where="body")
    return _of_item(item)


def _of_item(item: dict[str, Any]) -> dict[str, Any]:
    if isinstance(item.get("xml"), str):
        return {"xml": item["xml"].encode(), "expected_id": str(item.get("instance_id") or "")}
    return {"item": item}


@router.post("/batch", response=Receipts, summary="Send up to 200 reports; gzip allowed")
def post_batch(request: HttpRequest) -> Any:
    device = _device(request)
    items = bodies.json_object(request).get("submissions")
    if not isinstance(items, list) or len(items) > LARGEST_BATCH:
        raise Invalid(f'Send {{"submissions": [...]}}, at most {LARGEST_BATCH} at once.', where="submissions")
    at = services.now()
    sent = [_of_item(item if isinstance(item, dict) else {"not_an_object": item}) for item in items]
    arrivals = [Arrival(device, at, **one) for one in sent]
    return {"results": services.receipts(services.receive_all(arrivals))}


@router.get("", summary="Submissions in your scope; review: states with commas between")
def list_submissions(
    request: HttpRequest,
    form_id: str | None = None,
    review: str | None = None,
    flagged: bool | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Any:
    rows = visible(request.auth).select_related("form")  # type: ignore[attr-defined]
    if form_id:
        rows = rows.filter(form__form_id=form_id)
    if review:
        rows = rows.filter(review_state__in=review.split(","))
    if flagged is not None:
        rows = rows.filter(FLAGGED if flagged else ~FLAGGED)
    return page(rows, details.summary, cursor, limit)


@router.post("/{path:instance_id}/review", summary="Approve, reject, request changes, retract")
def review(request: HttpRequest, instance_id: str, payload: ReviewIn) -> Any:
    submission = by_instance_id(request.auth, instance_id)  # type: ignore[attr-defined]
    submission = reviewing.review(submission, payload.action, payload.comment, _reviewer(request), payload.instance_id)
    return details.summary(submission)


def _reviewer(request: HttpRequest) -> User:
    who: Who = request.auth  # type: ignore[attr-defined]
    who.require(who.may_review, "review reports")
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    return who.user


@router.get("/{path:instance_id}/attachments/{name}", summary="One attachment")
def attachment(request: HttpRequest, instance_id: str, name: str) -> HttpResponseBase:
    submission = by_instance_id(request.auth, instance_id)  # type: ignore[attr-defined]
    return sharing.file_of(request.auth, submission, instance_id, name)  # type: ignore[attr-defined]


@router.get("/{path:instance_id}/lists/{filename}", summary="A list of the form, with all that the report names")
def list_to_edit(request: HttpRequest, instance_id: str, filename: str) -> HttpResponse:
    content = editing.list_of(request.auth, instance_id, filename)  # type: ignore[attr-defined]
    return HttpResponse(content, content_type="text/csv; charset=utf-8")


@router.get("/{path:instance_id}", summary="One submission, with its XML, versions, attachments and flags")
def submission(request: HttpRequest, instance_id: str) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    return details.seen_by(who, by_instance_id(who, instance_id))


kept_router = Router(tags=["kept aside"])


@kept_router.get("", summary="What could not be stored and waits for a decision")
def list_kept(request: HttpRequest, state: str = "waiting", cursor: str | None = None, limit: int = 100) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    who.require(who.may_review, "see what was kept aside")
    return page(visible_kept(who).filter(state=state), details.kept, cursor, limit)


@kept_router.post("/{kept_id}/resolve", summary="Retry, replace or discard")
def resolve(request: HttpRequest, kept_id: int, payload: ResolveIn) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    by = _reviewer(request)
    kept = visible_kept(who).filter(pk=kept_id).first()
    if kept is None:
        raise NotFound("There is no such item in your scope.", where="id")
    outcome = reviewing.resolve(kept, payload.action, payload.reason, by)
    kept.refresh_from_db()
    return details.kept(kept) | {"outcome": services.receipt(outcome) if outcome else None}
