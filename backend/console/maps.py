"""The live reach map: HTML, script and style at addresses of their own, and the same picture as a file or a slide."""

from __future__ import annotations

import functools
import mimetypes
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from backend.accounts.who import Who, identify
from backend.console.drawing import moments_of, picture, view_of
from backend.console.drawn import live_page, page_of
from backend.console.inside import frame
from backend.console.village_cards import village_card
from backend.deployments.filters import Filters, parse
from backend.errors import BadFilter, GramReachError, NoCredentials
from backend.etags import with_etag
from maps.page import ASSETS
from maps.picture import ReplicationMap
from maps.slide import slide
from maps.timeline import moments
from maps.words import speaking

STATE = ("month", "off", "at", "open", "tint")  # what of a map is looked at: see maps/assets/js/state.js
View = Callable[..., HttpResponseBase]
OF_VIEW = (("cells", "cells"), ("points", "villages"))
PART_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def for_readers(view: View) -> View:
    """For whoever may see reach figures; others sign in first. A wrong filter is said on a page."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            who = identify(request)
            who.require(who.may_export, "see reach maps")
            filters = parse(request.GET, ignore=("view", *STATE))
            with speaking(get_language()):
                return view(request, who, filters, view_of(filters, request.GET.get("view")), *args, **kwargs)
        except NoCredentials:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
        except GramReachError as error:
            return render(request, "console/map_error.html", {"error": error}, status=error.status)

    return wrapped


def _query(filters: Filters, view: str) -> str:
    return "&".join(part for part in (filters.query(), urlencode({"view": view})) if part)


@require_safe
@gzip_page
@for_readers
def page(request: HttpRequest, who: Who, filters: Filters, view: str) -> HttpResponse:
    drawn = live_page(filters, view, who)
    query = _query(filters, view)
    html = drawn.live(
        "/maps/assets",
        f"/maps/reach/{drawn.kind}.js?{query}",
        f"/maps/reach/{drawn.kind}.css?{query}",
        urls={
            "moments": f"/maps/reach/moment.json?{query}",
            "village": "/maps/reach/village.json",
            "tiles": settings.MAP_TILES,
            "tiles-by": settings.MAP_TILES_BY,
            **(
                {name: f"/api/v1/reach/{where}?{filters.query()}" for name, where in OF_VIEW}
                if view == "national"
                else {}
            ),
        },
        head=render_to_string("console/map_head.html"),
        top=render_to_string("console/map_top.html", frame(who, "map", view=view, query=query), request),
    )
    return HttpResponse(html)


@require_safe
@for_readers
def part(request: HttpRequest, who: Who, filters: Filters, view: str, kind: str, part: str) -> HttpResponse:
    """The script or style that belongs to a page of these filters."""
    if part not in PART_TYPES:
        raise Http404
    drawn = live_page(filters, view, who)
    body = (drawn.script(embed=view != "national") if part == "js" else drawn.style()).encode()
    return with_etag(request, HttpResponse(body, content_type=PART_TYPES[part]))


@require_safe
@gzip_page
@for_readers
def standalone(request: HttpRequest, who: Who, filters: Filters, view: str) -> HttpResponse:
    """This view as one file that opens without a network."""
    body = page_of(picture(filters, view, who, links=False), moments_of(filters, view, who, links=False)).standalone(
        urlencode({name: request.GET[name] for name in STATE if request.GET.get(name)})
    )
    return HttpResponse(body, headers={"Content-Disposition": f'attachment; filename="reach-{view}.html"'})


@require_safe
@gzip_page
@for_readers
def moment(request: HttpRequest, who: Who, filters: Filters, view: str) -> HttpResponse:
    """What this map says of an earlier month."""
    key = request.GET.get("month", "")
    return JsonResponse(moments_of(filters, view, who, links=True, keys=[key])[key])


@require_safe
@for_readers
def village(request: HttpRequest, who: Who, filters: Filters, view: str) -> HttpResponse:
    """What a village's card has besides: photos, deployments, where its reports are."""
    return JsonResponse(village_card(filters, who))


def _of_month(filters: Filters, key: str) -> Filters:
    """As of the end of an earlier month that the map shows."""
    day = next((m.day for m in moments(filters.day)[:-1] if m.key == key), None)
    return replace(filters, as_of=day) if day else filters


@require_safe
@for_readers
def slide_png(request: HttpRequest, who: Who, filters: Filters, view: str) -> HttpResponse:
    filters = _of_month(filters, request.GET.get("month", ""))
    drawn = picture(filters, view, who, links=False)
    if isinstance(drawn, ReplicationMap):
        raise BadFilter("There is no slide of replication; print the map instead.", where="view")
    headers = {"Content-Disposition": f'inline; filename="reach-{view}.png"'}
    return HttpResponse(slide(drawn), content_type="image/png", headers=headers)


@require_safe
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Leaflet, our scripts and styles, fonts, the base map: public, and nothing but what lies in the folder."""
    path = (ASSETS / name).resolve()
    if not path.is_relative_to(ASSETS.resolve()) or not path.is_file():
        raise Http404
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return with_etag(request, HttpResponse(path.read_bytes(), content_type=kind))
