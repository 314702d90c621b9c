"""Codes and tokens from the command line: shown once, kept as hashes."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backend.accounts.models import ApiToken, EnrolmentCode, Officer
from backend.registry.models import Centre
from tests.integration.world import World


def said(command: str, *options: str) -> str:
    out = io.StringIO()
    call_command(command, *options, stdout=out)
    return out.getvalue()


def enrol(code: str) -> int:
    body = {"code": code, "installation_id": "phone-9", "token": "p" * 40}
    return Client().post("/api/v1/auth/enrol", body, content_type="application/json").status_code


def test_a_code_enrols_a_phone_and_its_link_is_the_apps(world: World, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reach.example.org"
    told = said("enrol_code", "--officer", "asha", "--days", "2")
    code = re.search(r"^code +(\S+)$", told, re.M)[1]  # type: ignore[index]
    assert f"https://reach.example.org/field/#enrol={code}" in told
    left = EnrolmentCode.objects.latest("pk").expires_at - timezone.now()
    assert dt.timedelta(days=1) < left <= dt.timedelta(days=2)
    assert enrol(code) == 200
    assert code not in str(list(EnrolmentCode.objects.values()))


def test_an_officer_can_be_added_and_not_twice(world: World) -> None:
    assert "Geeta Rawat, RSVC Nitte" in said("enrol_code", "--officer", "Geeta  Rawat", "--centre", "nitte", "--add")
    with pytest.raises(CommandError, match="is at RSVC Nitte already"):
        said("enrol_code", "--officer", "geeta rawat", "--centre", "nitte", "--add")
    with pytest.raises(CommandError, match="--add needs --centre"):
        said("enrol_code", "--officer", "Mohan", "--add")


def test_of_several_with_one_name_one_is_asked_for_by_number(world: World) -> None:
    other = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    namesake = Officer.objects.create(name="Asha", centre=other)
    with pytest.raises(CommandError, match=f"Several are called Asha.*{namesake.pk} \\(khunt\\)"):
        said("enrol_code", "--officer", "Asha")
    assert "RSVC Khunt" in said("enrol_code", "--officer", "Asha", "--centre", "khunt")
    assert "RSVC Khunt" in said("enrol_code", "--officer", str(namesake.pk))
    with pytest.raises(CommandError, match="no active officer Nobody"):
        said("enrol_code", "--officer", "Nobody")


def test_a_token_reads_its_cluster_until_it_ends(world: World) -> None:
    token = re.search(
        r"^token +(\S+)$", said("api_token", "--name", "State", "--cluster", "best", "--days", "3"), re.M
    )[1]  # type: ignore[index]
    row = ApiToken.objects.get()
    assert (row.cluster, token in str(list(ApiToken.objects.values()))) == (world.cluster, False)
    script = Client(headers={"Authorization": f"Bearer {token}"})
    assert script.get("/api/v1/me").json()["clusters"] == [world.cluster.pk]
    ApiToken.objects.update(expires_at=timezone.now())
    assert script.get("/api/v1/me").status_code == 403


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--name", "x", "--cluster", "nowhere"), "There is no cluster nowhere. There are: best."),
        (("--name", " "), "Give the token a name"),
        (("--name", "x", "--days", "0"), "Give 1 to 3660 days"),
    ],
)
def test_a_wrong_option_makes_nothing(world: World, options: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said("api_token", *options)
    assert not ApiToken.objects.exists()


def test_a_token_goes_with_whoever_made_it(world: World) -> None:
    from backend.accounts.services import make_api_token
    from tests.integration.world import user

    maker = user("cluster_team", "team", clusters=[world.cluster])
    script = Client(headers={"Authorization": f"Bearer {make_api_token('mine', world.cluster, maker)}"})
    assert script.get("/api/v1/me").status_code == 200
    maker.is_active = False
    maker.save()
    assert script.get("/api/v1/me").status_code == 403


def test_a_phone_is_seen_when_it_asks_and_not_noted_at_every_request(world: World) -> None:
    world.device.refresh_from_db()
    assert world.device.last_seen is None
    world.client().get("/api/v1/me")
    world.device.refresh_from_db()
    first = world.device.last_seen
    assert first is not None
    world.client().get("/api/v1/me")
    world.device.refresh_from_db()
    assert world.device.last_seen == first
