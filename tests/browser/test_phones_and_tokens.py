"""Phones and API tokens in a browser: codes are shown once, a phone is taken away after a second look, nothing is inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from backend.accounts import services, throttle
from backend.accounts.models import ApiToken, Device, Officer
from tests.browser.conftest import Open, Tab
from tests.browser.test_console import PHONE
from tests.integration.world import World, make_world, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def world(transactional_db: None, settings: Settings) -> World:
    throttle.forget()
    settings.DEMO = True
    world = make_world()
    user("coordinator", "meena.joshi", centres=[world.centre], clusters=[world.cluster])
    second = services.enrol(services.make_code(world.officer), "phone-2", "s" * 40)
    services.revoke(second)
    services.make_code(Officer.objects.create(name="Prakash Arya", centre=world.centre, forms=["village_report"]))
    Officer.objects.create(name="Kamla Devi Ramaswamy Subrahmanyam", centre=world.centre)
    world.client().get("/api/v1/me")
    return world


def shoot(tab: Tab, screenshots: Path, name: str) -> None:
    assert tab.sideways() == 0, name
    tab.page.screenshot(path=screenshots / f"{name}.png", full_page=True)


WINDOWS = {"desk": {}, "phone": PHONE, "phone-hi": PHONE | {"locale": "hi-IN"}}


@pytest.mark.parametrize("window", WINDOWS)
def test_people_are_added_and_each_gets_a_code_with_a_square(
    open_tab: Open, world: World, window: str, screenshots: Path
) -> None:
    tab = open_tab(**WINDOWS[window])
    tab.sign_in("meena.joshi", path="/phones")
    shoot(tab, screenshots, f"{window}-phones")
    tab.page.fill("#names", "Geeta Rawat\nMohan Pandey\nKavita Negi")
    tab.page.click(".add .main")
    tab.settled()
    codes = [code.inner_text() for code in tab.page.locator(".slips .code").all()]
    assert len(set(codes)) == 3
    assert tab.page.locator(".slips svg").count() == 3
    assert codes[0] in tab.text(".slips li:first-child .address")
    shoot(tab, screenshots, f"{window}-codes")
    tab.go("/phones")
    assert codes[0] not in tab.page.content()
    assert "Geeta Rawat" in tab.text()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_phone_is_taken_away_after_a_second_look(
    open_tab: Open, world: World, window: str, screenshots: Path
) -> None:
    tab = open_tab(**WINDOWS[window])
    tab.sign_in("meena.joshi", path="/phones")
    assert not tab.page.is_visible(".stop")
    tab.page.locator("main summary").first.click()
    shoot(tab, screenshots, f"{window}-revoke")
    tab.page.click(".stop")
    tab.settled()
    assert not Device.objects.filter(revoked_at=None).exists()
    assert tab.page.locator(".list summary").count() == 0


@pytest.mark.parametrize("window", WINDOWS)
def test_a_token_is_made_and_shown_once(open_tab: Open, world: World, window: str, screenshots: Path) -> None:
    tab = open_tab(**WINDOWS[window])
    tab.sign_in("meena.joshi", path="/tokens")
    shoot(tab, screenshots, f"{window}-tokens-none")
    tab.page.fill("#name", "Monthly figures for the state")
    tab.page.click(".add .main")
    tab.settled()
    token = tab.text(".made .code")
    assert ApiToken.objects.get().name == "Monthly figures for the state"
    shoot(tab, screenshots, f"{window}-tokens")
    tab.go("/tokens")
    assert token not in tab.page.content()
    tab.page.locator("main summary").first.click()
    tab.page.click(".stop")
    tab.settled()
    assert ApiToken.objects.get().revoked_at is not None


@pytest.mark.parametrize("width", [360, 1280])
def test_letters_of_twice_the_size_fit(open_tab: Open, world: World, width: int, screenshots: Path) -> None:
    tab = open_tab(letters=32, viewport={"width": width, "height": 740})
    tab.sign_in("meena.joshi", path="/phones")
    shoot(tab, screenshots, f"large-{width}-phones")
    tab.page.fill("#names", "Geeta Rawat")
    tab.page.click(".add .main")
    tab.settled()
    shoot(tab, screenshots, f"large-{width}-codes")
    tab.go("/tokens")
    shoot(tab, screenshots, f"large-{width}-tokens")


def test_touch_targets_are_large(open_tab: Open, world: World) -> None:
    phone = open_tab(**PHONE)
    phone.sign_in("meena.joshi", path="/phones")
    places = "main button:visible, main summary:visible, main select:visible"
    heights = {e.inner_text(): e.bounding_box() for e in phone.page.locator(places).all()}
    assert all(box and box["height"] >= 48 for box in heights.values()), heights


def test_the_sheet_prints_without_the_page_around_it(tab: Tab, world: World, screenshots: Path) -> None:
    tab.sign_in("meena.joshi", path="/phones")
    tab.page.fill("#names", "\n".join(f"Person {i}" for i in range(1, 21)))
    tab.page.click(".add .main")
    tab.settled()
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible(".site-head")
    assert tab.page.is_visible(".slips li:last-child")
    tab.page.screenshot(path=screenshots / "codes-printed.png", full_page=True)
    paper = tab.page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "10mm"))
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, "twenty fit on a sheet"
