"""The field app's built files, compressed ahead. No session, no database: it opens for whoever has the address."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self)",
}
FOR_EVER = "public, max-age=31536000, immutable"  # assets: their names change with their content
ASK_AGAIN = "no-cache"
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>GramReach</title></head>
<body><h1>The field app is not built yet</h1>
<p>On the server, run <code>make setup</code> in the folder of GramReach: it builds the app. Then reload this page.</p>
<p>Reports already on a phone stay there.</p></body></html>
"""


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    if not (settings.FIELD_APP / "index.html").is_file():
        return HttpResponse(NOT_BUILT, status=503, headers={**HEADERS, "Cache-Control": "no-store"})
    return _answer(request, "index.html", ASK_AGAIN)


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    if "." not in name:  # a place inside the app
        return index(request)
    if name.startswith(".") or "/." in name or name.endswith((".br", ".gz", ".html")):
        raise Http404
    return _answer(request, name, FOR_EVER if name.startswith("assets/") else ASK_AGAIN)


@require_safe
def preview(request: HttpRequest, name: str = "preview.html") -> HttpResponseBase:
    """A form as phones show it, for the office: a page and its files of their own, which no service worker keeps."""
    return _answer(request, f"preview/{name}", FOR_EVER if name.startswith("assets/") else ASK_AGAIN)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponseBase:
    response = _answer(request, "sw.js", ASK_AGAIN)
    response["Service-Worker-Allowed"] = "/"
    return response


def _answer(request: HttpRequest, name: str, caching: str) -> HttpResponseBase:
    path = _path(name)
    encoding, sent = _encoded(request, path)
    state = sent.stat()
    etag = quote_etag(f"{state.st_mtime_ns:x}-{state.st_size:x}")
    headers = {**HEADERS, "ETag": etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    response = FileResponse(sent.open("rb"), content_type=_type(path), headers=headers)
    if encoding:
        response["Content-Encoding"] = encoding
    return response


def _path(name: str) -> Path:
    """Raises Http404 for what is not a file of the app."""
    try:
        path: Path = (settings.FIELD_APP / name).resolve()
        if path.is_relative_to(settings.FIELD_APP.resolve()) and path.is_file():
            return path
    except (OSError, ValueError) as error:  # a name that no file can have
        raise Http404 from error
    raise Http404


def _encoded(request: HttpRequest, path: Path) -> tuple[str, Path]:
    """The smallest form of a file that the caller reads."""
    accepted = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
    for encoding, ending in ENCODINGS:
        packed = path.with_name(path.name + ending)
        if encoding in accepted and packed.is_file():
            return encoding, packed
    return "", path


def _type(path: Path) -> str:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
