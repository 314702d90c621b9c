"""One Chromium for the tests of served pages, and tabs that may ask nobody but our own server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright
    from pytest_django.live_server_helper import LiveServer

    from tests.browser.field import Office, Pick, Pocket
    from tests.browser.form_page import Filling

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-IN"}
Open = Callable[..., "Tab"]


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a busy machine did not show in time is looked at once more; the run's summary names it (RERUN)."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Skips, and says why, where no Chromium is installed."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (apt-get install chromium): pages were not opened in a browser")
    sync_api = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in this thread: Django would refuse its database
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield found
    found.close()


def large_letters(playwright: Playwright, profile: Path, size: int, **options: Any) -> BrowserContext:
    """A browser whose owner chose larger letters in its settings: what relative sizes and media queries go by."""
    choose_letters(profile, size)
    return playwright.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=ARGUMENTS, **DESK | options
    )


def choose_letters(profile: Path, size: int) -> None:
    (profile / "Default").mkdir(parents=True)
    settings = {"webkit": {"webprefs": {"default_font_size": size}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))


class Tab:
    """A tab of an own profile. `wrong` gathers what must not be: requests to others, console errors, CSP violations."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base, self.context, self.wrong = base, context, list[str]()
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self._outside(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("console", lambda line: self._said(line.type, line.text))
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _outside(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"asked from outside: {url}")

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" or "Content Security Policy" in text:
            self.wrong.append(f"console {kind}: {text}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.wrong.append(f"{status}: {url}")

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.settled()

    def settled(self) -> None:
        """Loaded, and set in its own letters: measured before, a page is of another width."""
        self.page.wait_for_load_state()
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def text(self, selector: str = "body") -> str:
        return self.page.inner_text(selector)

    def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        return max(0, int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth")))

    def sign_in(self, username: str, password: str = "a-long-password", path: str = "/") -> None:  # noqa: S107
        """`path`: where to, by way of the sign-in page."""
        self.go(f"/login?next={path}")
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.click(".door .main")
        self.settled()


@pytest.fixture
def open_tab(playwright: Playwright, browser: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Open]:
    """Makes tabs on the live server; fails the test if any of them saw something wrong. `letters`: the size of text
    that the browser's owner chose; the other options are Playwright's."""
    tabs: list[Tab] = []

    def make(letters: int = 16, **options: Any) -> Tab:
        context = (
            browser.new_context(**DESK | options)
            if letters == 16
            else large_letters(playwright, tmp_path / f"profile-{len(tabs)}", letters, **options)
        )
        tabs.append(Tab(context, live_server.url))
        return tabs[-1]

    yield make
    wrong = [line for tab in tabs for line in tab.wrong]
    for tab in tabs:
        tab.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def tab(open_tab: Open) -> Tab:
    return open_tab()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: GRAMREACH_SCREENSHOTS, or a folder of this run under the temporary directory."""
    named = os.environ.get("GRAMREACH_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The demonstration of 20 reports, served; `pick` opens it again where a test left it closed."""
    from tests.browser.field import DIST, Office

    if not (DIST / "files.json").exists():
        pytest.skip("the app is not built: make setup builds it")
    made = Office(tmp_path_factory.mktemp("field-office") / "home")
    made.run("demo", "--no-serve", "--reports", "20", "--port", str(made.port))
    made.open()
    yield made
    made.close()


@pytest.fixture
def pick(playwright: Playwright, office: Office, tmp_path: Path) -> Iterator[Pick]:
    """Phones of field officers. Fails the test if one of them saw what must not be."""
    from tests.browser.field import Pocket

    phones: list[Pocket] = []

    def one(letters: int = 16, camera: Path | None = None) -> Pocket:
        phones.append(Pocket(playwright, tmp_path / f"phone-{len(phones)}", office, letters, camera))
        return phones[-1]

    if not office.answers():
        office.open()
    yield one
    wrong = [line for phone in phones for line in phone.wrong]
    for phone in phones:
        with contextlib.suppress(Exception):
            phone.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with nothing but a form, on 127.0.0.1."""
    from tests.browser.form_page import served

    with served(tmp_path_factory.mktemp("harness")) as base:
        yield base


@pytest.fixture
def filling(browser: Browser, site: str) -> Iterator[Filling]:
    """An officer at that page. Fails the test if something was wrong with it."""
    from tests.browser.form_page import PAGE, PHONE, Filling

    tab = Tab(browser.new_context(**PHONE), site)
    tab.go(PAGE)
    yield Filling(tab.page)
    tab.context.close()
    assert not tab.wrong, "\n".join(tab.wrong)
