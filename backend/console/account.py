"""One's own account: password, second step of the sign-in, and the sessions that are open."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import segno
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts import second_step, sessions
from backend.accounts.models import User
from backend.accounts.who import Who
from backend.audit.models import Action
from backend.audit.services import record
from backend.console.agents import browser_of
from backend.console.inside import inside, show
from backend.errors import Invalid


def _user(who: Who) -> User:
    assert who.user is not None  # noqa: S101  # for the type checker: pages are for users
    return who.user


@require_safe
@never_cache
@inside()
def account(request: HttpRequest, who: Who) -> HttpResponse:
    return _page(request, who)


def _page(request: HttpRequest, who: Who, status: int = 200, **context: Any) -> HttpResponse:
    user = _user(who)
    return show(
        request, who, "console/account.html", "account", status,
        has_step=second_step.has(user),
        due=second_step.due(user),
        codes_left=second_step.recovery_codes_left(user),
        sessions=[
            (row, browser_of(row.browser), row.session_key == request.session.session_key) for row in sessions.of(user)
        ],
        **context,
    )  # fmt: skip


@require_POST
@never_cache
@inside()
def password(request: HttpRequest, who: Who) -> HttpResponse:
    """All other sessions end with the old password."""
    form = PasswordChangeForm(_user(who), request.POST)
    if not form.is_valid():
        told = " ".join(str(text) for texts in form.errors.values() for text in texts)
        return _page(request, who, 422, error=Invalid(told, where="password"))
    form.save()
    update_session_auth_hash(request, form.user)
    sessions.continue_as(request, _user(who))
    record(_user(who), Action.PASSWORD_CHANGED)
    return _page(request, who, done=gettext("Your new password is in force. Other sessions were ended."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@inside()
def set_up(request: HttpRequest, who: Who) -> HttpResponse:
    """A square code for the app; then a code of the app, which proves that it took it."""
    user = _user(who)
    if request.method != "POST":
        second_step.begin(user)
        return _square(request, who)
    try:
        codes = second_step.confirm(request, user, request.POST.get("code", ""))
    except Invalid as error:
        return _square(request, who, error.status, error=error)
    return _page(request, who, codes=codes)


def _square(request: HttpRequest, who: Who, status: int = 200, **context: Any) -> HttpResponse:
    device = second_step.begun(_user(who)) or second_step.begin(_user(who))
    square = segno.make(device.config_url, error="m", micro=False)
    drawn = square.svg_inline(omitsize=True, border=2, dark="#15191D", svgclass="square", lineclass=None)
    return show(
        request, who, "console/second_step_set_up.html", "account", status,
        square=mark_safe(drawn),  # noqa: S308  # segno's own drawing
        secret=" ".join(wrap(second_step.secret_of(device), 4)),  # apps pass over the blanks
        **context,
    )  # fmt: skip


@require_POST
@inside()
def switch_off(request: HttpRequest, who: Who) -> HttpResponse:
    """With the password: an open session that somebody found is not enough."""
    user = _user(who)
    if not user.check_password(request.POST.get("password", "")):
        return _page(request, who, 422, error=Invalid(gettext("This is not your password."), where="off"))
    second_step.turn_off(user, user)
    return redirect("account")


@require_POST
@never_cache
@inside()
def recovery_codes(request: HttpRequest, who: Who) -> HttpResponse:
    user = _user(who)
    if not second_step.has(user):
        return _page(request, who, 422, error=Invalid(gettext("Set up the second step first."), where="step"))
    return _page(request, who, codes=second_step.new_recovery_codes(user))


@require_POST
@inside()
def end_session(request: HttpRequest, who: Who, pk: int) -> HttpResponse:
    sessions.end(_user(who), pk)
    return redirect("account")


@require_POST
@inside()
def end_others(request: HttpRequest, who: Who) -> HttpResponse:
    sessions.end_others(_user(who), request.session.session_key)
    return redirect("account")
