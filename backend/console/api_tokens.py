"""One's own tokens for scripts: made, seen in use, and ended."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts import queries as accounts
from backend.accounts import services
from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.errors import Invalid
from backend.registry.models import Cluster

ALL_INDIA = "all"
MY_CENTRES = "my-centres"
DAYS = (30, 90, 365)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@inside()
def tokens(request: HttpRequest, who: Who) -> HttpResponse:
    """A new token is in the answer to its form, and nowhere afterwards."""
    if request.method != "POST":
        return _list(request, who)
    try:
        return _list(request, who, made=_made(request, who))
    except Invalid as error:
        return _list(request, who, error.status, error=error, named=request.POST.get("name", ""))


def _made(request: HttpRequest, who: Who) -> str:
    days = request.POST.get("days", "")
    if days not in ("", *map(str, DAYS)):
        raise Invalid(gettext("Choose how long it works."), where="days")
    name = request.POST.get("name", "").strip()
    if not name:
        raise Invalid(gettext("Give it a name: what is it for?"), where="name")
    ends = int(days) if days else None
    if request.POST.get("reads") == MY_CENTRES and who.centres:
        return services.make_api_token(name, None, who.user, ends, list(accounts.centres_to_read(who)))
    return services.make_api_token(name, _reads(request, who), who.user, ends)


def _reads(request: HttpRequest, who: Who) -> Cluster | None:
    reads = request.POST.get("reads", "")
    if reads == ALL_INDIA and who.everywhere:
        return None
    found = accounts.clusters_to_read(who).filter(slug=reads).first()
    if found is None:
        raise Invalid(gettext("Choose what it may read."), where="reads")
    return found


def _list(request: HttpRequest, who: Who, status: int = 200, **context: Any) -> HttpResponse:
    clusters = list(accounts.clusters_to_read(who))
    return show(
        request, who, "console/tokens.html", "admin", status,
        tokens=list(accounts.tokens_of(who)),
        clusters=clusters,
        may_make=who.everywhere or bool(clusters) or bool(who.centres),
        lifetimes=DAYS,
        now=timezone.now(),
        **context,
    )  # fmt: skip


@require_POST
@inside()
def revoke(request: HttpRequest, who: Who, token_id: int) -> HttpResponse:
    services.revoke_api_token(accounts.token_of(who, token_id), who.user)
    return redirect("tokens")
