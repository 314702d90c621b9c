"""The page of phones: officers in scope, codes shown once, phones revoked."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from backend.accounts import services
from backend.accounts.models import Device, EnrolmentCode, Officer
from backend.console import phones, squares
from backend.registry.models import Centre
from tests.integration.world import World, user


@pytest.fixture
def page(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


@pytest.fixture
def other(world: World) -> Officer:
    centre = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    return Officer.objects.create(name="Prakash Arya", centre=centre)


def codes_in(text: str) -> list[str]:
    return re.findall(r'class="code">([A-Z0-9-]+)<', text)


def enrol(code: str, installation: str = "phone-9") -> int:
    body = {"code": code, "installation_id": installation, "token": installation.ljust(40, "t")}
    return Client().post("/api/v1/auth/enrol", body, content_type="application/json").status_code


def test_only_people_of_the_scope_are_listed(page: Client, other: Officer) -> None:
    text = page.get("/phones").content.decode()
    assert "Asha" in text
    assert "Prakash Arya" not in text
    page.force_login(user("administrator", "boss"))
    assert "Prakash Arya" in page.get("/phones").content.decode()
    assert "Asha" not in page.get("/phones?centre=khunt").content.decode()


def test_people_are_added_with_a_code_that_enrols(page: Client, world: World, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reach.example.org"
    filled = {"names": " Geeta  Rawat \n\nMohan Pandey\n", "centre": "nitte", "form": "village_report"}
    answer = page.post("/phones/people", filled)
    text = answer.content.decode()
    codes = codes_in(text)
    assert len(codes) == 2
    assert "https://reach.example.org/field/#enrol=<wbr>" + codes[0] in text
    assert "no-store" in answer["Cache-Control"]
    assert [enrol(code, f"phone-{code}") for code in codes] == [200, 200]
    added = Officer.objects.get(name="Geeta Rawat")
    assert (added.centre, added.forms) == (world.centre, ["village_report"])
    assert EnrolmentCode.objects.filter(created_by__username="meena").count() == 2


def test_the_square_holds_the_link(page: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    make = squares.segno.make
    monkeypatch.setattr(squares.segno, "make", lambda text, **options: drawn.append(text) or make(text, **options))
    [code] = codes_in(page.post(f"/phones/people/{world.officer.pk}/code").content.decode())
    assert drawn == [services.enrolment_link(code)]


def test_a_code_is_never_shown_again(page: Client, world: World) -> None:
    [code] = codes_in(page.post(f"/phones/people/{world.officer.pk}/code").content.decode())
    text = page.get("/phones").content.decode()
    assert code not in text
    assert "is not used yet" in text


def test_a_withdrawn_code_enrols_nobody(page: Client, world: World) -> None:
    [code] = codes_in(page.post(f"/phones/people/{world.officer.pk}/code").content.decode())
    assert page.post(f"/phones/people/{world.officer.pk}/withdraw")["Location"] == "/phones"
    assert enrol(code) == 403
    assert "is not used yet" not in page.get("/phones").content.decode()
    assert world.client().get("/api/v1/me").status_code == 200, "phones that are enrolled stay so"


@pytest.mark.parametrize(
    "change",
    [
        {"names": ""},
        {"names": "\n".join(f"Person {i}" for i in range(21))},
        {"names": "Geeta\nasha"},  # one of them is here already
        {"names": "Geeta\nGeeta"},
        {"names": "G" * 121},
        {"centre": "khunt"},
        {"centre": ""},
        {"form": "no_such_form"},
    ],
)
def test_what_does_not_fit_adds_nobody_and_says_why(page: Client, other: Officer, change: dict[str, str]) -> None:
    before = Officer.objects.count(), EnrolmentCode.objects.count()
    answer = page.post("/phones/people", {"names": "Geeta", "centre": "nitte"} | change)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert (Officer.objects.count(), EnrolmentCode.objects.count()) == before


def test_names_that_did_not_fit_stay_in_the_form_escaped(page: Client) -> None:
    text = page.post("/phones/people", {"names": "<b>Asha", "centre": "khunt"}).content.decode()
    assert "&lt;b&gt;Asha</textarea>" in text


def test_a_revoked_phone_sends_no_more(page: Client, world: World) -> None:
    assert page.post(f"/phones/{world.device.pk}/revoke")["Location"] == "/phones"
    assert world.client().get("/api/v1/me").json()["code"] == "device_revoked"
    assert "Revoked on" in page.get("/phones").content.decode()


def test_phones_of_others_are_not_there(page: Client, other: Officer) -> None:
    device = services.enrol(services.make_code(other), "phone-8", "o" * 40)
    assert page.post(f"/phones/{device.pk}/revoke").status_code == 404
    assert page.post(f"/phones/people/{other.pk}/code").status_code == 404
    assert Device.objects.get(pk=device.pk).revoked_at is None


def test_whoever_left_gets_no_code(page: Client, world: World) -> None:
    Officer.objects.update(active=False)
    assert page.post(f"/phones/people/{world.officer.pk}/code").status_code == 404


def test_a_long_list_comes_in_pages_that_lose_nobody(
    page: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "ON_A_PAGE", 3)
    Officer.objects.bulk_create([Officer(name=name, centre=world.centre) for name in ("B", "B", "A", "C", "Zoe", "D")])
    seen: list[str] = []
    address: str | None = "/phones"
    while address:
        text = page.get(address).content.decode()
        seen += re.findall(r'<th scope="row"><b><a [^>]*>(\w+)</a></b>', text)
        more = re.search(r'class="more"><a class="second" href="([^"]+)"', text)
        address = more[1].replace("&amp;", "&") if more else None
    assert seen == ["A", "Asha", "B", "B", "C", "D", "Zoe"]


def test_a_long_list_asks_a_fixed_number_of_queries(
    page: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(10):
        services.make_code(Officer.objects.create(name=f"Person {i}", centre=world.centre))
    with django_assert_max_num_queries(16):
        page.get("/phones")


def test_cluster_teams_are_not_shown_the_page(page: Client, world: World) -> None:
    page.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    assert "/phones" not in page.get("/").content.decode()


@pytest.mark.parametrize("path", ["/phones", "/phones/people", "/tokens"])
def test_pages_keep_the_strict_policy_and_have_nothing_inline(page: Client, path: str) -> None:
    filled = {"names": "Geeta", "centre": "nitte"}
    answer = page.post(path, filled) if path.endswith("people") else page.get(path)
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    text = answer.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text)


def test_a_coordinator_says_where_officers_call(page: Client, world: World, other: Officer) -> None:
    told = page.post("/phones/office", {"centre": "nitte", "phone": " +91 00000  00000 "}, follow=True).content.decode()
    assert "The number is kept." in told
    assert 'value="+91 00000 00000"' in told
    refused = page.post("/phones/office", {"centre": "nitte", "phone": "call me"})
    assert refused.status_code == 422
    assert "Write its digits" in refused.content.decode()
    assert page.post("/phones/office", {"centre": "khunt", "phone": "+91 00000 00001"}).status_code == 422
    assert list(Centre.objects.order_by("slug").values_list("slug", "phone")) == [
        ("khunt", ""),
        ("nitte", "+91 00000 00000"),
    ]
    page.force_login(user("administrator", "boss"))
    refused = page.post("/phones/office", {"centre": "nitte", "phone": "call me"})
    assert '<option value="nitte" selected>' in refused.content.decode(), "of several centres the one that was meant"
    page.post("/phones/office", {"centre": "nitte", "phone": ""})
    world.centre.refresh_from_db()
    assert world.centre.phone == ""
