"""The second step of the sign-in: codes of an app and recovery codes, each good once; whoever must have it, gets it."""

from __future__ import annotations

import time
from base64 import b32encode

import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from pytest_django import Settings

from backend.accounts.models import CodeApp, User
from backend.accounts.sealing import opened
from backend.audit.models import Entry
from tests.integration.world import user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"


@pytest.fixture
def admin() -> User:
    return user("administrator", "asha.admin")


def code_of(account: User, ahead: int = 0) -> str:
    device = CodeApp.objects.get(user=account)
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06d}"


def signed_in(account: User) -> Client:
    client = Client()
    client.post("/login", {"username": account.username, "password": PASSWORD})
    return client


def with_step(account: User) -> list[str]:
    """Set up by the pages; returns the recovery codes."""
    client = signed_in(account)
    assert client.get("/account/second-step").status_code == 200
    answer = client.post("/account/second-step", {"code": code_of(account)})
    return list(answer.context["codes"])


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_a_right_password_alone_opens_nothing(admin: User) -> None:
    with_step(admin)
    client = Client()
    answer = client.post("/login", {"username": "asha.admin", "password": PASSWORD})
    assert answer.headers["Location"] == "/login/code"
    assert not is_in(client)
    assert client.get("/api/v1/me").status_code == 401


def test_with_the_code_of_the_app_one_is_in_and_a_code_is_good_once(admin: User) -> None:
    with_step(admin)
    code = code_of(admin, ahead=1)
    client = signed_in(admin)
    assert client.post("/login/code", {"code": code}).status_code == 302
    assert is_in(client)
    again = signed_in(admin)
    assert again.post("/login/code", {"code": code}).status_code == 200
    assert not is_in(again)
    assert Entry.objects.order_by("-number")[0].action == "second_step_failed"


def test_a_recovery_code_is_good_once_and_kept_hashed(admin: User) -> None:
    codes = with_step(admin)
    assert len(set(codes)) == 10
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & ({code.replace("-", "") for code in codes} | set(codes))
    client = signed_in(admin)
    client.post("/login/code", {"code": codes[0].upper().replace("-", " ")})
    assert is_in(client)
    again = signed_in(admin)
    again.post("/login/code", {"code": codes[0]})
    assert not is_in(again)
    assert StaticToken.objects.count() == 9


def test_guessing_codes_is_slowed_down(admin: User) -> None:
    with_step(admin)
    client = signed_in(admin)
    statuses = [client.post("/login/code", {"code": f"{n:06d}"}).status_code for n in range(12)]
    assert statuses[-1] == 429
    client.post("/login/code", {"code": code_of(admin, ahead=1)}, REMOTE_ADDR="10.9.8.7")  # the app itself waits, too
    assert not is_in(client)


def test_the_secret_of_an_app_lies_closed_and_bound_to_its_account(admin: User) -> None:
    with_step(admin)
    app = CodeApp.objects.get()
    for written in (app.bin_key.hex(), app.bin_key.decode("latin-1"), b32encode(app.bin_key).decode()):
        assert written.lower() not in app.key.lower()
    with pytest.raises(InvalidTag):
        opened(app.key, admin.pk + 1)


def test_the_password_is_not_remembered_for_long(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with_step(admin)
    client = signed_in(admin)
    now = time.time()
    monkeypatch.setattr("backend.console.sign_in.time.time", lambda: now + 11 * 60)
    assert client.get("/login/code").headers["Location"] == "/login"


@pytest.mark.parametrize(("role", "must"), [("administrator", True), ("coordinator", True), ("cluster_team", False)])
def test_whoever_must_have_it_gets_no_further_without(settings: Settings, role: str, must: bool) -> None:
    settings.REQUIRE_2FA = True
    client = signed_in(user(role, "someone"))
    page, api = client.get("/"), client.get("/api/v1/me")
    assert (page.status_code, api.status_code) == ((302, 403) if must else (200, 200))
    if must:
        assert page.headers["Location"] == "/account"
        assert api.json()["code"] == "second_step_due"
        assert client.get("/account").status_code == 200
        assert client.get("/maps/reach").status_code == 302
        assert client.get("/admin/").status_code == 302


def test_once_set_up_everything_is_open(settings: Settings, admin: User) -> None:
    settings.REQUIRE_2FA = True
    with_step(admin)
    client = signed_in(admin)
    client.post("/login/code", {"code": code_of(admin, ahead=1)})
    assert is_in(client)
    assert client.get("/api/v1/me").status_code == 200


def test_a_demonstration_does_without(settings: Settings, admin: User) -> None:
    settings.REQUIRE_2FA, settings.DEMO = True, True
    assert is_in(signed_in(admin))


def test_switching_it_off_takes_the_password(admin: User) -> None:
    with_step(admin)
    client = signed_in(admin)
    client.post("/login/code", {"code": code_of(admin, ahead=1)})
    assert client.post("/account/second-step/off", {"password": "guessed"}).status_code == 422
    assert CodeApp.objects.filter(confirmed=True).exists()
    client.post("/account/second-step/off", {"password": PASSWORD})
    assert not CodeApp.objects.exists()
    assert not StaticToken.objects.exists()


def test_an_administrator_helps_somebody_who_lost_everything(admin: User) -> None:
    other = user("coordinator", "ravi")
    with_step(other)
    client = signed_in(admin)
    form = {"action": "switch_second_step_off", "_selected_action": [other.pk]}
    assert client.post("/admin/accounts/user/", form).status_code == 302
    assert is_in(signed_in(other))
    assert Entry.objects.filter(action="second_step_off", actor="asha.admin").exists()


def test_its_secrets_are_in_no_page_of_the_administration(admin: User) -> None:
    client = signed_in(admin)
    assert client.get("/admin/otp_totp/totpdevice/").status_code in (302, 404)
    assert client.get("/admin/otp_static/staticdevice/").status_code in (302, 404)
