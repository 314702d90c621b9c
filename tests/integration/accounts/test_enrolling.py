"""A phone makes its token; a code gives it its officer, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from backend.accounts import services, throttle
from backend.accounts.models import Device, EnrolmentCode
from tests.integration.world import TOKEN, World

PHONE = "a-token-that-another-phone-made-itself-0001"


@pytest.fixture(autouse=True)
def _forgive() -> None:
    throttle._failures.clear()


def enrol(code: str, token: str = PHONE, installation: str = "phone-2") -> Any:
    body = {"code": code, "installation_id": installation, "token": token}
    return Client().post("/api/v1/auth/enrol", orjson.dumps(body), content_type="application/json")


def test_the_same_phone_asking_again_gets_the_same_answer(world: World) -> None:
    code = services.make_code(world.officer)
    first, again = enrol(code), enrol(code.lower().replace("-", " "))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert Device.objects.filter(installation_id="phone-2").count() == 1


def test_another_phone_cannot_use_the_code(world: World) -> None:
    code = services.make_code(world.officer)
    enrol(code)
    answer = enrol(code, token=PHONE + "x", installation="phone-3")
    assert (answer.status_code, answer.json()["code"]) == (403, "code_used")


def test_an_old_code_is_refused(world: World) -> None:
    code = services.make_code(world.officer)
    EnrolmentCode.objects.filter(device=None).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert enrol(code).json()["code"] == "code_expired"


def test_a_short_token_is_refused(world: World) -> None:
    assert enrol(services.make_code(world.officer), token="short").status_code == 422


def test_guessing_is_slowed_down(world: World) -> None:
    assert [enrol(f"WRONG-{i}").status_code for i in range(12)] == [403] * 10 + [429] * 2


def test_a_revoked_phone_is_told_so_at_once_and_may_send_nothing(world: World) -> None:
    assert world.client().get("/api/v1/me").json()["officer"] == "Asha"
    services.revoke(world.device)
    answer = world.client().post("/api/v1/submissions", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "device_revoked")


def test_tokens_and_codes_are_kept_as_hashes_only(world: World) -> None:
    code = services.make_code(world.officer)
    stored = str(list(Device.objects.values())) + str(list(EnrolmentCode.objects.values()))
    assert TOKEN not in stored
    assert code not in stored
