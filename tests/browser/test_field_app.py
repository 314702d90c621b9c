"""The field app against a server of its own: enrolled once, then offline; what was saved is sent once, and never lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import ARGUMENTS, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

ROOT = Path(__file__).parents[2]
DIST = ROOT / "field_forms/app/dist"
GRAMREACH = Path(sys.executable).with_name("gramreach")
PATIENCE = 120  # seconds; a busy machine starts slowly
SOON = 20_000  # milliseconds, for a page
KILLS = int(os.environ.get("GRAMREACH_KILLS", "2"))
CENTRE = "rsvc-khunt"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
    "locale": "en-IN", "timezone_id": "Asia/Kolkata", "permissions": ["geolocation"],
    "geolocation": {"latitude": 29.6, "longitude": 79.6, "accuracy": 9},
}  # fmt: skip

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not (DIST / "files.json").exists(), reason="the app is not built: make setup builds it"),
]


def environment(home: Path) -> dict[str, str]:
    """The tests' own settings, keys and addresses must not reach what is started."""
    ours = {
        "DJANGO_SETTINGS_MODULE",
        "DATABASE_URL",
        "SECRET_KEY",
        "DATA_KEY",
        "AUDIT_KEY",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
    }
    return {k: v for k, v in os.environ.items() if k not in ours} | {"GRAMREACH_HOME": str(home)}


class Office:
    """A server on a port of its own, which the tests close and open as the network of a valley."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        with (self.home.parent / "serve.log").open("ab") as log:
            command = [str(GRAMREACH), "serve", "--port", str(self.port), "--workers", "1"]
            self.process = subprocess.Popen(
                command, env=environment(self.home), stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None, (self.home.parent / "serve.log").read_text()
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [GRAMREACH, *command], env=environment(self.home), capture_output=True, text=True, timeout=PATIENCE * 3
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def code(self, officer: str, *, add: bool = True) -> str:
        said = self.run("enrol_code", "--officer", officer, "--centre", CENTRE, *(["--add"] if add else []))
        return next(line.split()[1] for line in said.splitlines() if line.startswith("code"))

    def rows(self, query: str, *values: object) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self.home / "gramreach.sqlite3", timeout=30)) as database:
            found = database.execute(query, values).fetchall()
            database.commit()
        return found

    def stored(self, officer: str) -> list[str]:
        """Instance ids of what came from this officer's phones."""
        query = """SELECT s.instance_id FROM submissions_submission s JOIN accounts_device d ON d.id = s.device_id
                   JOIN accounts_officer o ON o.id = d.officer_id WHERE o.name = ? ORDER BY s.id"""
        return [row[0] for row in self.rows(query, officer)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("field-office") / "home"
    made = Office(home)
    made.run("demo", "--no-serve", "--reports", "20", "--port", str(made.port))
    made.open()
    yield made
    made.close()


class Pocket:
    """A phone: a browser with a folder of its own, which outlives being killed."""

    def __init__(self, playwright: Playwright, folder: Path, office: Office) -> None:
        self.playwright, self.folder, self.office = playwright, folder, office
        self.wrong: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self.start()

    def start(self) -> None:
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=ARGUMENTS, **PHONE
        )
        self.page = self.context.pages[0]
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        page.set_default_timeout(SOON)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", lambda line: self._said(line.text))

    def _said(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.wrong.append(text)

    def kill(self) -> None:
        """SIGKILL to every process of this browser, as a battery pulled out."""
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                if f"--user-data-dir={self.folder}".encode() in (process / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def go(self, hash_: str = "", page: Page | None = None) -> None:
        """A fresh start of the app, as from its icon."""
        page = page or self.page
        page.goto("about:blank")
        page.goto(f"{self.office.base}/field/{hash_}")

    def see(self, text: str) -> None:
        self.page.get_by_text(text, exact=False).first.wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def enrol(self, code: str) -> None:
        self.go(f"#enrol={code}")
        self.page.get_by_role("heading", name="Ready to work offline").wait_for()
        self.press("Start working")
        self.see("Do today")

    def village(self) -> str:
        script = """(name) => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
            const all = ask.result.transaction('files').objectStore('files').getAll();
            all.onsuccess = () => { ask.result.close(); done(all.result.map((f) => f.content)
              .find((t) => typeof t === 'string' && t.startsWith(name)).split('\\n')[1].split(',')[0]); }; }; })"""
        return str(self.page.evaluate(script, "name,label,label_local"))

    def state(self) -> list[dict[str, Any]]:
        """The reports on this phone, as its memory has them."""
        script = """() => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
            const all = ask.result.transaction('reports').objectStore('reports').getAll();
            all.onsuccess = () => { ask.result.close();
              done(all.result.map(({ key, state, instance_id, version }) => ({ key, state, instance_id, version }))); }; }; })"""
        return list(self.page.evaluate(script))

    def begin(self, need: str) -> None:
        """A village need, as far as its second page; its words are saved as a draft."""
        self.go(f"#fill?form=village_need&village={self.village()}")
        self.page.locator(".form-view").wait_for()
        self.press("Next")
        self.page.locator(".form-page input[type=checkbox]").first.check(force=True)
        self.page.locator(".form-page textarea, .form-page input[type=text]").first.fill(need)
        self.see("saved")

    def complete(self, photo: Path | None = None) -> None:
        self.page.locator(".form-page input[inputmode=numeric]").first.fill("12")
        self.page.locator(".form-page input[type=radio]").first.check(force=True)
        self.press("Next")
        if photo is not None:
            self.page.locator(".form-page input[type=file]").first.set_input_files(photo)
            self.page.locator(".form-page input[type=radio]").first.check(force=True)
        self.press("Next")
        self.page.locator(".form-page input[type=radio]").first.check(force=True)
        self.page.locator(".form-bar .main").click()
        self.page.locator("h1.big").wait_for()

    def fill(self, need: str, photo: Path | None = None) -> None:
        self.begin(need)
        self.complete(photo)

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + SOON / 1000
        while not done():
            assert time.monotonic() < end, self.state()
            time.sleep(0.1)

    def unsent(self) -> list[dict[str, Any]]:
        return [report for report in self.state() if report["state"] in ("waiting", "stuck")]

    def send(self) -> None:
        self.go("#reports")
        self.see("My reports")
        self.until(lambda: not self.unsent())


Pick = Callable[[], Pocket]


def photo_of_a_pump(folder: Path) -> Path:
    from PIL import Image

    path = folder / "pump.jpg"
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(path, quality=85)
    return path


@pytest.fixture
def pick(playwright: Playwright, office: Office, tmp_path: Path) -> Iterator[Pick]:
    phones: list[Pocket] = []

    def one() -> Pocket:
        phones.append(Pocket(playwright, tmp_path / f"phone-{len(phones)}", office))
        return phones[-1]

    if not office.answers():
        office.open()
    yield one
    wrong = [line for phone in phones for line in phone.wrong]
    for phone in phones:
        with contextlib.suppress(Exception):
            phone.context.close()
    if not office.answers():
        office.open()
    assert not wrong, "\n".join(wrong)


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
    phone.go("#reports")
    phone.see("Reached the office")
    assert office.rows("SELECT unsent FROM accounts_device ORDER BY id DESC LIMIT 1") == [(0,)]


def test_nothing_that_was_saved_is_lost_by_a_kill(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Killed Often"))
    phone.context.set_offline(True)
    for n in range(KILLS):
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
    assert len(office.stored("Killed Often")) == len(set(office.stored("Killed Often"))) == KILLS


def test_a_lost_answer_to_enrolling_is_asked_for_again(pick: Pick, office: Office) -> None:
    phone = pick()
    code = office.code("Asked Twice")
    phone.page.route("**/auth/enrol", lambda route: (route.fetch(), route.abort()))
    phone.go(f"#enrol={code}")
    phone.see("No network. The code is kept")
    phone.page.unroute("**/auth/enrol")
    phone.go()
    phone.page.get_by_role("heading", name="Ready to work offline").wait_for()
    query = "SELECT count(*) FROM accounts_device d JOIN accounts_officer o ON o.id = d.officer_id WHERE o.name = ?"
    assert office.rows(query, "Asked Twice") == [(1,)]


def test_a_revoked_phone_keeps_its_reports_and_sends_them_when_added_again(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Geeta Rawat"))
    phone.context.set_offline(True)
    phone.fill("A mill")
    whose = "(SELECT id FROM accounts_officer WHERE name = 'Geeta Rawat')"
    office.rows(f"UPDATE accounts_device SET revoked_at = '2026-01-01 00:00:00' WHERE officer_id = {whose}")
    phone.context.set_offline(False)
    phone.go("#today")
    phone.see("This phone must be added again.")
    phone.see("Your reports are safe.")
    assert len(phone.unsent()) == 1
    phone.go(f"#enrol={office.code('Geeta Rawat', add=False)}")
    phone.page.get_by_role("heading", name="Ready to work offline").wait_for()
    phone.send()
    assert len(office.stored("Geeta Rawat")) == 1


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


def test_two_officers_on_one_phone_see_their_own_and_both_are_sent(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("First Officer"))
    phone.context.set_offline(True)
    phone.fill("Of the first")
    office.close()
    office.open()
    phone.context.set_offline(False)
    phone.page.route("**/submissions/batch", lambda route: route.abort())
    phone.enrol(office.code("Second Officer"))
    phone.fill("Of the second")
    phone.go("#reports")
    phone.see("1 report waits for network.")
    phone.page.unroute("**/submissions/batch")
    phone.send()
    assert len(office.stored("First Officer")) == len(office.stored("Second Officer")) == 1


def test_what_was_registered_offline_can_be_reported_on_at_once(pick: Pick, office: Office) -> None:
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
    phone.page.locator(".form-page input[inputmode=numeric]").first.fill("3")
    phone.page.locator(".form-page input[type=date]").first.fill("2026-01-05")
    phone.press("Next")
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
    phone.context.set_offline(False)
    phone.send()
    known = {row[0] for row in office.rows("SELECT uuid FROM deployments_deployment")}
    assert uuid.replace("-", "") in known, "the office gives it the same name"


REVIEW = """
from backend.accounts.models import User
from backend.submissions import reviewing
from backend.submissions.models import Submission
found = Submission.objects.get(instance_id={instance!r})
reviewing.review(found, {action!r}, {comment!r}, User.objects.get(username='admin'))
"""


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


def test_a_draft_keeps_the_form_it_was_begun_with(pick: Pick, office: Office, tmp_path: Path) -> None:
    phone = pick()
    phone.enrol(office.code("Old Form"))
    phone.begin("Begun before")
    before = phone.state()
    form = (ROOT / "field_forms/forms/village_need.md").read_text()
    newer = tmp_path / "village_need.md"
    newer.write_text(form.replace("2026112201", "2026112299").replace("What is needed?", "What do they need now?"))
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
    assert office.rows(f"{versions} WHERE v.instance_id = ?", before[0]["instance_id"]) == [("2026112201",)]


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
        phone.go("#phone")
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
