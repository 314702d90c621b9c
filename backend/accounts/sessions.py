"""Sessions end: after a while unused, a while after the sign-in, or when their owner ends them from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from backend.accounts.models import SignedIn, User
from backend.audit.models import Action
from backend.audit.services import record
from backend.origin import origin
from backend.writing import writing

_BEGAN, _SEEN = "began", "seen"
_NOTED = 300  # seconds: use is noted no more often, so that reading does not write


class Sessions:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Phones and scripts have no cookie: nothing is read for them.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _look_at(request)
        return self.get_response(request)


def _look_at(request: HttpRequest) -> None:
    session, now = request.session, time.time()
    began, seen = session.get(_BEGAN, now), session.get(_SEEN, now)
    if now - began > settings.SESSION_AT_MOST or now - seen > settings.SESSION_IDLE:
        SignedIn.objects.filter(session_key=session.session_key).delete()
        logout(request)
    elif now - seen > _NOTED:
        session[_SEEN] = now
        SignedIn.objects.filter(session_key=session.session_key).update(seen_at=timezone.now())


def begin(request: HttpRequest, user: User) -> None:
    """After the sign-in, under the key that it gave: a key from before it is worth nothing any more."""
    now = time.time()
    request.session[_BEGAN] = request.session[_SEEN] = now
    request.session.save()
    with writing():
        SignedIn.objects.create(
            user=user,
            session_key=request.session.session_key or "",
            address=origin().address,
            browser=request.headers.get("User-Agent", "")[:200],
        )


def of(user: User) -> list[SignedIn]:
    """Those that still work, the newest first; what has ended is forgotten."""
    store = _store()
    rows = list(SignedIn.objects.filter(user=user).order_by("-seen_at"))
    gone = [row.pk for row in rows if not store.exists(row.session_key)]
    SignedIn.objects.filter(pk__in=gone).delete()
    return [row for row in rows if row.pk not in gone]


def end(user: User, pk: int) -> None:
    """One of the user's own; any other is as if it were not there."""
    for row in SignedIn.objects.filter(user=user, pk=pk):
        _store().delete(row.session_key)
        row.delete()
        record(user, Action.SESSION_ENDED, f"session:{row.pk}")


def end_others(user: User, but: str | None) -> None:
    for row in SignedIn.objects.filter(user=user).exclude(session_key=but or ""):
        _store().delete(row.session_key)
        row.delete()
    record(user, Action.SESSION_ENDED, "session:all others")


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore()


def continue_as(request: HttpRequest, user: User) -> None:
    """After a change of the password: this session goes on under a new key, the others are ended."""
    old = SignedIn.objects.filter(user=user).exclude(session_key=request.session.session_key or "")
    for row in old:
        _store().delete(row.session_key)
    old.delete()
    if not SignedIn.objects.filter(session_key=request.session.session_key).exists():
        begin(request, user)
