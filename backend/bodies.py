"""Request bodies within their limits, gunzipped. Said too large before they are read, where the length is known."""

from __future__ import annotations

import zlib
from typing import Any, BinaryIO

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from backend.errors import TooLarge, Unreadable

MB = 1024 * 1024


def read(request: HttpRequest) -> bytes:
    """The body, gunzipped if it says so; at most BODY_LIMIT bytes. Raises TooLarge or Unreadable."""
    limit: int = settings.BODY_LIMIT
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise _too_large(limit) from error
    except UnreadablePostError as error:
        raise Unreadable("The connection broke while this was sent. Send it again.", code="broken_off") from error
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        body = _gunzip(body, limit)
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(body, limit + 1)
    except zlib.error as error:
        raise Unreadable("The body says it is gzip, but is not.", where="body") from error
    if len(plain) > limit:
        raise _too_large(limit)
    if not unzip.eof:
        raise Unreadable("The gzip body is cut off. Send it again.", where="body", code="broken_off")
    return plain


def json(request: HttpRequest) -> Any:
    """Raises Unreadable with the line and column of the fault."""
    try:
        return orjson.loads(read(request))
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"This is not JSON: {error.msg}.", where=f"line {error.lineno}, column {error.colno}"
        ) from error


def json_object(request: HttpRequest) -> dict[str, Any]:
    value = json(request)
    if not isinstance(value, dict):
        raise Unreadable("Send one JSON object.", where="body")
    return value


def multipart(request: HttpRequest) -> tuple[dict[str, str], dict[str, BinaryIO]]:
    """Text parts and files by name; files by their file name. Raises TooLarge or Unreadable."""
    limit: int = settings.MULTIPART_LIMIT
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise _too_large(limit)
    try:
        texts = {name: str(request.POST[name]) for name in request.POST}
        files: dict[str, BinaryIO] = {}
        for part in request.FILES:
            for upload in request.FILES.getlist(part):
                own_name = part in ("submission", "xml_submission_file")
                files[part if own_name else upload.name or part] = upload.file  # type: ignore[assignment]
    except RequestDataTooBig as error:
        raise _too_large(limit) from error
    except TooManyFilesSent as error:
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        raise TooLarge(f"These are more than {most} files. Send fewer at once.", where="body") from error
    except (MultiPartParserError, UnreadablePostError) as error:
        raise Unreadable("The parts of this request cannot be read. Send it again.", where="body") from error
    _check_whole(request)
    return texts, files


def _check_whole(request: HttpRequest) -> None:
    """A line that ends early looks to the parser like fewer parts: a receipt without the photo would let the phone forget
    it. So what was read is compared with what was announced.
    """
    stream: Any = getattr(request, "_stream", None)  # Django's own, which counts
    if hasattr(stream, "_pos") and stream._pos < int(request.headers.get("Content-Length") or 0):
        raise Unreadable("The connection broke while this was sent. Send it again.", where="body", code="broken_off")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"This is larger than {limit // MB} MB. Send fewer reports at once, or smaller files.", where="body"
    )
