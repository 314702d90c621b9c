"""The app of field officers against a server of its own: without a network, in two windows, on a full phone, a newer one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.browser.field import DIST, Office, Pick, photo_of_a_pump

pytestmark = pytest.mark.xdist_group("browser")


def test_works_for_days_without_a_network_and_sends_once(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("Sunita Bisht"))
    phone.context.set_offline(True)
    office.close()
    phone.go()
    phone.see("Ready to work offline")
    phone.fill("A pump that works", photo_of_a_pump(tmp_path))
    phone.see("Not yet at the office.")
    phone.go("#reports")
    phone.see("Waiting for network since")
    assert [report["state"] for report in phone.state()] == ["waiting"]
    office.open()
    phone.context.set_offline(False)
    phone.send()
    sent = phone.state()
    assert [report["state"] for report in sent] == ["sent"]
    assert office.stored("Sunita Bisht") == [sent[0]["instance_id"]]
    arrived = "SELECT a.name, a.blob_id FROM submissions_attachment a JOIN submissions_submissionversion v ON v.id = a.version_id"
    photos = office.rows(f"{arrived} WHERE v.instance_id = ?", sent[0]["instance_id"])
    assert len(photos) == 1
    assert photos[0][1] is not None
    answers = json.loads(
        office.rows("SELECT answers FROM submissions_submissionversion WHERE instance_id = ?", sent[0]["instance_id"])[
            0
        ][0]
    )
    evidence = answers["evidence"]
    assert evidence["photo_place"]["coordinates"][:2] == [79.65, 29.608333]
    assert evidence["photo_taken"].startswith("2026-11-20T"), evidence
    phone.go("#reports")
    phone.see("Reached the office")
    phone.until(lambda: office.rows("SELECT unsent FROM accounts_device ORDER BY id DESC LIMIT 1") == [(0,)])


def test_two_windows_do_not_write_the_same_draft(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Two Windows"))
    phone.begin("A well")
    key = phone.state()[0]["key"]
    other = phone.context.new_page()
    phone.watch(other)
    phone.go(f"#fill/{key}", other)
    other.get_by_text("Open in another window").wait_for()
    other.get_by_role("button", name="Go on here").click()
    other.locator(".form-view").wait_for()
    phone.see("Open in another window")
    assert len(phone.state()) == 1


def test_a_draft_that_was_left_while_it_opened_opens_again(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Hurried"))
    phone.begin("A well")
    key = phone.state()[0]["key"]
    phone.go("#today")
    phone.see("Do today")
    phone.page.evaluate(f"location.hash = '#fill/{key}'; setTimeout(() => (location.hash = '#today'), 0)")
    phone.page.wait_for_timeout(1500)
    phone.page.evaluate(f"location.hash = '#fill/{key}'")
    phone.page.locator(".form-view").wait_for()


def test_a_full_phone_says_so_and_the_answers_stay(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Full Phone"))
    phone.begin("Kept in the form")
    phone.page.evaluate(
        "() => { IDBObjectStore.prototype.put_ = IDBObjectStore.prototype.put;"
        " IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    box = phone.page.locator(".form-page input[inputmode=numeric]").first
    box.fill("7")
    phone.see("The phone is full.")
    phone.page.evaluate("() => { IDBObjectStore.prototype.put = IDBObjectStore.prototype.put_; }")
    phone.press("Try again")
    phone.page.get_by_text("The phone is full.").wait_for(state="detached")
    phone.go("#today")
    phone.see("1 not finished")


def test_a_new_version_of_the_app_leaves_drafts_alone(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("New Version"))
    phone.begin("Before the new app")
    before = phone.state()
    kept = tmp_path / "dist"
    shutil.copytree(DIST, kept)
    try:
        files, worker = DIST / "files.json", DIST / "sw.js"
        version = files.read_text().split('"version":"')[1].split('"')[0]
        for path in (files, worker):
            path.write_text(path.read_text().replace(version, "newer0version"))
            for packed in (".br", ".gz"):  # which would be served in its place
                path.with_name(path.name + packed).unlink(missing_ok=True)
        office.close()
        office.open()
        phone.go()
        phone.see("Do today")
        phone.page.evaluate(
            "navigator.serviceWorker.getRegistration('/field/').then((r) => r.update()).then(() => true)"
        )
        phone.see("New version ready.")
        for again in (True, True, False):  # at the next start; when the old one is not gone by then, at the one after
            phone.go("#phone")
            if not again or phone.sees("Version newer0version"):
                break
        phone.see("Version newer0version")
        assert phone.state() == before
        phone.go(f"#fill/{before[0]['key']}")
        phone.page.locator(".form-view").wait_for()
        phone.press("Next")
        phone.complete()
        phone.send()
        assert len(office.stored("New Version")) == 1
    finally:
        for name in ("files.json", "sw.js"):
            for original in kept.glob(f"{name}*"):
                shutil.copy(original, DIST / original.name)
        office.close()
