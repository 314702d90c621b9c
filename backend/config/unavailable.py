"""A full or read-only disk, a database that is away: said as such, with the time to wait, instead of as a fault of ours.

Nothing was stored then, and no receipt was given: phones keep what they have and send it again.
"""

from __future__ import annotations

import errno
import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from backend.errors import DiskFull, Fault, GramReachError, Unavailable
from backend.openrosa.documents import response as openrosa
from backend.origin import origin

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AWAY = {errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
# SQLite's words, and PostgreSQL's codes: 53100 disk full; 53 too few resources, 57 ended by an operator, 08 no
# connection, 25006 read-only, 58 the system under it.
_FULL_WORDS = ("disk is full",)
_AWAY_WORDS = ("readonly database", "read-only", "disk i/o error", "unable to open database", "database is locked")


def told(error: BaseException | None) -> GramReachError | None:
    """What to answer, or None for a fault of ours. Looks at what caused it, too."""
    while error is not None:
        if found := _one(error):
            return found
        error = error.__cause__ or error.__context__
    return None


def _one(error: BaseException) -> GramReachError | None:
    if isinstance(error, OSError) and error.errno in _FULL:
        return DiskFull()
    if isinstance(error, OSError) and error.errno in _AWAY:
        return Unavailable()
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    code = getattr(error.__cause__, "sqlstate", None) or ""
    words = str(error).lower()
    if code == "53100" or any(text in words for text in _FULL_WORDS):
        return DiskFull()
    known = code[:2] in ("08", "53", "57", "58") or code == "25006" or any(text in words for text in _AWAY_WORDS)
    no_code = isinstance(error, OperationalError | InterfaceError) and not code and error.__cause__ is not None
    return Unavailable() if known or (no_code and type(error.__cause__).__module__.startswith("psycopg")) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: for whatever was raised anywhere, middleware included."""
    return answer(request, told(sys.exc_info()[1]) or Fault())


def answer(request: HttpRequest, error: GramReachError) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/openrosa/"):
        response = HttpResponse(openrosa(error.detail, success=False), content_type="text/xml; charset=utf-8")
    elif request.path.startswith("/api/"):
        response = JsonResponse(error.body())
    else:
        response = HttpResponse(render_to_string("500.html", {"detail": error.detail, "request_id": origin().request}))
    response.status_code = error.status
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
