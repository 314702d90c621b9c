"""Answers that are not sent again to who has them already, and packed for thin lines."""

from __future__ import annotations

import gzip
import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags, quote_etag

WORTH_PACKING = 1000  # bytes


def with_etag(request: HttpRequest, response: HttpResponse, etag: str = "") -> HttpResponse:
    """304 where the caller has it already; else compressed where that is worth it.

    `etag` names the content (default: its SHA-256). Weak and strong ones match alike, as RFC 9110 has it for If-None-Match.
    """
    quoted = quote_etag(etag or hashlib.sha256(response.content).hexdigest()[:32])
    had = [known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))]
    if quoted in had or had == ["*"]:
        response = HttpResponse(status=304)
    elif _worth_packing(response) and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, 6, mtime=0)
        response["Content-Encoding"] = "gzip"
    response["ETag"] = quoted
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Accept-Encoding"
    return response


def _worth_packing(response: HttpResponse) -> bool:
    packed_already = response["Content-Type"].startswith(("font/", "image/jpeg", "image/png"))
    return len(response.content) > WORTH_PACKING and not packed_already
