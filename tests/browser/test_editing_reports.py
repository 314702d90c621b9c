"""A report is changed at the office, in the browser, with the form view that phones have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.deployments.models import Deployment
from backend.submissions.flat import flatten
from backend.submissions.models import Submission, SubmissionVersion
from field_forms.schema import Schema
from tests.browser.axe import violations
from tests.browser.conftest import Open, Tab
from tests.browser.form_page import Filling
from tests.browser.test_form_preview import built
from tests.integration.submissions.test_editing import photo
from tests.integration.submissions.test_reviewing import reported, send
from tests.integration.world import World, make_world, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    built()
    world = make_world()
    user("coordinator", "meena", centres=[world.centre])
    return world


def begun(world: World, open_tab: Open, **options: Any) -> Tab:
    """A report with a photo, of two units among seven, opened to be changed on the page of its units."""
    deployment = reported(world, "uuid:r0", units_added=5)
    units = dict.fromkeys(("defective", "broken", "removed"), 0)
    told = units | {
        "units_added": None,
        "installed_before": 7,
        "installed": 7,
        "working": 7,
        "units_in_use": 2,
        "photo_people": "none",
    }
    item = world.report(deployment, "uuid:r1", photo="photo.jpg", **told)
    posted = {"submission": orjson.dumps(item).decode(), "photo.jpg": photo("photo.jpg")}
    assert world.client().post("/api/v1/submissions", posted).status_code == 201
    tab = open_tab(**options)
    tab.sign_in("meena", path="/reports/uuid:r1")
    tab.page.click("text=Change answers")
    for _ in range(2):
        tab.page.click(".form-bar .main")
    return tab


def in_use(tab: Tab) -> Any:
    return (
        Filling(tab.page).question("How many were used in the last 30 days (or in the last season)?").locator("input")
    )


def stored(tab: Tab) -> None:
    tab.page.wait_for_url("**/reports/**")
    tab.settled()


def test_a_report_is_changed_and_its_history_says_by_whom(world: World, open_tab: Open, screenshots: Path) -> None:
    tab = begun(world, open_tab)
    assert "a report of Asha" in tab.text(".preview-head")
    in_use(tab).fill("1")
    tab.page.screenshot(path=screenshots / "edit-desk.png")
    assert violations(tab.page) == []
    tab.page.click("#acts >> text=Store the change")
    stored(tab)
    tab.page.screenshot(path=screenshots / "edit-done.png", full_page=True)
    assert "Changed at the office by meena" in tab.text("main")
    version = SubmissionVersion.objects.get(submission__instance_id="uuid:r1", number=2)
    flat = flatten(version.answers, Schema.from_json(world.forms["village_report"].schema))
    assert (flat["units_in_use"], flat["installed_before"], flat["installed"]) == (1, 7, 7)
    assert (flat["photo"], version.attachments.exclude(blob=None).count()) == ("photo.jpg", 1)
    assert version.instance_id not in ("", "uuid:r1")


def test_what_somebody_changed_meanwhile_is_said_and_the_answers_stay(
    world: World, open_tab: Open, screenshots: Path
) -> None:
    tab = begun(world, open_tab, viewport={"width": 360, "height": 740})
    in_use(tab).fill("1")
    deployment = str(Deployment.objects.get().uuid)
    send(world, world.report(deployment, "uuid:r2", working=7, units_in_use=3) | {"deprecated_id": "uuid:r1"})
    tab.page.click("#acts >> text=Store the change")
    tab.page.wait_for_selector("text=Store mine all the same")
    tab.page.screenshot(path=screenshots / "edit-conflict-phone.png")
    assert (in_use(tab).input_value(), tab.sideways()) == ("1", 0)
    assert violations(tab.page) == []
    tab.page.click("text=Store mine all the same")
    stored(tab)
    versions = SubmissionVersion.objects.filter(submission__instance_id="uuid:r1").order_by("number")
    assert [(v.number, v.deprecated_id) for v in versions] == [(1, ""), (2, "uuid:r1"), (3, "uuid:r2")]
    tab.wrong.clear()  # the refusal, which the browser notes


def test_a_change_whose_answer_was_lost_is_stored_once(world: World, open_tab: Open) -> None:
    tab = begun(world, open_tab)
    in_use(tab).fill("1")
    lost: list[Any] = []

    def lose(route: Any) -> None:
        lost.append(route.fetch().status)
        route.abort()

    tab.page.route("**/api/v1/submissions", lose, times=1)
    tab.page.click("#acts >> text=Store the change")
    tab.page.click("#acts >> text=Send again")
    stored(tab)
    assert (lost, Submission.objects.get(instance_id="uuid:r1").versions.count()) == ([200], 2)
    tab.wrong.clear()  # the answer that was lost, which the browser notes
