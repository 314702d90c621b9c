"""One Chromium for the tests of served pages, and tabs that may ask nobody but our own server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
Open = Callable[..., "Tab"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips, and says why, where no Chromium is installed."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (apt-get install chromium): pages were not opened in a browser")
    sync_api = pytest.importorskip("playwright.sync_api")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; Django would refuse its database
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Tab:
    """A tab of an own profile. `wrong` gathers what must not be: requests to others, console errors, CSP violations."""

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        self.base, self.wrong = base, list[str]()
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-IN"} | options)
        self.page: Page = self.context.new_page()
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
        self.page.goto(self.base + path, wait_until="networkidle")

    def text(self, selector: str = "body") -> str:
        return self.page.inner_text(selector)

    def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def sign_in(self, username: str, password: str = "a-long-password", path: str = "/") -> None:
        """`path`: where to, by way of the sign-in page."""
        self.go(f"/login?next={path}")
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.click(".door .main")
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def open_tab(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Makes tabs on the live server; fails the test if any of them saw something wrong."""
    tabs: list[Tab] = []

    def make(**options: Any) -> Tab:
        tabs.append(Tab(browser, live_server.url, **options))
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
