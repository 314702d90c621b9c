"""tus 1.0 over HTTP: headers in, headers out. What happens is in `uploads`."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from ninja import Router

from backend.errors import GramReachError, Invalid, WrongType, WrongVersion
from backend.field import uploads
from backend.field.api import phone_of
from backend.field.models import Upload

router = Router(tags=["uploads"])
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CHECKSUMS = ("sha256", "sha1")
PIECE = "application/offset+octet-stream"
SWEEP_SECONDS = 3600
_swept = [0.0]

View = Callable[..., HttpResponse]


def tus(view: View) -> View:
    """The protocol's version is asked for and named in every answer, in refusals too."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.headers.get("Tus-Resumable") != VERSION:
                raise WrongVersion(f"Send `Tus-Resumable: {VERSION}`.", where="Tus-Resumable")
            response = view(request, *args, **kwargs)
        except GramReachError as error:
            response = HttpResponse(orjson.dumps(error.body()), status=error.status, content_type="application/json")
            if isinstance(error, WrongVersion):
                response["Tus-Version"] = VERSION
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


@router.api_operation(["OPTIONS"], "/", auth=None, summary="What of tus 1.0 is understood")
def understood(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Resumable"] = response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    response["Tus-Max-Size"] = str(settings.UPLOAD_LIMIT)
    return response


@router.post("/", summary="Announce a report's file; the same again goes on with it")
@tus
def create(request: HttpRequest) -> HttpResponse:
    device = phone_of(request, "send files")
    _sweep_now_and_then()
    upload, made = uploads.begin(device, _announced(request))
    piece = int(request.headers.get("Content-Length") or 0)
    if made and upload.finished_at is None and piece and request.content_type == PIECE:
        upload = uploads.append(upload, 0, request, piece, _checksum(request))
    elif upload.length == 0:
        upload = uploads.finished(upload)
    response = _state(upload, 201 if made else 200)
    response["Location"] = f"/api/v1/uploads/{upload.key}"
    return response


@router.api_operation(["HEAD"], "/{key}", summary="How much of it is here")
@tus
def ask(request: HttpRequest, key: str) -> HttpResponse:
    return _state(uploads.as_it_is(uploads.of(phone_of(request, "send files"), key)), 200)


@router.patch("/{key}", summary="The next piece")
@tus
def add(request: HttpRequest, key: str) -> HttpResponse:
    upload = uploads.of(phone_of(request, "send files"), key)
    if request.content_type != PIECE:
        raise WrongType(f"Send pieces as {PIECE}.", where="Content-Type")
    offset = _number(request, "Upload-Offset")
    piece = int(request.headers.get("Content-Length") or 0)
    return _state(uploads.append(upload, offset, request, piece, _checksum(request)), 204)


@router.delete("/{key}", summary="Give it up")
@tus
def give_up(request: HttpRequest, key: str) -> HttpResponse:
    uploads.end(uploads.of(phone_of(request, "send files"), key))
    return HttpResponse(status=204)


def _state(upload: Upload, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Length"] = str(upload.length)
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Invalid(f"{name} is a number of bytes.", where=name)
    return int(text)


def _announced(request: HttpRequest) -> uploads.Announced:
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    instance_id, name, sha256 = (said.get(key, "") for key in ("instance_id", "filename", "sha256"))
    if not 1 <= len(instance_id) <= 255:
        raise Invalid("Say which report it belongs to: `instance_id`.", where="Upload-Metadata")
    if not 1 <= len(name) <= 255 or re.search(r"[/\\\x00-\x1f]", name) or name.startswith("."):
        raise Invalid("Say the name that the report gives it: `filename`.", where="Upload-Metadata")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256.lower()):
        raise Invalid("Say the file's SHA-256 in hexadecimal: `sha256`.", where="Upload-Metadata")
    return uploads.Announced(instance_id, name, sha256.lower(), _number(request, "Upload-Length"))


def _metadata(header: str) -> dict[str, str]:
    said = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Invalid("Values are base64 of UTF-8.", where=f"Upload-Metadata: {key[:40]}") from error
    return said


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm not in CHECKSUMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Invalid(f"Send {' or '.join(CHECKSUMS)} and the digest in base64.", where="Upload-Checksum")
    return algorithm, digest


def _sweep_now_and_then() -> None:
    """Once an hour in each process, so that no timer has to be set up."""
    if time.monotonic() - _swept[0] > SWEEP_SECONDS:
        _swept[0] = time.monotonic()
        uploads.sweep()
