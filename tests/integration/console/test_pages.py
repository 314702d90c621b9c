"""The console's pages: who is let in, what is counted for them, and in which language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from backend.accounts import throttle
from tests.integration.world import World, user

WRONG = {"username": "meena", "password": "wrong"}
RIGHT = {"username": "meena", "password": "a-long-password"}


@pytest.fixture(autouse=True)
def _no_tries_of_others() -> Iterator[None]:
    throttle.forget()
    yield
    throttle.forget()


@pytest.fixture
def page(world: World) -> Client:
    pin = {"type": "Point", "coordinates": [74.94, 13.2], "properties": {"accuracy": 0.0}}
    for filled in (world.registration(), world.registration(place=1, position=pin)):
        world.client().post("/api/v1/submissions", filled, content_type="application/json")
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def test_the_scope_is_named(page: Client, world: World) -> None:
    assert page.get("/").context["scope"] == "RSVC Nitte"
    page.force_login(user("coordinator", "both", centres=[world.centre], clusters=[world.cluster]))
    assert page.get("/").context["scope"] == "1 centre, 1 cluster"
    page.force_login(user("cluster_team", "nobody"))
    assert page.get("/").context["scope"] == "No centre yet"


def test_only_administrators_are_shown_the_administration(page: Client) -> None:
    assert "/admin/" not in page.get("/manage").content.decode()
    admin = user("administrator", "admin")
    admin.is_staff = admin.is_superuser = True
    admin.save()
    page.force_login(admin)
    assert "/admin/" in page.get("/manage").content.decode()


def test_ten_wrong_passwords_and_the_door_stays_shut_for_a_minute(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Client()
    for _ in range(throttle.FAILURES):
        assert guest.post("/login", WRONG).status_code == 200
    answer = guest.post("/login", RIGHT)
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()
    monkeypatch.setattr(throttle, "SECONDS", 0)  # a minute later
    assert guest.post("/login", RIGHT).status_code == 302


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_does_not_say_which_of_both_was_wrong(page: Client, password: str) -> None:
    known = Client().post("/login", {"username": "meena", "password": password}).context["error"]
    assert known == Client().post("/login", {"username": "nobody", "password": password}).context["error"]


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_nobody_is_led_elsewhere(page: Client, next_page: str) -> None:
    assert Client().post("/login", RIGHT | {"next": next_page})["Location"] == "/"


def test_the_browsers_language_is_the_first_choice(page: Client) -> None:
    hindi = Client(headers={"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}).get("/login").content.decode()
    assert '<html lang="hi">' in hindi
    assert "पासवर्ड" in hindi
    assert '<html lang="en">' in Client(headers={"Accept-Language": "ta"}).get("/login").content.decode()


@pytest.mark.parametrize(
    "path", ["/login", "/", "/reports", "/quality", "/deployments", "/manage", "/privacy", "/api/v1/docs"]
)
def test_pages_keep_the_strict_policy(page: Client, path: str) -> None:
    client = Client() if path == "/login" else page
    policy = client.get(path)["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
