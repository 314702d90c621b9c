"""What a form shows and keeps of the world: photos made small and bare, weak positions, letters of twice the size."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser.conftest import Tab, large_letters
from tests.browser.form_page import PAGE, PHONE, Filling, go_to_position, leaf_to_files, photo_with_exif

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytestmark = pytest.mark.xdist_group("browser")


def test_a_photo_is_small_bare_and_named_by_its_look(filling: Filling, tmp_path: Path) -> None:
    filling.open()
    names = []
    for turn in range(2):
        filling.open()
        leaf_to_files(filling)
        photo = photo_with_exif(tmp_path / f"{turn}.jpg") if turn == 0 else tmp_path / "0.jpg"
        filling.question("Take a photo of the running wheel").locator("input[type=file]").first.set_input_files(photo)
        filling.page.wait_for_selector(".photo-now")
        saved = filling.save("photo")
        names.append(saved["files"][0]["name"])
    assert re.fullmatch(r"photo-20261120T094105-[0-9a-f]{16}\.jpg", names[0])
    assert names[0] == names[1], "the same picture has the same hash"
    assert saved["files"][0]["bytes"] < 300_000
    stored = Image.open(io.BytesIO(bytes(filling.ask("file", "photo", 0))))
    assert max(stored.size) == 1280
    assert not stored.getexif()
    filling.page.click("text=Remove it")
    assert not filling.save("none")["files"]


def test_a_weak_position_is_said_and_kept(filling: Filling, screenshots: Path) -> None:
    filling.page.context.set_geolocation({"latitude": 29.6, "longitude": 79.65, "accuracy": 240})
    filling.open("training_event", language="en", prefill={"village": "lgd:1"})
    go_to_position(filling)
    filling.page.click("text=Find my position")
    filling.page.wait_for_selector("text=Keep it as weak")
    filling.draw(screenshots / "form-position-weak.png")
    filling.page.click("text=Keep it as weak")
    assert filling.value("position") == "29.6 79.65 0.0 240.0"


def test_letters_of_twice_the_size_fit(playwright: Playwright, site: str, tmp_path: Path, screenshots: Path) -> None:
    context = large_letters(playwright, tmp_path / "large", 32, **PHONE)
    tab = Tab(context, site)
    tab.go(PAGE)
    filling = Filling(tab.page)
    filling.open(language="hi", villageHint={"lat": 29.6, "lon": 79.65})
    wide: dict[str, int] = {}
    for n in range(18):
        tab.page.wait_for_timeout(60)
        wide[f"page {n}"] = tab.sideways()
        tab.page.screenshot(path=screenshots / f"form-large-{n:02}.png", full_page=True)
        number = tab.page.locator(".number .field")
        for k in range(number.count()):
            if not number.nth(k).input_value():
                number.nth(k).fill("3")
        for text in tab.page.locator(".q input[type=text].field:not([readonly])").all():
            if not text.input_value() and text.get_attribute("inputmode") != "numeric":
                text.fill("कुछ")
        for option in tab.page.locator(".options.rows").all():
            if not option.locator("input:checked").count():
                option.locator(".option").first.click()
        for picker in tab.page.locator(".picker").all()[:1]:
            picker.click()
            tab.page.wait_for_selector(".search-row")
            wide[f"search {n}"] = tab.sideways()
            tab.page.screenshot(path=screenshots / f"form-large-search-{n:02}.png")
            tab.page.locator(".search-row").first.click()
            if tab.page.locator(".form-over .main").count():
                tab.page.click(".form-over .main")
        if tab.page.locator(".form-bar .main").inner_text() in ("नेटवर्क मिलने पर भेजें", "Send when there is network"):
            break
        tab.page.click(".form-bar .main")
    assert not any(wide.values()), wide
    context.close()
    assert not tab.wrong, tab.wrong
