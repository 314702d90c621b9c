"""The one door for people: name and password, guessing slowed down. Field officers have a phone's token instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.accounts.models import User
from backend.accounts.throttle import throttled
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
                    raise BadToken("")  # counted; the words are chosen below
        except (BadToken, TooMany) as error:
            return self._refused(form, error)
        return self.form_valid(form)

    def _refused(self, form: AuthenticationForm, error: BadToken | TooMany) -> HttpResponse:
        """A wrong password is an answer of the form (200), too many of them are not."""
        too_many = isinstance(error, TooMany)
        text = TOO_MANY if too_many else SignInForm.error_messages["invalid_login"]
        context = self.get_context_data(form=form, error=text)
        return self.render_to_response(context, status=error.status if too_many else 200)


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """The administration has no sign-in of its own: it would be a second one to guard."""
    if isinstance(request.user, User):
        if request.user.is_administrator:
            return redirect("admin:index")
        raise PermissionDenied
    after = request.GET.get("next", "/admin/")
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': after})}")
