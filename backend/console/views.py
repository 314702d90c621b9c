"""The coordinators' pages: what waits for them, and where the rest is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from backend.accounts.models import User
from backend.accounts.who import Who, of_user
from backend.console import queries


def _who(request: HttpRequest) -> Who:
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: said by login_required
    return of_user(request.user)


def _page(request: HttpRequest, template: str, here: str, who: Who, **context: Any) -> HttpResponse:
    return render(request, template, {"here": here, "who": who, "scope": queries.scope_name(who), **context})


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    who = _who(request)
    return _page(request, "console/home.html", "today", who, waiting=queries.waiting(who))


@require_safe
@login_required
def forms(request: HttpRequest) -> HttpResponse:
    return _page(request, "console/forms.html", "forms", _who(request), forms=queries.open_forms())


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "console/privacy.html")


@require_safe
@ensure_csrf_cookie  # "Try it out" writes in the name of whoever is signed in
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "console/api_docs.html")
