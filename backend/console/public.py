"""The public map and feed: off unless PUBLIC_MAPS switches them on; aggregated, and made to be shown within other sites."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from backend.deployments.filters import Filters
from backend.deployments.scenes import scene_of
from backend.etags import with_etag
from backend.exports.dashboard import feed
from maps.compose import national
from maps.page import Page
from maps.public import LEAST, aggregated
from maps.render import national as drawn

SECONDS = 300.0
_kept: dict[str, tuple[float, Page]] = {}
_lock = threading.Lock()


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @require_safe
    @xframe_options_exempt  # the policy says who may show it
    @functools.wraps(view)
    def shown(request: HttpRequest, **parts: str) -> HttpResponse:
        if not settings.PUBLIC_MAPS:
            raise Http404
        return view(request, **parts)

    return shown


def _page() -> Page:
    """Anew every five minutes: it is one and the same for everybody."""
    with _lock:
        found = _kept.get(key := Filters().day.isoformat())
        if found is not None and time.monotonic() - found[0] < SECONDS:
            return found[1]
        _kept.clear()
        page = drawn(aggregated(national(scene_of(Filters()))))
        _kept[key] = (time.monotonic(), page)
    return page


def forget_public() -> None:
    _kept.clear()


@public
def page(request: HttpRequest) -> HttpResponse:
    html = _page().live("/maps/assets", "/maps/public.js", "/maps/public.css")
    return with_etag(request, HttpResponse(html))


@public
def script(request: HttpRequest) -> HttpResponse:
    return with_etag(request, HttpResponse(_page().script(), content_type="text/javascript; charset=utf-8"))


@public
def style(request: HttpRequest) -> HttpResponse:
    return with_etag(request, HttpResponse(_page().style(), content_type="text/css; charset=utf-8"))


@public
def figures(request: HttpRequest) -> HttpResponse:
    """The dashboard's feed, without what is of fewer villages."""
    response = HttpResponse(orjson.dumps(feed(None, Filters(), least=LEAST)), content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response
