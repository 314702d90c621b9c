"""What the officers' app asks for besides forms: one answer to work with, what it tells of itself, receipts, a photo."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, Router, Schema, Status

from backend.accounts import services as accounts
from backend.accounts.models import Device
from backend.accounts.who import Who
from backend.errors import NotFound
from backend.etags import with_etag
from backend.field import last_photo, pack, receipts
from backend.field import sync as syncing

router = Router(tags=["field app"])
MOST_RECEIPTS = 200
LARGEST = 2**53  # of a number in JavaScript


class Told(Schema):
    app_version: str = ""
    unsent: int = Field(0, ge=0, le=10**6)
    oldest_unsent: dt.datetime | None = None
    storage_used: int | None = Field(None, ge=0, le=LARGEST)
    storage_free: int | None = Field(None, ge=0, le=LARGEST)
    persisted: bool | None = None


class Asked(Schema):
    instance_ids: list[str] = Field(max_length=MOST_RECEIPTS)


def phone_of(request: HttpRequest, what: str) -> Device:
    who: Who = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(who.device is not None, f"{what}; phones do, with their own token")
    assert who.device is not None  # noqa: S101  # for the type checker: said above
    return who.device


@router.get("/sync", summary="All that a phone needs, or what changed since the cursor")
def sync(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    answer = syncing.sync(phone_of(request, "read a phone's pack"), cursor)
    options = orjson.OPT_UTC_Z
    same = orjson.dumps({k: v for k, v in answer.items() if k not in ("cursor", "time")}, default=str, option=options)
    response = HttpResponse(orjson.dumps(answer, default=str, option=options), content_type="application/json")
    return with_etag(request, response, hashlib.sha256(same).hexdigest()[:32])


@router.get(
    "/sync/outlines", summary="The districts a phone's officer works in, as GeoJSON, for a map without a network"
)
def outlines(request: HttpRequest) -> HttpResponse:
    shapes = pack.outlines(phone_of(request, "read its officer's districts"))
    return with_etag(request, HttpResponse(orjson.dumps(shapes), content_type="application/geo+json"))


@router.post("/sync/phone", response={204: None}, summary="What a phone says of itself: version, unsent reports, space")
def tell(request: HttpRequest, payload: Told) -> Any:
    told = accounts.Told(**payload.dict())
    accounts.note_what_it_told(phone_of(request, "say this"), _in_a_zone(told))
    return Status(204, None)


def _in_a_zone(told: accounts.Told) -> accounts.Told:
    oldest = told.oldest_unsent
    if oldest is None or oldest.tzinfo is not None:
        return told
    return accounts.Told(**{**vars(told), "oldest_unsent": oldest.replace(tzinfo=dt.UTC)})


@router.post("/sync/receipts", summary="Which of these reports, and which of their files, are at the office")
def ask_for_receipts(request: HttpRequest, payload: Asked) -> Any:
    device = phone_of(request, "ask for receipts")
    return {"items": receipts.receipts(device, payload.instance_ids)}


@router.get("/deployments/{uuid}/last-photo", summary="The newest photo of a deployment's reports")
def photo(request: HttpRequest, uuid: str) -> HttpResponseBase:
    try:
        named = UUID(uuid)
    except ValueError as error:
        raise NotFound("There is no such deployment.", where="uuid") from error
    return last_photo.response(named, request.auth)  # type: ignore[attr-defined]
