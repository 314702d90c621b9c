"""The coordinators' first pages: what waits for them, and where the rest is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from backend.accounts.who import Who
from backend.console import navigation
from backend.console.inside import inside, show


@require_safe
@inside()
def manage(request: HttpRequest, who: Who) -> HttpResponse:
    return show(request, who, "console/manage.html", "admin", places=navigation.administration(who))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "console/privacy.html")


@require_safe
@ensure_csrf_cookie  # "Try it out" writes in the name of whoever is signed in
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "console/api_docs.html")
