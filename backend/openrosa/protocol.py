"""What every address of the protocol shares: its headers, errors as its XML, addresses below a token, what was posted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, BinaryIO

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from backend import bodies
from backend.errors import GramReachError, Unreadable
from backend.etags import with_etag
from backend.openrosa import documents, words

ADVERTISED = 5_000_000  # bytes a client should send at once; many more are taken
XML = "text/xml; charset=utf-8"

View = Callable[..., HttpResponse]
Identify = Callable[[HttpRequest, str | None], Any]


def openrosa(identify: Identify, *methods: str) -> Callable[[View], View]:
    """A view of the protocol. It gets who asks as first argument; `identify` raises errors of the family.

    Who asks may have an `officer`, whose language is spoken if the phone names none.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *, token: str | None = None, **named: Any) -> HttpResponse:
            if request.method not in methods:
                response = HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            else:
                response = _said(view, request, identify, token, named)
            response["X-OpenRosa-Version"] = "1.0"
            response["Date"] = http_date()
            return response

        return answer

    return decorate


def _said(
    view: View, request: HttpRequest, identify: Identify, token: str | None, named: Mapping[str, Any]
) -> HttpResponse:
    """In the language of who asks, as far as that is known."""
    wanted = words.languages(request)
    try:
        who = identify(request, token)
        wanted = words.languages(request, getattr(getattr(who, "device", None), "officer", None))
        with words.speaking(wanted):
            return view(request, who, **named)
    except GramReachError as error:
        with words.speaking(wanted):
            return _refusal(error)


def _refusal(error: GramReachError) -> HttpResponse:
    response = said(words.of_error(error), error.status, success=False)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="GramReach", charset="UTF-8"'
    return response


def said(message: str, status: int = 201, *, success: bool = True) -> HttpResponse:
    """201 or 202 alone are success to a phone, and only with such a message."""
    return HttpResponse(documents.response(message, success=success), status=status, content_type=XML)


def url(request: HttpRequest, below: str) -> str:
    """Under the address that was asked: what was listed below a token goes on below it."""
    base, _, rest = request.path.partition("/openrosa/")
    key = "/".join(rest.split("/")[:2]) + "/" if rest.startswith(("key/", "draft/")) else ""
    return request.build_absolute_uri(f"{base}/openrosa/{key}{below}")


def ready(request: HttpRequest) -> HttpResponse:
    """To HEAD: how much to send at once, and where."""
    headers = {"X-OpenRosa-Accept-Content-Length": str(ADVERTISED), "Location": url(request, "submission")}
    return HttpResponse(status=204, headers=headers)


def posted(request: HttpRequest) -> tuple[bytes, dict[str, BinaryIO]]:
    """The instance and the files beside it. Raises Unreadable or TooLarge."""
    if request.content_type != "multipart/form-data":
        raise Unreadable("Send the report as a form with a part `xml_submission_file`.", where="Content-Type")
    texts, files = bodies.multipart(request)
    sent = files.pop("xml_submission_file", None)
    xml = sent.read() if sent is not None else texts.get("xml_submission_file", "").encode()
    if not xml:
        raise Unreadable("The part `xml_submission_file` is missing.", where="xml_submission_file")
    return xml, files


def known(request: HttpRequest, content: bytes, content_type: str = XML) -> HttpResponse:
    """The content, or nothing where the phone has it."""
    return with_etag(request, HttpResponse(content, content_type=content_type), md5(content))


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
