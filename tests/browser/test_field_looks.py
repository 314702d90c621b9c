"""Every screen of the app on a small phone, in both languages: nothing for axe-core to find, nothing wider than the glass.

The pictures are for people: GRAMREACH_SCREENSHOTS names the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.axe import AXE, violations
from tests.browser.field import REVIEW, Office, Pick, Pocket, photo_of_a_pump

pytestmark = pytest.mark.xdist_group("browser")
LANGUAGES = ("en", "hi")
SCREENS = (
    "ready", "today", "nearby", "plate", "forms", "reports", "who", "phone", "clear", "language", "privacy", "add",
)  # fmt: skip
SEEN = "(e) => { const r = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(r.x + 12, r.bottom - 6)); }"
Look = Callable[[str], None]


def looking(phone: Pocket, folder: Path, wrong: list[str], *, large: bool = False) -> Look:
    """Takes a screen's picture and notes what is wrong with it. `large`: of letters, which axe-core sees no otherwise."""

    def look(name: str) -> None:
        phone.page.wait_for_timeout(150)
        phone.page.screenshot(path=folder / f"field-{'large-' if large else ''}{name}.png", animations="disabled")
        wide = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong.extend([f"{name} is {wide} px too wide"] if wide > 0 else [])
        wrong.extend(f"{name}: {found}" for found in ([] if large else violations(phone.page)))

    return look


def screens(phone: Pocket, office: Office, look: Look, photo: Path) -> Iterator[str]:
    """Yields before each language's round; leaves the phone as it was."""
    asked = first = ""
    for lang in LANGUAGES:
        yield lang
        for name in SCREENS:
            phone.go(f"#{name}")
            phone.page.locator("h1, h2, .big, .title").first.wait_for()
            look(f"{lang}-{name}")
        phone.go(f"#fill?form=village_report&village={phone.village()}")
        phone.page.locator(".form-view .q").first.wait_for()
        look(f"{lang}-form")
        phone.page.locator(".picker").first.click()
        phone.page.locator(".search-row").first.wait_for()
        look(f"{lang}-search")
        phone.page.keyboard.press("Escape")
        phone.go(f"#fill?form=village_need&village={phone.village()}")
        for _ in range(2):
            phone.page.locator(".form-view .q").first.wait_for()
            phone.page.locator(".form-bar .main").click()
        look(f"{lang}-form-error")
        if not first:
            first = "done"
            phone.context.set_offline(True)
            phone.fill("A pump that works", photo)
            look(f"{lang}-saved")
            phone.go("#reports")
            phone.page.locator(".band-send").wait_for()
            look(f"{lang}-waiting")
            phone.context.set_offline(False)
            phone.send()
            instance = phone.state()[0]["instance_id"]
            office.run(
                "shell", "-c", REVIEW.format(instance=instance, action="request_changes", comment="Count again.")
            )
            phone.go("#today")
            phone.page.locator(".asks-list button").first.wait_for()
            look(f"{lang}-today-asked")
            asked = phone.state()[0]["key"]
        phone.go(f"#asked/{asked}")
        phone.page.locator(".foot .main, .main").first.wait_for()
        look(f"{lang}-asked")
        position(phone)
        look(f"{lang}-position")
        phone.page.locator(".form-bar .link").click()
        phone.page.locator(".map > svg").wait_for()
        look(f"{lang}-by-hand")


def position(phone: Pocket) -> None:
    """The last but one page of a village need, and its position."""
    phone.go(f"#fill?form=village_need&village={phone.village()}")
    phone.leaf_to(phone.page.locator(".q button.wide")).click()
    number = phone.page.locator(".position-head")
    number.wait_for()
    assert number.evaluate(SEEN), "the number is seen, and no button hides it"


def choose(phone: Pocket, lang: str) -> None:
    phone.go("#language")
    phone.page.locator(f"label[lang={lang}] input").check(force=True)
    phone.page.wait_for_function("(lang) => document.documentElement.lang === lang", arg=lang)
    phone.page.wait_for_timeout(200)


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make setup installs it")
def test_every_screen_in_both_languages(pick: Pick, office: Office, tmp_path: Path, screenshots: Path) -> None:
    phone, wrong = pick(), list[str]()
    look = looking(phone, screenshots, wrong)
    phone.go("#add")
    phone.page.locator("input").first.wait_for()
    look("en-first")
    phone.enrol(office.code("Sunita Bisht"))
    for lang in screens(phone, office, look, photo_of_a_pump(tmp_path)):
        choose(phone, lang)
    assert not wrong, "\n".join(wrong)


def test_letters_of_twice_the_size_fit_every_screen(
    pick: Pick, office: Office, tmp_path: Path, screenshots: Path
) -> None:
    phone, wrong = pick(letters=32), list[str]()
    look = looking(phone, screenshots, wrong, large=True)
    phone.enrol(office.code("Reads Large"))
    for lang in screens(phone, office, look, photo_of_a_pump(tmp_path)):
        choose(phone, lang)
    assert not wrong, "\n".join(wrong)
