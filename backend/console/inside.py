"""Pages behind the sign-in: who is there, what that account may, and the frame around every page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from backend.accounts.models import User
from backend.accounts.who import Who, of_user
from backend.console import navigation, queries
from backend.deployments.feed import Newest, newest
from backend.deployments.filters import today
from backend.deployments.observed import INDIA
from backend.errors import NotFound

Inner = Callable[..., HttpResponse | StreamingHttpResponse]


def inside(allowed: Callable[[Who], bool] = lambda who: True) -> Callable[[Inner], Inner]:
    """The view gets `who` besides; others sign in first, and what is not for them or not in their scope says so."""

    def decorate(view: Inner) -> Inner:
        @login_required
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
            assert isinstance(request.user, User)  # noqa: S101  # for the type checker: said by login_required
            who = of_user(request.user)
            if not allowed(who):
                raise PermissionDenied
            try:
                with timezone.override(INDIA):  # a visit's day is an Indian day, and so is all that is shown
                    return view(request, who, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error

        return wrapped

    return decorate


def depends_on(who: Who, came: Newest | None = None) -> tuple[object, ...]:
    """What a kept page depends on besides its filters: the reader's language and scope, the day, and what came."""
    scope = (who.everywhere, who.centres, who.clusters)
    return get_language(), scope, today(), came or newest(), settings.REVIEW_REQUIRED


def frame(who: Who, here: str, **context: Any) -> dict[str, Any]:
    """With what the head of every page says."""
    return {"here": here, "who": who, "scope": queries.scope_name(who), "pages": navigation.pages(who), **context}


def show(request: HttpRequest, who: Who, template: str, here: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, template, frame(who, here, **context), status=status)
