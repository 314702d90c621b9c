"""Reports on the phone: killed at any moment, registered offline, sent back by the office, begun with an older form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.field import AT_THE_OFFICE, CENTRE, REVIEW, ROOT, Office, Pick, fresh, photo_of_a_pump

pytestmark = pytest.mark.xdist_group("browser")
KILLS = int(os.environ.get("GRAMREACH_KILLS", "2"))


@pytest.mark.parametrize("kills", [KILLS, pytest.param(50, marks=pytest.mark.soak)])
def test_nothing_that_was_saved_is_lost_by_a_kill(pick: Pick, office: Office, kills: int) -> None:
    phone, who = pick(), f"Killed {kills} times"
    phone.enrol(office.code(who))
    phone.context.set_offline(True)
    for n in range(kills):
        phone.fill(f"Need {n}")
        phone.kill()
        phone.start()
        phone.context.set_offline(True)
        phone.go("#reports")
        phone.see("My reports")
        assert len(phone.unsent()) == n + 1
    phone.begin("Half a need")
    phone.kill()
    phone.start()
    phone.go("#reports")
    phone.see("Not finished")
    phone.send()
    assert len(office.stored(who)) == len(set(office.stored(who))) == kills


def test_what_was_registered_offline_can_be_reported_on_at_once(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("Kamla Joshi"))
    phone.context.set_offline(True)
    phone.go(f"#fill?form=deployment_registration&village={phone.village()}")
    phone.page.locator(".form-view").wait_for()
    phone.press("Next")
    phone.page.locator(".form-page .choose, .form-page button:has-text('Choose')").first.click()
    phone.page.locator(".form-over [role=option], .form-over li button, .form-over label").first.click()
    for group in ("village use", "public"):
        phone.page.get_by_text(
            {"village use": "For daily use in the village", "public": "A public place"}[group]
        ).click()
    phone.page.locator(".form-page input[inputmode=numeric]").first.fill("1")
    phone.page.locator(".form-page input[type=date]").first.fill("2026-01-05")
    phone.press("Next")
    phone.page.locator(".form-page input[type=file]").first.set_input_files(photo_of_a_pump(tmp_path))
    phone.page.locator(".form-page input[type=radio]").first.check(force=True)
    phone.press("Next")
    phone.page.locator(".form-page input[type=radio]").first.check(force=True)
    phone.page.locator(".form-bar .main").click()
    phone.page.locator("h1.big").wait_for()
    phone.go("#nearby")
    phone.see("Registered on this phone")
    row = phone.page.locator("li", has_text="Registered on this phone")
    uuid = str(row.get_attribute("data-row"))
    row.locator("button").click()
    phone.page.locator(".form-view").wait_for()
    phone.press("Next")
    assert phone.page.get_by_text("A technology put up in this village").is_visible()
    assert "Choose" not in phone.page.locator(".form-page").inner_text(), "the new deployment is chosen already"
    photo = phone.leaf_to(phone.page.locator(".form-page input[type=file]"))
    assert phone.page.locator(".photo-last").count() == 0, "last time's photo must not lead the eye"
    photo.set_input_files(photo_of_a_pump(tmp_path))
    phone.page.locator(".photo-last img").wait_for()
    phone.context.set_offline(False)
    phone.send()
    known = {row[0] for row in office.rows("SELECT uuid FROM deployments_deployment")}
    assert uuid.replace("-", "") in known, "the office gives it the same name"


def test_a_change_that_is_asked_for_is_an_edit_of_the_same_report(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Asha Negi"))
    phone.fill("Counted wrong")
    phone.send()
    first = phone.state()[0]["instance_id"]
    office.run("shell", "-c", REVIEW.format(instance=first, action="request_changes", comment="Count again, please."))
    phone.go("#today")
    phone.page.locator(".asks-list button").first.click()
    phone.see("Count again, please.")
    assert phone.page.get_by_role("link", name="Call the office").get_attribute("href") == "tel:+910000000000"
    phone.press("Open and change")
    phone.page.locator(".form-view").wait_for()
    phone.press("Next")
    phone.page.locator(".form-page input[inputmode=numeric]").first.fill("14")
    phone.see("saved")
    for _ in range(2):
        phone.press("Next")
    phone.page.locator(".form-bar .main").click()
    phone.page.locator("h1.big").wait_for()
    phone.send()
    assert office.stored("Asha Negi") == [first]
    versions = office.rows(
        "SELECT v.instance_id, v.deprecated_id FROM submissions_submissionversion v JOIN submissions_submission s"
        " ON s.id = v.submission_id WHERE s.instance_id = ? ORDER BY v.number",
        first,
    )
    assert len(versions) == 2
    assert versions[1][1] == first
    assert [report["state"] for report in phone.state()] == ["reviewing"], "the first copy is let go"
    office.run("shell", "-c", REVIEW.format(instance=first, action="approve", comment=""))
    phone.go("#reports")
    phone.see("Accepted")


def test_what_the_office_keeps_aside_is_let_go_with_a_call_at_hand(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Kept Aside"))
    (report,) = fresh(office.rows(AT_THE_OFFICE, "village_report", 1))
    phone.put([report | {"version": "1999", "xml": report["xml"].replace(report["version"], "1999")}])
    phone.send()
    assert [one["state"] for one in phone.state()] == ["kept_aside"]
    phone.see("Kept aside at the office. Nothing lost. Call your office")
    call = phone.page.get_by_role("link", name="Call the office")
    assert call.get_attribute("href") == "tel:+910000000000"
    office.rows("UPDATE registry_centre SET phone = ''")
    try:
        phone.send_now()
        call.wait_for(state="detached")
    finally:
        office.rows("UPDATE registry_centre SET phone = '+91 00000 00000' WHERE slug = ?", CENTRE)


def test_a_draft_keeps_the_form_it_was_begun_with(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("Old Form"))
    phone.begin("Begun before")
    before = phone.state()
    form = (ROOT / "field_forms/forms/village_need.md").read_text()
    newer = tmp_path / "village_need.md"
    newer.write_text(form.replace("2026112601", "2026112299").replace("What is needed?", "What do they need now?"))
    office.run("publish_form", str(newer))
    phone.go("#today")
    phone.see("Do today")
    phone.go("#phone")
    phone.page.get_by_text("Get new lists now").click()
    phone.see("The lists are up to date.")
    assert phone.state() == before
    phone.go("#fill?form=village_need")
    phone.page.locator(".form-view").wait_for()
    phone.go(f"#fill/{before[0]['key']}")
    phone.page.locator(".form-view").wait_for()
    phone.press("Next")
    phone.see("What is needed?")
    phone.complete()
    phone.send()
    versions = "SELECT f.version FROM submissions_submissionversion v JOIN submissions_formversion f ON f.id = v.form_version_id"
    assert office.rows(f"{versions} WHERE v.instance_id = ?", before[0]["instance_id"]) == [("2026112601",)]
