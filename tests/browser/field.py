"""A field office and its phones, for tests of the app: a server of its own, and browsers that outlive being killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.camera import seeing
from tests.browser.conftest import ARGUMENTS, CHROMIUM, choose_letters

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Playwright

ROOT = Path(__file__).parents[2]
DIST = ROOT / "field_forms/app/dist"
GRAMREACH = Path(sys.executable).with_name("gramreach")
PATIENCE = 120  # seconds; a busy machine starts slowly
SOON = 20_000  # milliseconds, for a page
CENTRE = "rsvc-khunt"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
    "locale": "en-IN", "timezone_id": "Asia/Kolkata", "permissions": ["geolocation"],
    "geolocation": {"latitude": 29.6, "longitude": 79.6, "accuracy": 9},
}  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    """The tests' own settings, keys and addresses must not reach what is started."""
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SECRET_KEY", "DATA_KEY", "PUBLIC_URL", "ALLOWED_HOSTS"}
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

    def code(self, officer: str, *, add: bool = True, centre: str = CENTRE) -> str:
        """`add`: of a new officer; one of this name from another test, or from a try before, is called otherwise."""
        if add:
            self.rows("UPDATE accounts_officer SET name = name || ' before ' || id WHERE name = ?", officer)
        said = self.run("enrol_code", "--officer", officer, "--centre", centre, *(["--add"] if add else []))
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


class Pocket:
    """A phone: a browser with a folder of its own, which outlives being killed."""

    def __init__(
        self, playwright: Playwright, folder: Path, office: Office, letters: int = 16, camera: Path | None = None
    ) -> None:
        """`letters`: the size of text that the phone's owner chose. `camera`: the film that its camera sees; no camera
        without one. The app may use it once `allow` said so."""
        self.playwright, self.folder, self.office, self.base = playwright, folder, office, office.base
        self.camera = camera
        if letters != 16:
            choose_letters(folder, letters)
        self.wrong: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self.start()

    def start(self) -> None:
        arguments = ARGUMENTS + (seeing(self.camera) if self.camera else [])
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=arguments, **PHONE
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

    def allow(self, what: str) -> None:
        """As in the phone's settings; what nobody allowed is refused."""
        self.context.grant_permissions([*PHONE["permissions"], what], origin=self.base)

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
        # Not until it has loaded: a new version of the app begins the page anew, and that load may never be told.
        page.goto(f"{self.base}/field/{hash_}", wait_until="commit")

    def see(self, text: str) -> None:
        self.page.get_by_text(text, exact=False).first.wait_for()

    def sees(self, text: str) -> bool:
        with contextlib.suppress(Exception):  # Playwright's time-out, whose class is imported only where there is one
            self.see(text)
            return True
        return False

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

    def xml(self) -> str:
        """Of the newest report on this phone."""
        script = """() => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
            const all = ask.result.transaction('reports').objectStore('reports').getAll();
            all.onsuccess = () => { ask.result.close();
              done(all.result.sort((a, b) => (a.saved_at < b.saved_at ? 1 : -1))[0].xml); }; }; })"""
        return str(self.page.evaluate(script))

    def has(self, beginning: str) -> bool:
        """Whether a file is kept here whose key begins so."""
        script = """(beginning) => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
            const all = ask.result.transaction('files').objectStore('files').getAllKeys();
            all.onsuccess = () => { ask.result.close(); done(all.result.some((key) => key.startsWith(beginning))); }; }; })"""
        return bool(self.page.evaluate(script, beginning))

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
            self.page.wait_for_timeout(100)

    def unsent(self) -> list[dict[str, Any]]:
        return [report for report in self.state() if report["state"] in ("waiting", "stuck")]

    def send(self) -> None:
        self.go("#reports")
        self.see("My reports")
        self.until(lambda: not self.unsent())

    def send_now(self) -> None:
        """As the button does, from whatever screen: the phone thinks that the network came."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def put(self, reports: list[dict[str, Any]]) -> None:
        """Into the outbox, as if the officer had filled them: form_id, version, instance_id and xml of each."""
        self.page.evaluate(PUT, reports)

    def answer_all(self) -> None:
        """Every question of every page with the first answer that fits, to the end; photos and positions left out."""
        saved = self.page.locator("h1.big")
        for _ in range(60):
            if saved.count():
                return
            self.answer_page()
            self.on()
        raise AssertionError(self.page.locator(".form-page").inner_text())

    def leaf_to(self, what: Locator) -> Locator:
        """Answers page after page until it is there."""
        for _ in range(20):
            self.page.locator(".form-view .q").first.wait_for()
            if what.count():
                return what.first
            self.answer_page()
            self.on()
        raise AssertionError(self.page.locator(".form-page").inner_text())

    def on(self) -> None:
        """To the next page; what must be written is written first."""
        self.page.locator(".form-bar .main").click()
        for field in self.page.locator(".q.wrong input.field, .q.wrong textarea").all():
            field.fill("A well")
        self.page.wait_for_timeout(50)

    def answer_page(self) -> None:
        for _ in range(5):  # an answer may bring further questions
            if not self._answer_what_is_open():
                return

    def _answer_what_is_open(self) -> int:
        page = self.page.locator(".form-page")
        answered = 0
        for field in page.locator(".picker").all():
            if field.locator(".empty").count():
                field.click()
                self.page.locator(".form-over .search-box").wait_for()
                rows = self.page.locator(".form-over .search-row")
                if not rows.count():
                    self.page.keyboard.press("Escape")
                    continue
                rows.first.click()
                if self.page.locator(".form-over .main").count():
                    self.page.locator(".form-over .main").click()
                answered += 1
        for options in page.locator(".options").all():
            if not options.locator("input:checked").count() and options.locator("input").count():
                options.locator("input").first.check(force=True)
                answered += 1
        for field in page.locator(".number .field").all():
            if not field.input_value():
                for number in ("0", "1"):
                    field.fill(number)
                    field.blur()
                    if field.get_attribute("aria-invalid") != "true":
                        break
                answered += 1
        for field in page.locator("input[type=date]").all():
            if not field.input_value():
                field.fill("2026-11-02")
                answered += 1
        return answered


def fresh(rows: list[Any]) -> list[dict[str, Any]]:
    """Reports that are at an office (form_id, version, instance_id, packed xml) under new ids, for a phone's outbox."""
    made = []
    for form_id, version, instance_id, xml in rows:
        new = f"uuid:{uuid.uuid4()}"
        text = zlib.decompress(xml).decode().replace(instance_id, new)
        made.append({"key": new[5:], "form_id": form_id, "version": version, "instance_id": new, "xml": text})
    return made


AT_THE_OFFICE = (
    "SELECT f.form_id, v.version, s.instance_id, s.xml FROM submissions_submissionversion s"
    " JOIN submissions_formversion v ON v.id = s.form_version_id JOIN submissions_form f ON f.id = v.form_id"
    " WHERE f.form_id = ? AND s.illustrative ORDER BY s.id LIMIT ?"
)
PUT = """(reports) => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
    const tx = ask.result.transaction(['profiles', 'reports'], 'readwrite'), store = tx.objectStore('reports');
    const now = new Date().toISOString(), all = tx.objectStore('profiles').getAll();
    const same = { state: 'waiting', name: { en: 'Report' }, village: { en: '' }, deployment: '', visit_date: '', answers: 1,
      photos: 0, bytes: 1000, begun_at: now, saved_at: now, finished_at: now, kept: false, tries: 0 };
    const put = (one, profile) => store.put({ ...same, ...one, profile, first_id: one.instance_id });
    all.onsuccess = () => reports.forEach((one) => put(one, all.result[0].id));
    tx.oncomplete = () => { ask.result.close(); done(true); }; }; })"""
REVIEW = """
from backend.accounts.models import User
from backend.submissions import reviewing
from backend.submissions.models import Submission
found = Submission.objects.get(instance_id={instance!r})
reviewing.review(found, {action!r}, {comment!r}, User.objects.get(username='admin'))
"""
Pick = Callable[..., Pocket]


def photo_of_a_pump(folder: Path) -> Path:
    """Whose EXIF says when and where it was taken."""
    from PIL import Image

    path = folder / "pump.jpg"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:41:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 36.0, 30.0), 3: "E", 4: (79.0, 39.0, 0.0)})
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(path, quality=85, exif=exif)
    return path
