"""Nobody gives themselves more than they have, learns who else is there, or finds a secret lying about."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from backend.accounts import services, throttle
from backend.accounts.models import User
from backend.config.logs import WithoutTokens
from backend.submissions.models import Submission
from tests.faults.homes import Home
from tests.integration.world import TOKEN, World, user

pytestmark = pytest.mark.django_db


def test_more_fields_than_a_form_has_change_nothing(world: World) -> None:
    coordinator = user("coordinator", "asha", centres=[world.centre])
    client = Client()
    client.force_login(coordinator)
    world.client().post("/api/v1/submissions", world.registration("uuid:1"), content_type="application/json")
    more = {
        "action": "approve",
        "by": 1,
        "at": "2001-01-01",
        "review_state": "rejected",
        "submission": {"deleted_at": "now"},
    }
    client.post("/api/v1/submissions/uuid:1/review", more, content_type="application/json")
    row = Submission.objects.get()
    assert (row.review_state, row.deleted_at) == ("approved", None)
    assert row.decisions.get().by == coordinator
    new = {
        "old_password": "a-long-password",
        "new_password1": "x",
        "new_password2": "x",
        "role": "administrator",
        "all_india": "on",
    }
    client.post("/account/password", new)
    coordinator.refresh_from_db()
    assert (coordinator.role, coordinator.all_india, coordinator.is_superuser) == ("coordinator", False, False)


def test_a_phone_cannot_speak_for_another(world: World) -> None:
    item = world.registration("uuid:1") | {
        "device": 999,
        "device_id": 999,
        "officer": "Somebody Else",
        "received_at": "2001-01-01",
    }
    world.client().post("/api/v1/submissions", item, content_type="application/json")
    row = Submission.objects.get()
    assert row.device == world.device
    assert row.received_at.year > 2020


def test_nobody_learns_which_names_there_are(world: World, settings: Settings) -> None:
    """The same answer, in the same time: a name that is none is hashed as well."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    user("coordinator", "asha")
    User.objects.filter(pk=user("coordinator", "closed").pk).update(is_active=False)

    def ask(name: str) -> tuple[str, float]:
        throttle.forget()
        begun = time.thread_time()  # of the processor: others on this machine do not count
        answer = Client().post("/login", {"username": name, "password": "wrong"})
        took = time.thread_time() - begun
        return answer.content.decode().replace(name, "").split("csrfmiddlewaretoken")[1][80:], took

    found = {name: [ask(name) for _ in range(3)] for name in ("asha", "closed", "nobody-at-all")}
    assert len({text for asked in found.values() for text, _ in asked}) == 1
    times = {name: min(took for _, took in asked) for name, asked in found.items()}
    assert max(times.values()) < 2 * min(times.values())


def test_guessing_passwords_is_slowed_down_and_no_phone_is_kept_from_sending(world: World) -> None:
    user("coordinator", "asha")
    statuses = [Client().post("/login", {"username": "asha", "password": f"p{n}"}).status_code for n in range(12)]
    assert statuses[-1] == 429
    answer = world.client().post("/api/v1/submissions", world.registration(), content_type="application/json")
    assert answer.status_code == 201  # from the very same address


def test_secrets_are_kept_hashed(world: World) -> None:
    code, token = services.make_code(world.officer), services.make_api_token("script", None)
    password = "a-long-password"
    user("coordinator", "asha")
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
        for secret in (TOKEN, code, token, password):
            assert secret not in text, table


def test_secrets_are_in_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(headers={"Authorization": f"Bearer {TOKEN}"}, raise_request_exception=False)
    client.get(f"/openrosa/key/{TOKEN}/formList")
    client.get(f"/openrosa/key/{TOKEN}x/formList")
    client.post(
        "/api/v1/auth/enrol", {"code": "SECRET-CODE", "installation_id": "x", "token": TOKEN}, "application/json"
    )
    client.post("/login", {"username": "asha", "password": "secret-password"})
    lines = "\n".join(WithoutTokens().format(record) for record in caplog.records)
    for secret in (TOKEN, "SECRET-CODE", "secret-password"):
        assert secret not in lines


def test_a_public_installation_passes_the_deployment_checks(settings: Settings) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = "k" * 50 + "0123456789"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    call_command("check", deploy=True, fail_level="WARNING")


def test_a_public_installation_names_its_cookies_so_that_no_other_host_can_set_them(tmp_path: Path) -> None:
    said = Home(tmp_path, also={"PUBLIC_URL": "https://reach.example.org"}).python(
        "from django.conf import settings\n"
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,"
        " settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN)"
    )
    assert said.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "/", "None", "None"]


def test_wrong_passwords_are_counted_for_all_processes_together(world: World) -> None:
    """Another process knows only what the database says."""
    statuses = []
    for _ in range(12):
        throttle.forget()
        statuses.append(Client().post("/login", {"username": "asha", "password": "wrong"}).status_code)
    assert statuses == [200] * 10 + [429] * 2
    assert Client().post("/login", {"username": "a", "password": "b"}, REMOTE_ADDR="10.9.8.7").status_code == 200
