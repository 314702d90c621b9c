"""The one door for people: name and password, guessing slowed down. Field officers have a phone's token instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.accounts.models import User
from backend.accounts.throttle import throttled
from backend.audit.actors import Actor
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import BadToken, TooMany

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
        answer = self.form_valid(form)
        record(form.get_user(), Action.SIGNED_IN)
        return answer

    def _refused(self, form: AuthenticationForm, error: BadToken | TooMany) -> HttpResponse:
        """A wrong password is an answer of the form (200), too many of them are not."""
        too_many = isinstance(error, TooMany)
        text = TOO_MANY if too_many else SignInForm.error_messages["invalid_login"]
        context = self.get_context_data(form=form, error=text)
        return self.render_to_response(context, status=error.status if too_many else 200)


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
