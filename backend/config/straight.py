"""The short way of what phones send most: their reports, with their own token.

A phone has no session, cookie or CSRF token, and Django's search for the right address costs as much as checking a
report (measured: the short way halves what a request costs besides its report). The answers are the same either way;
`tests/integration/config/test_straight.py` compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Status

from backend import api
from backend.accounts.who import of_header
from backend.errors import GramReachError
from backend.submissions.api import post_batch, post_submission

VIEWS: dict[str, Callable[[HttpRequest], Any]] = {
    "/api/v1/submissions": post_submission,
    "/api/v1/submissions/batch": post_batch,
}


class Straight:
    """Middleware, before those that a signed-in person needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path)
        if view is None or request.method != "POST" or not request.META.get("HTTP_AUTHORIZATION"):
            return self.get_response(request)
        request.get_host()  # as CommonMiddleware does: raises for a host that is not ours
        with translation.override("en"):
            return _answer(view, request)


def _answer(view: Callable[[HttpRequest], Any], request: HttpRequest) -> HttpResponse:
    try:
        request.auth = of_header(request)  # type: ignore[attr-defined]  # as ninja does
        told = view(request)
    except GramReachError as error:
        return api.known_error(request, error)
    except RequestDataTooBig as error:
        return api.too_big(request, error)
    status, body = (told.status_code, told.value) if isinstance(told, Status) else (200, told)
    content = api.JSONRenderer().render(request, body, response_status=status)
    return HttpResponse(content, status=status, content_type=api.api.get_content_type())
