"""Long lists in a form: searched in both scripts, kept when the list changes, opened with all of our forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.form_page import VILLAGES, Filling

pytestmark = pytest.mark.xdist_group("browser")


def test_two_thousand_villages_are_searched_in_both_scripts(filling: Filling, screenshots: Path) -> None:
    filling.open(
        villageHint={"lat": 29.6, "lon": 79.65}, prefill={"working": "3", "plain": "kept", "condition": "some"}
    )
    page = filling.page
    filling.on()
    assert filling.question("A word").locator("input").input_value() == "kept"
    filling.on()
    assert filling.question("How many of them work?").locator("input").input_value() == "", "counts are never prefilled"
    filling.number("How many of them work?", "1")
    filling.on(2)
    filling.question("How are the wheels now?").locator(".option").first.click()
    filling.on()
    filling.question("Which village?").locator(".picker").click()
    assert page.locator(".search-row").count() == 50
    assert page.inner_text(".over-aside") == f"50 of {VILLAGES:,}" or page.inner_text(".over-aside") == "2,000 of 2,000"

    def rows(typed: str) -> list[str]:
        page.fill(".search-box input", typed)
        return [" ".join(row.split()) for row in page.locator(".search-row").all_inner_texts()]

    assert rows("dham") == [
        "Dhamas, धामस Panchayat Dhamas, Hawalbagh, Almora 150 m",
        "Dhamas, धामस Panchayat Kurchaun, Hawalbagh, Almora 9 km",
        "Dhamoli, धमोली Panchayat Naila, Lamgara, Almora 17 km",
    ]
    assert page.inner_text(".search-warning") == "2 villages are called Dhamas. Check the panchayat."
    assert page.inner_text(".over-aside") == "3 of 2,000"
    filling.draw(screenshots / "form-search-en.png")
    assert rows("धाम")[0].startswith("Dhamas, धामस")
    assert rows("patiya")[0].startswith("Pāṭiyā, upper, पाटिया"), "without diacritics"
    assert rows("kurch")[0].startswith("Dhamas"), "by its panchayat"
    assert rows("daamas")[0].startswith("Dhamas"), "as it sounds"
    assert rows("zzzz") == []
    took = page.evaluate(
        """() => new Promise((done) => {
             const field = document.querySelector('.search-box input'), began = performance.now()
             field.value = 'village 1'; field.dispatchEvent(new InputEvent('input', { bubbles: true }))
             requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
           })"""
    )
    assert took < 300, f"{took:.0f} ms"
    page.click("text=My village is not in the list")
    page.wait_for_selector("text=Its name")
    assert filling.value("village") is None


def test_a_chosen_village_survives_a_list_without_it(filling: Filling) -> None:
    filling.open(prefill={"village": "lgd:99999"})
    assert filling.value("village") == "lgd:99999"
    filling.save("old")
    filling.open(draftOf="old")
    assert filling.value("village") == "lgd:99999"


@pytest.mark.parametrize("form", ["village_report", "deployment_registration", "training_event", "village_need"])
def test_the_projects_forms_open_with_2000_villages(filling: Filling, form: str) -> None:
    filling.open(form)
    about = filling.ask("about")
    assert about["of"] >= 4
    assert about["languages"] == ["en", "hi"]
    filling.ask("speak", "hi")
    assert "गाँव" in filling.page.inner_text("#form")
