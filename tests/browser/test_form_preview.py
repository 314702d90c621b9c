"""Forms in a real browser: handed in, seen as a phone shows them, and a conflict looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from backend.deployments.versions import Base
from tests.browser.conftest import Open
from tests.integration.console.test_forms import well
from tests.integration.submissions.test_entities import ENTITY, Phone
from tests.integration.world import World, make_world, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world()
    user("administrator", "boss")
    return world


def built() -> None:
    """Skips where the app is not built."""
    if not (settings.FIELD_APP / "preview" / "preview.html").is_file():
        pytest.skip("the field app is not built: run `make setup`")


def test_a_draft_is_handed_in_and_seen_as_a_phone_shows_it(world: World, open_tab: Open, screenshots: Path) -> None:
    built()
    tab = open_tab()
    tab.sign_in("boss", path="/forms/upload")
    page = tab.page
    tab.page.screenshot(path=screenshots / "form-upload.png")
    page.set_input_files("#file", {"name": "wells.md", "mimeType": "text/markdown", "buffer": well()})
    page.click("main .main")
    tab.settled()
    assert "Draft: Wells" in tab.text("h1")
    page.screenshot(path=screenshots / "form-draft.png", full_page=True)
    page.click("text=See it as a phone shows it")
    page.get_by_label("Where is the well?").fill("Behind the school")
    page.screenshot(path=screenshots / "form-preview.png")
    assert "nothing is sent" in tab.text(".preview-head")
    for _ in range(3):
        if page.locator("pre").count():
            break
        page.locator("#form button").last.click()
        page.wait_for_timeout(400)
        if page.get_by_label("How deep, in metres?").count():
            page.get_by_label("How deep, in metres?").fill("7")
    page.wait_for_selector("pre")
    assert "<place>Behind the school</place>" in page.inner_text("pre")
    page.click("#back")
    tab.settled()
    page.click("text=Discard")
    tab.settled()
    assert "is gone" in tab.text("main")
    assert tab.sideways() == 0


def test_a_conflict_is_looked_at_on_a_desk_and_on_a_phone(world: World, open_tab: Open, screenshots: Path) -> None:
    phone = Phone(world)
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    phone.report("uuid:b", Base(1), added=1)
    for name, options in (("desk", {}), ("phone", {"viewport": {"width": 360, "height": 740}})):
        tab = open_tab(**options)
        tab.sign_in("boss", path="/conflicts")
        tab.page.screenshot(path=screenshots / f"conflicts-{name}.png", full_page=True)
        tab.go(f"/conflicts/{ENTITY}")
        tab.page.screenshot(path=screenshots / f"conflict-{name}.png", full_page=True)
        assert tab.sideways() == 0
    tab.page.fill("#comment1", "Counted twice")
    tab.page.click("button[value=others]")
    tab.settled()
    assert "nothing to settle" in tab.text("main")
