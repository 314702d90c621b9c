"""People who sign in: their role and scope, and the password that they are given once. For administrators."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts import services
from backend.accounts.models import User
from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.console.navigation import administrators
from backend.errors import Invalid, NotFound
from backend.registry.models import Centre, Cluster

ON_A_PAGE = 50
ROLES = {
    User.Role.COORDINATOR: (_("Coordinator"), _("Reviews reports, adds phones and sees personal answers of the centres in scope.")),
    User.Role.CLUSTER_TEAM: (_("Cluster team"), _("Reads reports and figures of the clusters in scope, without personal answers.")),
    User.Role.ADMINISTRATOR: (_("Administrator"), _("Does everything everywhere, and gives others their rights.")),
}  # fmt: skip


@require_safe
@inside(administrators)
def people(request: HttpRequest, who: Who) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    rows = User.objects.prefetch_related("centres", "clusters").order_by("username")
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text))
    after = request.GET.get("after", "")
    rows = rows.filter(username__gt=after) if after else rows
    found = list(rows[: ON_A_PAGE + 1])
    return show(
        request, who, "console/people.html", "admin",
        people=[(user, ROLES.get(User.Role(user.role), ("",))[0]) for user in found[:ON_A_PAGE]],
        next=found[ON_A_PAGE - 1].username if len(found) > ON_A_PAGE else None, first=bool(after), q=text,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@inside(administrators)
def person(request: HttpRequest, who: Who, user_id: int | None = None) -> HttpResponse:
    """One account: added, or changed. A new one's password stands in the answer, and nowhere afterwards."""
    user = _user(user_id) if user_id is not None else None
    if request.method != "POST":
        return _page(request, who, user)
    try:
        saved, password = _saved(request, who, user)
    except Invalid as error:
        return _page(request, who, user, error.status, error=error, given=request.POST)
    if password:
        return _page(request, who, saved, password=password)
    messages.success(request, gettext("Saved."))
    return redirect("people")


def _user(pk: int) -> User:
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such person.", where="user")
    return found


def _saved(request: HttpRequest, who: Who, user: User | None) -> tuple[User, str]:
    given = request.POST
    active = given.get("active") == "1" or user is None
    if user is not None and user == who.user and (not active or given.get("role") != user.role):
        raise Invalid(gettext("You cannot take your own rights away. Ask another administrator."), where="role")
    account = services.Account(
        username=given.get("username", ""),
        first_name=given.get("first_name", ""),
        last_name=given.get("last_name", ""),
        email=given.get("email", ""),
        role=given.get("role", ""),
        all_india=given.get("all_india") == "1",
        centres=list(Centre.objects.filter(slug__in=given.getlist("centres"))),
        clusters=list(Cluster.objects.filter(slug__in=given.getlist("clusters"))),
        active=active,
    )
    password = secrets.token_urlsafe(9) if user is None else ""
    assert who.user is not None  # noqa: S101  # for the type checker: said by the role
    return services.save_account(user, account, who.user, password), password


@require_POST
@never_cache
@inside(administrators)
def new_password(request: HttpRequest, who: Who, user_id: int) -> HttpResponse:
    user, password = _user(user_id), secrets.token_urlsafe(9)
    assert who.user is not None  # noqa: S101  # for the type checker: said by the role
    services.set_password(user, password, who.user)
    return _page(request, who, user, password=password)


def _page(request: HttpRequest, who: Who, user: User | None, status: int = 200, **context: Any) -> HttpResponse:
    return show(
        request, who, "console/person.html", "admin", status,
        person=user,
        roles=ROLES.items(),
        role=user.role if user else User.Role.COORDINATOR,
        centres=list(Centre.objects.order_by("name")),
        clusters=list(Cluster.objects.all()),
        has_centres=set(user.centres.values_list("slug", flat=True)) if user else set(),
        has_clusters=set(user.clusters.values_list("slug", flat=True)) if user else set(),
        **context,
    )  # fmt: skip
