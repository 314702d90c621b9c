"""The second step of the sign-in: codes of an app (TOTP, by django-otp), or one of ten recovery codes, each good once.

Recovery codes are kept hashed: the library compares what it is given with what it has, so it is given hashes. An app's
secret is kept closed with DATA_KEY (`sealing.py`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django_otp import login as note_the_step
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from backend.accounts.models import CodeApp, User
from backend.accounts.sealing import is_current, sealed
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid, NotAllowed
from backend.writing import writing

CODES = 10
SECRET = 20  # bytes, as RFC 4226 recommends
# Pages that are open before the step was set up: those to set it up, and to leave.
_OPEN = (
    "/account",
    "/logout",
    "/login",
    "/language",
    "/static/",
    "/maps/assets/",
    "/healthz",
    "/readyz",
    "/favicon.ico",
)


def due(user: User) -> bool:
    """Must this account have it? A demonstration does without: it is served on this machine only."""
    reviews = user.is_administrator or user.role == User.Role.COORDINATOR
    return settings.REQUIRE_2FA and not settings.DEMO and reviews


class AsksForSecondStep:
    """Whoever must have it and has not set it up yet gets no further than the page where one does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_2FA and settings.SESSION_COOKIE_NAME in request.COOKIES and self._is_missing(request):
            if request.path.startswith(("/api/", "/openrosa/", "/ogc/")):
                error = NotAllowed("Set up the second step of your sign-in first: /account.", code="second_step_due")
                return JsonResponse(error.body(), status=error.status)
            return HttpResponseRedirect(reverse("account"))
        return self.get_response(request)

    def _is_missing(self, request: HttpRequest) -> bool:
        if request.path.startswith(_OPEN) or "Authorization" in request.headers:
            return False
        user = request.user
        return isinstance(user, User) and due(user) and not user.is_verified()  # type: ignore[attr-defined]


def has(user: User) -> bool:
    return bool(CodeApp.objects.filter(user=user, confirmed=True).exists())


def begin(user: User) -> CodeApp:
    """A new secret, which does nothing until a code of it was seen."""
    with writing():
        CodeApp.objects.filter(user=user, confirmed=False).delete()
        key = sealed(secrets.token_bytes(SECRET), user.pk)
        made: CodeApp = CodeApp.objects.create(user=user, name="app", confirmed=False, key=key)
        return made


def secret_of(device: CodeApp) -> str:
    """As apps want it typed."""
    return base64.b32encode(device.bin_key).decode()


def begun(user: User) -> CodeApp | None:
    found: CodeApp | None = CodeApp.objects.filter(user=user, confirmed=False).first()
    return found


def confirm(request: HttpRequest, user: User, code: str) -> list[str]:
    """Switch it on, in the place of any before. Returns the recovery codes, shown once. Raises Invalid."""
    device = begun(user)
    if device is None or not device.verify_token(_digits(code)):
        raise Invalid("This code is not right. Look at the app again: it changes every 30 seconds.", where="code")
    with writing():
        CodeApp.objects.filter(user=user, confirmed=True).delete()
        device.confirmed = True
        device.save()
        record(user, Action.SECOND_STEP_ON)
    note_the_step(request, device)
    return new_recovery_codes(user)


def new_recovery_codes(user: User) -> list[str]:
    """In the place of those before."""
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(CODES)]
    with writing():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery", confirmed=True)
        StaticToken.objects.bulk_create([StaticToken(device=device, token=_hashed(code)) for code in codes])
        record(user, Action.RECOVERY_CODES_MADE)
    return codes


def recovery_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def check(request: HttpRequest, user: User, code: str) -> bool:
    """Of the app, or a recovery code, which is used up. After wrong ones it waits longer and longer (django-otp)."""
    for device in CodeApp.objects.filter(user=user, confirmed=True):
        if _digits(code).isdecimal() and device.verify_token(_digits(code)):
            request.session["second_step"] = device.persistent_id
            return True
    for device in StaticDevice.objects.filter(user=user, confirmed=True):
        if device.verify_token(_hashed(code)):
            request.session["second_step"] = device.persistent_id
            record(user, Action.RECOVERY_CODE_USED)
            return True
    return False


def note(request: HttpRequest, user: User) -> None:
    """After the sign-in: this session has made the step."""
    request.user = user
    wanted = request.session.get("second_step")
    for device in (*CodeApp.objects.filter(user=user), *StaticDevice.objects.filter(user=user)):
        if device.persistent_id == wanted:
            note_the_step(request, device)


def close_again() -> int:
    """Secrets that an older DATA_KEY closed, with the one in force. Returns how many."""
    count = 0
    for pk in CodeApp.objects.order_by("pk").values_list("pk", flat=True):
        with writing():
            app = CodeApp.objects.select_for_update().get(pk=pk)
            if not is_current(app.key, app.user_id):
                CodeApp.objects.filter(pk=pk).update(key=sealed(app.bin_key, app.user_id))
                count += 1
    return count


def turn_off(user: User, by: User) -> None:
    """By its owner, or by an administrator for somebody who lost the phone and the recovery codes."""
    with writing():
        CodeApp.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        record(by, Action.SECOND_STEP_OFF, f"accounts.user:{user.pk}", name=user.username)


def _digits(code: str) -> str:
    return "".join(code.split())[:12]


def _letters(number: int) -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(number))


def _hashed(code: str) -> str:
    """80 bits of SHA-256, as the library's column has 16 letters; the code itself has 49."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return base64.b32encode(hashlib.sha256(plain.encode()).digest()[:10]).decode()
