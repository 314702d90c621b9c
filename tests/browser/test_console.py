"""The console in a browser: signing in, two languages, the way through, the API's description; nothing from outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from backend.accounts import throttle
from tests.browser.conftest import Open, Tab
from tests.integration.world import World, make_world, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    throttle.forget()


@pytest.fixture
def world(transactional_db: None, settings: Settings) -> World:
    settings.DEMO = True
    world = make_world()
    user("coordinator", "meena.joshi", centres=[world.centre])
    return world


@pytest.fixture
def reported(world: World) -> World:
    """Two registrations, one of them with a hand-placed position, and something that cannot be read."""
    pin = {"type": "Point", "coordinates": [74.94, 13.2], "properties": {"accuracy": 0.0}}
    for filled in (world.registration(), world.registration(place=1, position=pin)):
        world.client().post("/api/v1/submissions", filled, content_type="application/json")
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    return world


def test_a_coordinator_signs_in_and_sees_what_waits(tab: Tab, reported: World, screenshots: Path) -> None:
    tab.sign_in("meena.joshi")
    assert tab.page.url == tab.base + "/"
    assert "RSVC Nitte" in tab.text(".site-head")
    assert "3 villages in the catchment lists, 2 deployments, 1 phone." in tab.text("main")
    assert [row.inner_text() for row in tab.page.locator(".rows .number").all()] == ["2", "1", "1", "1"]
    tab.page.screenshot(path=screenshots / "home.png")
    tab.page.click(".person summary")
    tab.page.click("text=Sign out")
    tab.settled()
    assert tab.page.url == tab.base + "/login"


def test_every_link_of_the_first_page_answers(tab: Tab, reported: World) -> None:
    tab.sign_in("meena.joshi")
    links = {a.get_attribute("href") for a in tab.page.locator("a[href^='/']").all()}
    assert {"/maps/reach?centre=nitte", "/reports", "/quality", "/kept-aside", "/api/v1/export/reports.csv"} <= links
    answers = {link: tab.context.request.get(tab.base + str(link)).status for link in links}
    assert set(answers.values()) == {200}, answers


def test_a_wrong_password_is_said_in_words_and_by_a_sign(tab: Tab, world: World, screenshots: Path) -> None:
    tab.sign_in("meena.joshi", "wrong")
    alert = tab.page.get_by_role("alert")
    assert alert.inner_text().strip() == "User name and password do not match. Check both and try again."
    assert alert.locator("svg").count() == 1
    assert tab.page.input_value("#username") == "meena.joshi"
    assert tab.page.get_attribute("#password", "aria-invalid") == "true"
    tab.page.screenshot(path=screenshots / "sign-in-error.png")


def test_the_password_can_be_shown_and_hidden(tab: Tab, world: World) -> None:
    tab.go("/login")
    tab.page.fill("#password", "secret")
    tab.page.click("text=Show")
    assert tab.page.get_attribute("#password", "type") == "text"
    tab.page.click("text=Hide")
    assert tab.page.get_attribute("#password", "type") == "password"


def test_hindi_is_chosen_once_and_stays(tab: Tab, reported: World, screenshots: Path) -> None:
    tab.go("/login?next=/forms")
    tab.page.click("button[lang=hi]")
    tab.settled()
    assert tab.page.get_attribute("html", "lang") == "hi"
    assert "पासवर्ड नहीं है?" in tab.text()
    tab.page.screenshot(path=screenshots / "sign-in-hi.png")
    tab.page.fill("#username", "meena.joshi")
    tab.page.fill("#password", "a-long-password")
    tab.page.click(".door .main")
    tab.settled()
    assert tab.page.url == tab.base + "/forms", "where one was going is kept through the change of language"
    tab.go("/")
    assert "आज आपके लिए क्या है" in tab.text("main")
    tab.page.screenshot(path=screenshots / "home-hi.png")


def test_the_demonstration_says_so_and_others_do_not(tab: Tab, world: World, settings: Settings) -> None:
    tab.go("/login")
    assert "Reports, people and villages here are made up." in tab.text()
    settings.DEMO = False
    tab.go("/login")
    assert "made up" not in tab.text()


PATHS = (
    "/login", "/privacy", "/", "/reports?order=newest", "/quality?days=365", "/deployments", "/villages/never", "/manage",
    "/forms",
)  # fmt: skip


def visit_all(tab: Tab, screenshots: Path, named: str) -> dict[str, int]:
    """Every page, photographed; by path how many pixels it is too wide."""
    too_wide = {}
    for path in (
        "/login",
        "/privacy",
        "/",
        "/reports?order=newest",
        "/quality?days=365",
        "/deployments",
        "/villages/never",
        "/manage",
        "/forms",
    ):
        if path == "/":
            tab.sign_in("meena.joshi")
        else:
            tab.go(path)
        too_wide[path] = tab.sideways()
        name = path.strip("/").replace("/", "-").split("?")[0] or "home"
        tab.page.screenshot(path=screenshots / f"{named}-{name}.png", full_page=True)
    return too_wide


@pytest.mark.parametrize("language", ["en-IN", "hi-IN"])
def test_phones_scroll_down_only(open_tab: Open, reported: World, language: str, screenshots: Path) -> None:
    too_wide = visit_all(open_tab(**PHONE, locale=language), screenshots, f"phone-{language[:2]}")
    assert not any(too_wide.values()), too_wide


@pytest.mark.parametrize("width", [360, 1280])
def test_letters_of_twice_the_size_fit(open_tab: Open, reported: World, width: int, screenshots: Path) -> None:
    large = open_tab(letters=32, viewport={"width": width, "height": 740})
    too_wide = visit_all(large, screenshots, f"large-{width}")
    assert large.page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
    assert not any(too_wide.values()), too_wide


def test_the_menu_opens_on_a_phone_and_escape_closes_it(open_tab: Open, world: World, screenshots: Path) -> None:
    phone = open_tab(**PHONE)
    phone.sign_in("meena.joshi")
    assert not phone.page.is_visible("#menu nav")
    phone.page.tap(".menu-button")
    assert phone.page.is_visible("#menu nav")
    phone.page.screenshot(path=screenshots / "phone-menu.png")
    phone.page.keyboard.press("Escape")
    assert not phone.page.is_visible("#menu nav")


def test_touch_targets_are_large(open_tab: Open, reported: World) -> None:
    phone = open_tab(**PHONE)
    phone.sign_in("meena.joshi")
    phone.page.tap(".menu-button")
    # Of what needs somebody today, the whole row is one target.
    targets = "button:visible, nav a, .second:visible:not(.needs .second), .needs > li"
    heights = {e.inner_text(): e.bounding_box() for e in phone.page.locator(targets).all()}
    small = {name: box for name, box in heights.items() if not box or box["height"] < 48}
    assert heights
    assert not small


def test_the_description_of_the_api_shows_its_operations(tab: Tab, world: World, screenshots: Path) -> None:
    tab.go("/api/v1/docs")
    tab.page.wait_for_selector(".opblock")
    shown = [path.inner_text() for path in tab.page.locator(".opblock-summary-path").all()]
    assert any("submissions" in path for path in shown)
    assert tab.page.locator(".opblock").count() >= 20
    tab.page.locator(".opblock-summary-get").first.click()
    tab.page.wait_for_selector(".opblock-body")
    tab.page.screenshot(path=screenshots / "docs.png")


def test_the_administration_keeps_the_policy_too(tab: Tab, world: World) -> None:
    admin = user("administrator", "admin")
    admin.is_staff = admin.is_superuser = True
    admin.save()
    tab.sign_in("admin", path="/admin/")
    assert "Site administration" in tab.text()
    tab.go("/admin/registry/centre/add/")
    assert tab.page.locator("#centre_form").count() == 1
