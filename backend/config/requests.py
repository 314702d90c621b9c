"""Each request has an id, in its answer, its log lines and the audit log; a person who asks for help can read it out."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backend.accounts.address import address_of
from backend.origin import Origin, coming_from

log = logging.getLogger("gramreach.requests")


class Requests:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own, begun = secrets.token_hex(8), time.monotonic()
        with coming_from(Origin(own, address_of(request))):
            response = self.get_response(request)
            if log.isEnabledFor(logging.INFO):
                _note(request, response, time.monotonic() - begun)
        response.headers["X-Request-Id"] = own
        return response


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The path without what was asked: searches may hold names."""
    facts = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(seconds * 1000),
        "bytes_in": int(request.META.get("CONTENT_LENGTH") or 0),
    }
    log.info("%s %s %s", request.method, request.path, response.status_code, extra={"facts": facts})
