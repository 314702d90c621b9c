"""Our view of forms, on a page of its own: every type of question filled, kept, restored, edited, and refused in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.submissions import looks, photos
from field_forms.answering import write
from tests.browser.every_type import fill_everything
from tests.browser.form_page import Filling, leaf_to_files, photo_with_exif, scene
from tests.unit.field_forms.forms import shipped

pytestmark = pytest.mark.xdist_group("browser")
EXPECTED = {
    "deviceid": "phone-1", "username": "asha", "plain": "charkha <&>", "long": "one\ntwo", "phone": "9876543210",
    "installed": "12", "working": "3", "weight": "3.75", "comfort": "7", "stars": "4", "day": "2026-11-20",
    "month": "2026-10-01", "condition": "some", "seen": "working broken", "listed": "yes", "agree": "good",
    "short": "broken", "several": "working removed", "village": "lgd:2", "village_label": "Dhamas",
    "district": "almora", "block": "lamgara", "plate": "GR-0001", "order": "bad good middle", "read": "OK",
    "shown_only": "so it is",
}  # fmt: skip


def test_every_type_is_filled_finished_and_restored(filling: Filling, tmp_path: Path, screenshots: Path) -> None:
    filling.open()
    fill_everything(filling, tmp_path, screenshots)
    xml = filling.xml()
    values = {node.tag.split("}")[-1]: node.text for node in xml.iter() if not len(node)}
    assert {name: values.get(name) for name in EXPECTED} == EXPECTED
    assert re.fullmatch(r"09:41:00\.000[+-]\d\d:\d\d", values["hour"] or "")
    assert re.fullmatch(r"2026-11-20T09:41:00\.000[+-]\d\d:\d\d", values["moment"] or "")
    assert [node.text for node in xml.xpath("//*[local-name()='who']")] == ["weaver", "smith"]
    assert values["position"] == "29.6 79.65 0.0 8.0"
    assert len((values["by_hand"] or "").split()) == 2, "a pin has no accuracy and proves nothing"
    assert len((values["path"] or "").split(";")) == 2
    assert [step.split()[0] for step in (values["walked"] or "").split(";")] == ["29.6", "29.601", "29.602"]
    area = (values["field"] or "").split(";")
    assert len(area) == 4
    assert area[0] == area[-1]
    assert values["photo_place"].startswith("29.608333 79.65"), values["photo_place"]
    assert values["photo_taken"]

    before = filling.save("draft")
    assert [file["name"] for file in before["files"]] == [
        values["photo"],
        values["sound"],
        values["film"],
        values["paper"],
    ]
    filling.open(draftOf="draft")
    after = filling.save("again")
    assert after == before, "a restored draft is the same draft"

    done = filling.ask("finalize")
    assert done["ok"]
    assert re.search(r"<end>\d{4}-", done["xml"])
    assert done["instanceId"] == before["instanceId"]
    assert filling.page.evaluate("harness.changes") > 30


def test_a_constraint_speaks_at_the_question_in_the_officers_language(filling: Filling, screenshots: Path) -> None:
    filling.open(language="hi")
    filling.on(2)
    filling.number("कितने चरखे चल रहे हैं?", "14")
    alert = filling.question("कितने चरखे चल रहे हैं?").get_by_role("alert")
    assert alert.inner_text().strip() == "14 नहीं हो सकता, कुल 12 ही हैं। 0 से 12 तक की संख्या लिखें।"
    assert filling.page.inner_text(".form-bar .main") == "1 गलती ठीक करें"
    filling.draw(screenshots / "form-error-hi.png")
    filling.ask("speak", "en")
    alert = filling.question("How many of them work?").get_by_role("alert")
    assert alert.inner_text().strip() == "14 cannot be: 12 are installed. Write 0 to 12."
    assert filling.page.inner_text(".form-bar .main") == "Fix 1 error"
    filling.number("Weight in kg", "12")
    assert "12 cannot be. Write 9.5 or less." in filling.page.inner_text(".form-page")
    assert filling.page.inner_text(".form-bar .main") == "Fix 2 errors"
    filling.on()
    filling.page.wait_for_timeout(100)
    assert filling.page.evaluate("document.activeElement.value") == "14", "the first error has the focus"
    filling.number("How many of them work?", "12")
    filling.number("Weight in kg", "9.5")
    assert filling.page.inner_text(".form-bar .main") == "Next"


def test_finishing_jumps_to_the_first_missing_answer(filling: Filling) -> None:
    filling.open()
    answer = filling.ask("finalize")
    assert answer["ok"] is False
    assert answer["errors"] >= 4
    filling.page.wait_for_selector("text=Answer this first.")
    assert filling.ask("about")["page"] == 3
    assert filling.question("How many of them work?").get_by_role("alert").inner_text().strip() == "Answer this first."


def test_an_edit_has_an_id_of_its_own_and_names_the_one_before(filling: Filling, tmp_path: Path) -> None:
    filling.open()
    leaf_to_files(filling)
    filling.question("Take a photo of the running wheel").locator("input[type=file]").first.set_input_files(
        photo_with_exif(tmp_path / "p.jpg")
    )
    filling.page.wait_for_selector(".photo-now")
    first = filling.save("sent")
    filling.open(editOf="sent")
    edit = filling.save("edit")
    assert edit["deprecatedId"] == first["instanceId"] != edit["instanceId"]
    assert edit["files"] == first["files"], "photos go along"
    filling.open(draftOf="edit")
    again = filling.save("edit again")
    assert (again["instanceId"], again["deprecatedId"]) == (edit["instanceId"], edit["deprecatedId"])
    assert again["xml"] == edit["xml"]


def test_an_edit_is_worked_out_from_what_its_author_saw(filling: Filling) -> None:
    """The list counts the units by now that the report itself added; it must not add them twice."""
    work = {"subject": "deployment", "deployment": "d-1", "how_known": "seen", "installed_before": 7}
    told = {"place": {"village_listed": "yes", "village": "lgd:1"}, "work": work, "units": {"units_added": 2}}
    xml = write(shipped("village_report"), "uuid:r1", None, told).decode()
    xml = xml.replace('update="1"', 'update="1" baseVersion="1" trunkVersion="" branchId=""')
    filling.open("village_report", edit={"xml": xml, "files": [], "instanceId": "uuid:r1"})
    assert (filling.value("installed_before"), filling.value("installed")) == ("7", "9")
    entity = filling.xml().find(".//{*}entity")
    assert (entity.get("id"), entity.get("baseVersion")) == ("d-1", "1")
    filling.save("edit")
    filling.open("village_report", draftOf="edit")
    assert (filling.value("installed_before"), filling.value("installed")) == ("7", "9")


@pytest.mark.parametrize(("size", "turned"), [((2400, 1800), 1), ((800, 600), 1), ((1800, 2400), 6)])
def test_the_app_and_the_office_see_a_photo_alike(
    filling: Filling, tmp_path: Path, size: tuple[int, int], turned: int
) -> None:
    filling.open()
    leaf_to_files(filling)
    photo = scene(tmp_path / "scene.jpg", size, turned)
    filling.question("Take a photo of the running wheel").locator("input[type=file]").first.set_input_files(photo)
    filling.page.wait_for_selector(".photo-now")
    by_app = photos.bits_of(filling.save()["files"][0]["name"])
    with photo.open("rb") as file:
        by_office = looks.bits_of(file)
    assert by_app is not None
    assert by_office is not None
    assert (by_app ^ by_office).bit_count() <= photos.ALIKE
    assert 16 <= by_app.bit_count() <= 48, "it says something"


def test_a_removed_entry_can_be_taken_back(filling: Filling) -> None:
    filling.open()
    leaf_to_files(filling)
    while not filling.question("Their work").count():
        filling.page.click(".form-bar .back")
    page = filling.page
    page.click("text=Add another")
    filling.question("Their work").nth(1).locator("input").fill("smith")
    filling.question("How many years here?").nth(1).locator("input").fill("7")
    page.locator("text=Remove").first.click()
    assert [node.text for node in filling.xml().xpath("//*[local-name()='who']")] == ["smith"]
    page.click("text=Undo")
    assert [node.text for node in filling.xml().xpath("//*[local-name()='who']")] == ["weaver", "smith"]
