"""OGC API - Features over HTTP: JSON for programs, plain pages for people, tokens by Bearer or Basic."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.accounts.throttle import throttled
from backend.accounts.who import Who, of_basic, of_header, of_session
from backend.errors import BadFilter, BadToken, GramReachError, NoCredentials
from backend.exports import geojson
from backend.exports.ogc import asking, documents, items
from backend.exports.ogc.collections import named
from backend.exports.rows import geometry

Document = dict[str, Any]
View = Callable[..., Document]


def answering(kind: str = documents.JSON) -> Callable[[View], Callable[..., HttpResponse]]:
    """The document that a view gives, as JSON of this kind or as a page, whichever was asked for."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @require_safe
        @functools.wraps(view)
        def answered(request: HttpRequest, **names: str) -> HttpResponse:
            try:
                html = _wants_page(request)
                document = view(request, _base(request), **names)
            except GramReachError as error:
                return _refused(error)
            if html:
                response = render(request, "ogc/page.html", {"page": document, "base": _base(request)})
            else:
                response = HttpResponse(_bytes(document), content_type=kind)
            response["Vary"] = "Accept, Authorization"
            response["Cache-Control"] = "private, no-cache"
            return response

        return answered

    return decorate


def _wants_page(request: HttpRequest) -> bool:
    form = request.GET.get("f", "")
    if form not in ("", "json", "html"):
        raise BadFilter("f is json or html.", where="f")
    if form:
        return form == "html"
    accepted = request.headers.get("Accept", "")
    return "text/html" in accepted and "json" not in accepted


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/ogc")


def _bytes(document: Document) -> bytes:
    """`features` are bytes already."""
    features = document.get("features")
    if not isinstance(features, bytes):
        return orjson.dumps(document)
    head = orjson.dumps({name: value for name, value in document.items() if name != "features"})
    return head[:-1] + b',"features":[' + features + b"]}"


def _refused(error: GramReachError) -> HttpResponse:
    body = error.body() | {"description": error.detail}
    response = HttpResponse(orjson.dumps(body), status=error.status, content_type=documents.JSON)
    if isinstance(error, NoCredentials):
        response["WWW-Authenticate"] = 'Basic realm="GramReach: the token as password", charset="UTF-8"'
    return response


def _who(request: HttpRequest) -> Who:
    """A token by Bearer, or by Basic with any name; or whoever is signed in to the pages."""
    try:
        return of_basic(request) or of_header(request) or of_session(request)
    except BadToken:
        with throttled(request, "ogc"):
            raise


def _only(request: HttpRequest, *allowed: str) -> None:
    for name in request.GET:
        if name not in ("f", *allowed):
            raise BadFilter(f"There is no parameter {name!r} here.", where=name)


@answering()
def landing(request: HttpRequest, base: str) -> Document:
    _only(request)
    return documents.landing(base)


@answering()
def conformance(request: HttpRequest, base: str) -> Document:
    _only(request)
    return documents.conformance(base)


@answering(documents.OPENAPI)
def description(request: HttpRequest, base: str) -> Document:
    _only(request)
    return documents.description(base)


@answering()
def collections(request: HttpRequest, base: str) -> Document:
    _who(request)
    _only(request)
    return documents.collections(base)


@answering()
def described(request: HttpRequest, base: str, collection: str) -> Document:
    _who(request)
    _only(request)
    return documents.collection_of(base, named(collection))


@answering(documents.SCHEMA)
def schema(request: HttpRequest, base: str, collection: str) -> Document:
    _who(request)
    _only(request)
    return documents.schema(base, named(collection))


@answering(documents.GEOJSON)
def features(request: HttpRequest, base: str, collection: str) -> Document:
    who, asked_for = _who(request), named(collection)
    who.require(who.may_export, "read features")
    page = items.page(asked_for, who, asking.asked(asked_for, {key: request.GET.getlist(key) for key in request.GET}))
    kind = asked_for.kind
    if _wants_page(request):
        told: Any = [_feature(kind.names, row) for row in page.rows]
    else:
        told = geojson.features(kind.names, page.rows, b",\n") if page.rows else b""
    return {
        "type": "FeatureCollection",
        "title": asked_for.title,
        "links": _page_links(request, base, collection, page.after),
        "timeStamp": documents.now(),
        "numberReturned": len(page.rows),
        "features": told,
    }


def _page_links(request: HttpRequest, base: str, name: str, after: str) -> list[Document]:
    href = f"{base}/collections/{name}/items"
    query = {key: ",".join(request.GET.getlist(key)) for key in request.GET if key != "f"}

    def at(form: str, **more: str) -> str:
        return f"{href}?{urlencode(query | more | {'f': form})}"

    links = [
        documents.link(at("json"), "self", documents.GEOJSON, "This document"),
        documents.link(at("html"), "alternate", documents.HTML, "As a page"),
        documents.link(f"{base}/collections/{name}", "collection", documents.JSON, "The collection"),
    ]
    if after:
        form, kind = ("html", documents.HTML) if _wants_page(request) else ("json", documents.GEOJSON)
        links.append(documents.link(at(form, after=after), "next", kind, "The next page"))
    return links


@answering(documents.GEOJSON)
def one(request: HttpRequest, base: str, collection: str, feature: str) -> Document:
    who, asked_for = _who(request), named(collection)
    _only(request)
    href = f"{base}/collections/{collection}"
    links = [
        *documents.both(f"{href}/items/{feature}", documents.GEOJSON),
        documents.link(href, "collection", documents.JSON, "The collection"),
    ]
    return _feature(asked_for.kind.names, items.one(asked_for, who, feature)) | {"links": links}


def _feature(names: tuple[str, ...], row: Any) -> Document:
    key, place, values = row
    properties = dict(zip(names, values, strict=True))
    return {"type": "Feature", "id": key, "geometry": geometry(place), "properties": properties}
