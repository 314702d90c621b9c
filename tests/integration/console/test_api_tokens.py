"""The page of API tokens: one's own, within one's scope, shown once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from backend.accounts import services
from backend.accounts.models import ApiToken
from tests.integration.world import World, user


@pytest.fixture
def page(world: World) -> Client:
    client = Client()
    client.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    return client


FILLED = {"name": "Monthly figures", "reads": "best", "days": "30"}


def token_in(text: str) -> str:
    [token] = re.findall(r'class="code">([\w-]+)<', text)
    return token


def script(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_made_shown_once_and_reads_its_cluster(page: Client, world: World) -> None:
    answer = page.post("/tokens", FILLED)
    token = token_in(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    me = script(token).get("/api/v1/me").json()
    assert (me["all_india"], me["clusters"]) == (False, [world.cluster.pk])
    assert token not in page.get("/tokens").content.decode()
    row = ApiToken.objects.get()
    assert row.expires_at is not None
    assert dt.timedelta(days=29) < row.expires_at - timezone.now() <= dt.timedelta(days=30)
    assert row.last_used is not None
    assert str(row.created_by) == "team"


@pytest.mark.parametrize(
    "change", [{"reads": "all"}, {"reads": "nowhere"}, {"reads": ""}, {"name": " "}, {"name": "n" * 121}, {"days": "7"}]
)
def test_beyond_ones_scope_none_is_made(page: Client, change: dict[str, str]) -> None:
    answer = page.post("/tokens", FILLED | change)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_who_sees_all_of_india_may_give_that_away_and_for_ever(page: Client) -> None:
    page.force_login(user("administrator", "boss"))
    token = token_in(page.post("/tokens", FILLED | {"reads": "all", "days": ""}).content.decode())
    assert script(token).get("/api/v1/me").json()["all_india"] is True
    assert ApiToken.objects.get().expires_at is None


def test_a_coordinator_makes_a_token_for_the_own_centres(page: Client, world: World) -> None:
    meena = user("coordinator", "meena", centres=[world.centre])
    page.force_login(meena)
    assert "Your centre" in page.get("/tokens").content.decode()
    token = token_in(page.post("/tokens", FILLED | {"reads": "my-centres"}).content.decode())
    me = script(token).get("/api/v1/me").json()
    assert (me["all_india"], me["centres"]) == (False, [world.centre.pk])
    assert "RSVC Nitte" in page.get("/tokens").content.decode()
    meena.centres.clear()
    assert script(token).get("/api/v1/me").json()["centres"] == [], "it reads no more than its maker may today"


def test_whose_account_reads_nothing_is_told_why_there_is_no_form(page: Client) -> None:
    page.force_login(user("coordinator", "nobody"))
    assert "your account has none of them" in page.get("/tokens").content.decode()


def test_a_revoked_token_opens_nothing(page: Client) -> None:
    token = token_in(page.post("/tokens", FILLED).content.decode())
    assert page.post(f"/tokens/{ApiToken.objects.get().pk}/revoke")["Location"] == "/tokens"
    assert script(token).get("/api/v1/me").status_code == 403
    assert "Revoked on" in page.get("/tokens").content.decode()


def test_only_ones_own_are_there(page: Client, world: World) -> None:
    services.make_api_token("Somebody else's", world.cluster, user("administrator", "boss"))
    services.make_api_token("From the command line", world.cluster)
    text = page.get("/tokens").content.decode()
    assert "You have no token yet." in text
    for row in ApiToken.objects.all():
        assert page.post(f"/tokens/{row.pk}/revoke").status_code == 404
    assert not ApiToken.objects.exclude(revoked_at=None).exists()
