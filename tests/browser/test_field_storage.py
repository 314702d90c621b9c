"""Room on the phone: what may be cleared and what never, drafts thrown away, a warning while there is still time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.field import REVIEW, Office, Pick, photo_of_a_pump

pytestmark = pytest.mark.xdist_group("browser")
NEARLY_FULL = "if (navigator.storage) navigator.storage.estimate = async () => ({ quota: 2e9, usage: 1.9e9 });"


def test_only_what_the_office_has_is_cleared_and_comes_back_when_a_change_is_asked_for(
    pick: Pick, office: Office, tmp_path: Path
) -> None:
    phone = pick()
    phone.enrol(office.code("Clears Old"))
    phone.fill("The first", photo_of_a_pump(tmp_path))
    phone.send()
    first = phone.state()[0]["instance_id"]
    phone.fill("The second")
    phone.send()
    phone.context.set_offline(True)
    phone.fill("Not sent")
    phone.begin("Not finished")
    phone.go("#clear")
    rows = phone.page.locator("li.row-item")
    rows.first.wait_for()
    assert rows.count() == 2, "what is not at the office is not offered"
    rows.nth(1).locator("input").uncheck(force=True)
    phone.page.get_by_role("button", name="Clear 1 report").click()
    phone.until(lambda: rows.count() == 1)
    assert sorted(report["state"] for report in phone.state()) == ["draft", "sent", "waiting"]
    assert first not in {report["instance_id"] for report in phone.state()}
    office.run("shell", "-c", REVIEW.format(instance=first, action="request_changes", comment="Another photo, please."))
    phone.context.set_offline(False)
    phone.send()
    phone.go("#today")
    phone.page.locator(".asks-list button").first.click()
    phone.see("Another photo, please.")
    phone.page.locator("img.thumb").wait_for()


def test_an_unfinished_report_goes_only_when_its_officer_is_sure(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Throws Away"))
    phone.begin("Not wanted")
    phone.go("#reports")
    phone.press("Throw away")
    phone.see("It cannot be brought back.")
    phone.press("Keep")
    assert len(phone.state()) == 1
    phone.press("Throw away")
    phone.press("Throw away")
    phone.until(lambda: phone.state() == [])


def test_a_phone_that_is_nearly_full_says_so_while_there_is_time(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Nearly Full"))
    assert not phone.page.get_by_text("Phone nearly full.").count()
    phone.context.add_init_script(NEARLY_FULL)
    phone.go("#today")
    phone.page.get_by_role("button", name="Phone nearly full.").click()
    phone.see("Clear old sent reports")
    phone.go("#phone")
    phone.see("Phone nearly full.")
    phone.see("1812 MB of 1907 MB used")
