"""The JSON API: mounts each app's router, answers errors by the one table, and nothing else."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from backend import bodies
from backend.accounts.api import router as accounts
from backend.accounts.who import Who, of_header, of_session
from backend.deployments.api import router as reach
from backend.described import with_answers
from backend.errors import GramReachError, NotAllowed, TooLarge
from backend.exports.api import router as exports
from backend.field.api import router as field
from backend.field.uploads_api import router as uploads
from backend.registry.api import router as registry
from backend.submissions.api import kept_router
from backend.submissions.api import router as submissions
from backend.submissions.forms_api import router as forms


class JSONRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class BodyParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return bodies.json(request)


class Token(AuthBase):
    """A phone's or an API token. It needs no CSRF token."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A phone's token, which it made when it was enrolled, or an API token of an office."

    def __call__(self, request: HttpRequest) -> Who | None:
        return of_header(request)


class Session(AuthBase):
    """A signed-in browser's; whatever writes needs the CSRF token besides."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "Of whoever is signed in to the pages; what writes needs the header `X-CSRFToken` too."

    def __call__(self, request: HttpRequest) -> Who:
        who = of_session(request)
        if request.method not in ("GET", "HEAD", "OPTIONS") and check_csrf(request):
            raise NotAllowed("Reload the page and try again.", code="csrf")
        return who


class Described(NinjaAPI):
    """With what each operation answers in its description."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return with_answers(super().get_openapi_schema(path_prefix=prefix), prefix)


api = Described(
    title="GramReach",
    version="1",
    description="Village-level reports on rural technologies, and whom they reach.",
    urls_namespace="api",
    auth=[Token(), Session()],
    renderer=JSONRenderer(),
    parser=BodyParser(),
    docs_url=None,
)
for prefix, router in (
    ("", accounts),
    ("", registry),
    ("", reach),
    ("", exports),
    ("", field),
    ("/uploads", uploads),
    ("/forms", forms),
    ("/kept-aside", kept_router),
    ("/submissions", submissions),
):
    api.add_router(prefix, router)


@api.exception_handler(GramReachError)
def known_error(request: HttpRequest, error: GramReachError) -> HttpResponse:
    return api.create_response(request, error.body(), status=error.status)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return known_error(request, TooLarge("This is too large. Send fewer reports at once, or smaller files."))


@api.exception_handler(ValidationError)
def wrong_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "payload", "query", "path"))
    body = {"detail": first["msg"], "code": "invalid", "where": where}
    return api.create_response(request, body, status=400 if first["loc"][0] == "query" else 422)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return api.create_response(request, {"detail": str(error), "code": "error", "where": ""}, status=error.status_code)
