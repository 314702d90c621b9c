"""Reports on bad lines: cut anywhere, an office killed while it takes them in, a wrong clock, no network ever, no app open."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESK, Tab
from tests.browser.field import AT_THE_OFFICE, PATIENCE, Office, Pick, fresh, photo_of_a_pump
from tests.faults.cutting import Line

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")
CUTS = int(os.environ.get("GRAMREACH_CUTS", "6"))
SEED = int(os.environ.get("GRAMREACH_SEED", "1"))
PHOTOS = (
    "SELECT v.instance_id, a.blob_id FROM submissions_attachment a"
    " JOIN submissions_submissionversion v ON v.id = a.version_id JOIN accounts_device d ON d.id = v.device_id"
    " JOIN accounts_officer o ON o.id = d.officer_id WHERE o.name = ?"
)


@pytest.mark.parametrize("cuts", [CUTS, pytest.param(200, marks=pytest.mark.soak)])
def test_cut_at_random_bytes_every_report_and_photo_arrives_once(
    pick: Pick, office: Office, tmp_path: Path, cuts: int
) -> None:
    who = f"Cut {cuts} times"
    line = Line(office.port, SEED, share=0.0, most=40_000)
    phone = pick()
    phone.base = f"http://127.0.0.1:{line.port}"
    phone.enrol(office.code(who))
    phone.kill()  # and with it the connections that are not to be cut
    phone.start()
    line.share = 0.8
    phone.go("#reports")
    phone.see("My reports")
    photo, filled = photo_of_a_pump(tmp_path), 0
    end = time.monotonic() + PATIENCE + 20 * cuts
    while line.cuts < cuts or phone.unsent():
        assert time.monotonic() < end, (line.cuts, phone.state())
        if not phone.unsent():
            phone.fill(f"Need {filled}", photo)
            filled += 1
        phone.send_now()
        phone.page.wait_for_timeout(100)
    line.close()
    stored = office.stored(who)
    assert len(stored) == len(set(stored)) == filled
    photos = office.rows(PHOTOS, who)
    assert Counter(instance for instance, _ in photos) == dict.fromkeys(stored, 1)
    assert all(blob for _, blob in photos)
    assert office.rows("SELECT count(*) FROM submissions_keptaside WHERE instance_id IN (SELECT instance_id FROM"
                       " submissions_submission)") == [(0,)]  # fmt: skip


def test_a_hundred_reports_go_in_one_request_and_survive_the_office_being_killed(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Hundred Reports"))
    phone.context.set_offline(True)
    rows = office.rows(AT_THE_OFFICE, "village_report", 20)
    reports = [report for _ in range(6) for report in fresh(rows)][:100]
    phone.put(reports)
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/batch") else None)
    phone.context.set_offline(False)
    phone.send_now()
    phone.until(lambda: bool(asked))
    time.sleep(0.2)
    office.close()
    assert len(asked) == 1
    assert len(phone.unsent()) == 100, "nothing is let go without a receipt"
    office.open()
    phone.send()
    stored = office.stored("Hundred Reports")
    assert sorted(stored) == sorted(report["instance_id"] for report in reports)


def test_a_clock_that_is_a_day_ahead_loses_nothing_and_is_flagged(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.context.add_init_script(
        "{ const Real = Date, day = 86_400_000; globalThis.Date = class extends Real {"
        " constructor(...given) { given.length ? super(...given) : super(Real.now() + day); }"
        " static now() { return Real.now() + day; } }; }"
    )
    phone.enrol(office.code("Clock Ahead"))
    phone.fill("A well, tomorrow")
    phone.send()
    (stored,) = office.stored("Clock Ahead")
    flags = "SELECT f.code FROM submissions_flag f JOIN submissions_submissionversion v ON v.id = f.version_id"
    codes = {row[0] for row in office.rows(f"{flags} WHERE v.instance_id = ?", stored)}
    assert {"clock_ahead", "future_date"} <= codes
    assert [report["state"] for report in phone.state()] == ["sent"]


def test_unsent_reports_leave_by_a_file_that_the_office_takes_in(
    pick: Pick, office: Office, browser: Browser, tmp_path: Path
) -> None:
    phone = pick()
    phone.enrol(office.code("Never Online"))
    office.close()  # a phone that is only told to be offline sends all the same, from its service worker
    phone.fill("A road", photo_of_a_pump(tmp_path))
    phone.go("#phone")
    with phone.page.expect_download() as given:
        phone.page.get_by_text("Save all unsent to a file").click()
    given.value.save_as(tmp_path / "unsent.json")
    assert len(phone.unsent()) == 1, "the phone keeps its copy"
    phone.context.close()
    office.open()
    who = next(
        user for user in json.loads((office.home / "demo.json").read_text())["users"] if user["role"] == "administrator"
    )
    tab = Tab(browser.new_context(**DESK), office.base)
    tab.sign_in(who["username"], who["password"], path="/phones/import")
    tab.page.set_input_files("input[type=file]", tmp_path / "unsent.json")
    tab.page.get_by_role("button", name="Take in").click()
    tab.page.get_by_text("Stored: it counts now.").wait_for()
    tab.context.close()
    (stored,) = office.stored("Never Online")
    assert [(instance, bool(blob)) for instance, blob in office.rows(PHOTOS, "Never Online")] == [(stored, True)]
    phone.start()
    phone.send()
    assert office.stored("Never Online") == [stored], "sent after all, it is the same report"


def test_a_closed_app_sends_when_the_phone_wakes_it(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("App Closed"))
    office.close()
    phone.fill("A bridge", photo_of_a_pump(tmp_path))
    key = phone.state()[0]["instance_id"]
    phone.page.goto("about:blank")
    office.open()
    phone.page.goto(f"{phone.base}/healthz")  # of the same origin, but no window of the app
    devtools = phone.context.new_cdp_session(phone.page)
    seen: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda e: seen.extend(r["registrationId"] for r in e["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    phone.until(lambda: bool(seen))
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": phone.base, "registrationId": seen[0], "tag": "send", "lastChance": False},
    )
    phone.until(
        lambda: all(blob for _, blob in office.rows(PHOTOS, "App Closed")) and office.stored("App Closed") == [key]
    )
    phone.until(lambda: not phone.unsent())
