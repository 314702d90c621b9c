"""A coordinator's day in a browser: what needs me, twenty reports by keys, a change asked, a phone enrolled."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.accounts import throttle
from backend.deployments import standing
from backend.deployments.filters import today
from backend.deployments.models import Deployment
from backend.field import feedback
from backend.submissions.models import ReportRow
from tests.browser.conftest import Tab
from tests.integration.console.test_reports import PIN, report_with_photo, send
from tests.integration.world import World, make_world, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
REVIEWED = 20


@pytest.fixture(autouse=True)
def _fresh() -> None:
    throttle.forget()
    standing.forget_standings()


@pytest.fixture
def office(transactional_db: None) -> World:
    """One with a photo, one broken, one flagged, and enough others for a morning; a phone's unreadable report."""
    world = make_world()
    user("coordinator", "meena.joshi", centres=[world.centre])
    user("administrator", "admin")
    report_with_photo(world)
    deployment = str(Deployment.objects.get().uuid)
    send(world, world.report(deployment, visit_date=str(today()), working=0, broken=1, units_in_use=0, installed=1))
    for n in range(REVIEWED):
        send(world, world.registration(place=n % 2, visit_date="2026-11-02"))
    send(world, world.registration(visit_date="2026-11-02", position=PIN))
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    return world


def states() -> list[str]:
    return list(ReportRow.objects.order_by("pk").values_list("review_state", flat=True))


def press(tab: Tab, key: str) -> None:
    with tab.page.expect_navigation():
        tab.page.keyboard.press(key)


def test_a_coordinators_day(tab: Tab, office: World, screenshots: Path) -> None:
    tab.sign_in("meena.joshi")
    assert "What needs you today" in tab.text("h1")
    assert tab.page.locator(".sketch").get_attribute("aria-label") == "Villages around Nitte, each by its mark."
    tab.page.screenshot(path=screenshots / "today.png")
    tab.page.click("text=Plan visits")
    tab.settled()
    white = tab.text("tbody th").strip()
    assert white == "Village 2", "the one village of the list where nobody was"
    tab.page.go_back()
    tab.page.click("text=Start reviewing")
    tab.settled()
    assert "1 of 23" in tab.text(".back")
    photo = tab.page.locator(".photos img").first
    assert photo.evaluate("img => img.decode().then(() => img.naturalWidth)") == 480
    tab.page.screenshot(path=screenshots / "report.png")
    for _ in range(REVIEWED):
        press(tab, "a")
    assert states()[:REVIEWED] == ["approved"] * REVIEWED
    assert "1 of 3" in tab.text(".back")

    tab.page.keyboard.press("c")  # asks for words first
    tab.page.keyboard.type("Please take a new photo")  # letters in a field are letters, no keys
    with tab.page.expect_navigation():
        tab.page.click("text=Ask for changes")
    assert states()[REVIEWED] == "changes_requested"
    told = [row for row in feedback.everything(office.device) if row["state"] == "changes_requested"]
    assert [row["comment"] for row in told] == ["Please take a new photo"]

    tab.page.click("text=Undo")
    tab.settled()
    assert states()[REVIEWED] == "received"
    press(tab, "s")
    press(tab, "k")
    assert states().count("received") == 3, "looking decides nothing"

    tab.page.click("nav >> text=Phones")
    tab.page.fill("#names", "Geeta Rawat")
    tab.page.click("text=Make codes")
    tab.settled()
    assert "Geeta Rawat" in tab.text(".slips")
    assert tab.page.locator(".slips svg.square").count() == 1

    tab.page.click("nav >> text=Today")
    tab.page.click(".sketch-link")
    tab.page.wait_for_selector("body[data-ready=yes]")
    assert tab.page.get_by_role("link", name="Map", exact=True).get_attribute("aria-current") == "page"
    assert white in tab.text("main.stage"), "among those to visit next"
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible(".console")
    assert tab.page.is_visible("#title")
    assert tab.page.is_visible(".layers"), "what the marks mean"
    assert (tab.page.locator("#map_gramreach").bounding_box() or {})["height"] > 300, "the map fills the sheet"
    assert tab.page.pdf().startswith(b"%PDF")
    tab.page.screenshot(path=screenshots / "map-printed.png")


def test_keys_can_be_switched_off(tab: Tab, office: World) -> None:
    tab.sign_in("meena.joshi", path="/reports?review=received,edited")
    tab.page.click(".reports tbody a >> nth=0")
    tab.settled()
    tab.page.click("text=Keys: on")
    tab.page.keyboard.press("Escape")
    tab.page.locator("h1").click()
    tab.page.keyboard.press("a")
    tab.page.wait_for_timeout(200)
    assert "approved" not in states()
    tab.page.reload()
    assert "Keys: off" in tab.text("#decide")


def test_many_are_chosen_accepted_and_taken_back(tab: Tab, office: World, screenshots: Path) -> None:
    tab.sign_in("meena.joshi", path="/reports?review=received,edited")
    tab.page.check("#all")
    chosen = len(states()) - ReportRow.objects.filter(flags__gt=0).count()
    assert f"{chosen} chosen" in tab.text("#count")
    tab.page.screenshot(path=screenshots / "reports-chosen.png")
    tab.page.click("text=Accept what is chosen")
    tab.settled()
    assert states().count("approved") == chosen
    tab.page.click("text=Undo")
    tab.settled()
    assert "approved" not in states()
