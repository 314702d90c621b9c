"""Each request has an id, in its answer, its log lines and the audit log; a person who asks for help can read it out."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backend.accounts.address import address_of
from backend.origin import Origin, coming_from


class Requests:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = secrets.token_hex(8)
        with coming_from(Origin(own, address_of(request))):
            response = self.get_response(request)
        response.headers["X-Request-Id"] = own
        return response
