"""The one door for people: name and password, guessing slowed down. Field officers have a phone's token instead."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts import second_step
from backend.accounts.models import User
from backend.accounts.sessions import begin
from backend.accounts.throttle import throttled
from backend.audit.actors import Actor
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import BadToken, TooMany

_PENDING, _MINUTES = "second_step_pending", 10
WRONG_CODE = _("This code is not right, or was used. Wait for the next one in the app.")
TOO_MANY = _("Too many tries from here. Wait a minute, then try again.")


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("User name and password do not match. Check both and try again."),
    }


class SignIn(LoginView):
    template_name = "console/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        try:
            with throttled(request, "sign-in"):
                if not form.is_valid():
                    record(_named(request), Action.SIGN_IN_FAILED)
                    raise BadToken("")  # counted; the words are chosen below
        except (BadToken, TooMany) as error:
            return self._refused(form, error)
        user = form.get_user()
        if second_step.has(user):
            return self._ask_for_code(user)
        return enter(request, user, self.get_success_url())

    def _ask_for_code(self, user: User) -> HttpResponse:
        """Nobody is signed in yet: the session only holds whose password was right, for some minutes."""
        self.request.session.cycle_key()
        self.request.session[_PENDING] = {"user": user.pk, "at": time.time(), "to": self.get_success_url()}
        return redirect("second-step")

    def _refused(self, form: AuthenticationForm, error: BadToken | TooMany) -> HttpResponse:
        """A wrong password is an answer of the form (200), too many of them are not."""
        too_many = isinstance(error, TooMany)
        text = TOO_MANY if too_many else SignInForm.error_messages["invalid_login"]
        context = self.get_context_data(form=form, error=text)
        return self.render_to_response(context, status=error.status if too_many else 200)


def enter(request: HttpRequest, user: User, to: str, *, both_steps: bool = False) -> HttpResponse:
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    begin(request, user)
    if both_steps:
        second_step.note(request, user)
    record(user, Action.SIGNED_IN, both_steps=both_steps)
    return HttpResponseRedirect(to)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the app, or a recovery code."""
    pending = request.session.get(_PENDING, {})
    user = User.objects.filter(pk=pending.get("user"), is_active=True).first()
    if user is None or time.time() - pending["at"] > _MINUTES * 60:
        request.session.pop(_PENDING, None)
        return redirect("login")
    if request.method != "POST":
        return render(request, "console/second_step.html")
    try:
        with throttled(request, "second-step"):
            if not second_step.check(request, user, request.POST.get("code", "")[:40]):
                record(user, Action.SECOND_STEP_FAILED)
                raise BadToken("")
    except (BadToken, TooMany) as error:
        too_many = isinstance(error, TooMany)
        context = {"error": TOO_MANY if too_many else WRONG_CODE}
        return render(request, "console/second_step.html", context, status=error.status if too_many else 200)
    del request.session[_PENDING]
    return enter(request, user, pending["to"], both_steps=True)


def _named(request: HttpRequest) -> Actor:
    """Whom somebody wanted to be. A name that is none may be a password typed into the wrong field: it is left out."""
    name = request.POST.get("username", "")[:150]
    return Actor("nobody", name=name if User.objects.filter(username=name).exists() else "")


class SignOut(LogoutView):
    next_page = "login"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            record(request.user, Action.SIGNED_OUT)
        return super().post(request, *args, **kwargs)


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """The administration has no sign-in of its own: it would be a second one to guard."""
    if isinstance(request.user, User):
        if request.user.is_administrator:
            return redirect("admin:index")
        raise PermissionDenied
    after = request.GET.get("next", "/admin/")
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': after})}")
