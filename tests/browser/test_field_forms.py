"""Forms in the app: every one that the project ships, and one that holds every type of question, there and back."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from lxml import etree

from tests.browser.every_type import fill_everything
from tests.browser.field import ROOT, Office, Pick
from tests.browser.form_page import Filling
from tests.unit.field_forms.forms import SHIPPED

pytestmark = pytest.mark.xdist_group("browser")


def test_every_shipped_form_is_filled_without_a_network_and_arrives(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("All Forms"))
    phone.context.set_offline(True)
    for form in SHIPPED:
        phone.go(f"#fill?form={form}&village={phone.village()}")
        phone.page.locator(".form-view").wait_for()
        phone.answer_all()
    assert len(phone.unsent()) == len(SHIPPED)
    phone.context.set_offline(False)
    phone.send()
    arrived = office.rows(
        "SELECT f.form_id FROM submissions_submission s JOIN submissions_form f ON f.id = s.form_id"
        " JOIN accounts_device d ON d.id = s.device_id JOIN accounts_officer o ON o.id = d.officer_id WHERE o.name = ?",
        "All Forms",
    )
    assert sorted(row[0] for row in arrived) == sorted(SHIPPED)


def test_a_form_for_collect_is_listed_and_not_opened(pick: Pick, office: Office, tmp_path: Path) -> None:
    drawn = (ROOT / "tests/fixtures/every_type.md").read_text().replace("| annotate |", "| signature |")
    (tmp_path / "drawn.md").write_text(drawn.replace("Every type", "To be drawn").replace("every_type", "to_be_drawn"))
    assert "photo: drawing with a finger (signature)" in office.run("publish_form", str(tmp_path / "drawn.md"))
    phone = pick()
    phone.enrol(office.code("Draws Nothing"))
    phone.go("#forms")
    row = phone.page.locator("li", has_text="To be drawn")
    assert "Only with ODK Collect" in row.inner_text()
    assert row.locator("button").count() == 0


def answers_of(xml: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for leaf in etree.fromstring(xml).iter(etree.Element):
        if not len(leaf) and leaf.text:
            found.setdefault(etree.QName(leaf).localname, []).append(leaf.text)
    return found


def test_every_type_of_question_is_read_back_at_the_office(pick: Pick, office: Office, tmp_path: Path) -> None:
    office.run("publish_form", str(ROOT / "tests/fixtures/every_type.md"))
    phone = pick()
    phone.enrol(office.code("Every Type"))
    phone.until(lambda: phone.has("outlines:"))
    phone.go("#fill?form=every_type")
    phone.page.locator(".form-view").wait_for()
    fill_everything(Filling(phone.page), tmp_path, villages=("", ""))
    phone.press("Send when there is network")
    phone.page.locator("h1.big").wait_for()
    sent = phone.xml()
    phone.send()
    (instance,) = office.stored("Every Type")
    query = "SELECT xml, answers FROM submissions_submissionversion WHERE instance_id = ?"
    xml, answers = office.rows(query, instance)[0]
    at_office = answers_of(zlib.decompress(xml))
    assert at_office == answers_of(sent.encode())
    for name in ("plain", "working", "weight", "comfort", "stars", "day", "hour", "moment", "seen", "agree", "several", "village",
                 "served", "district", "block", "who", "position", "by_hand", "path", "field", "walked", "photo", "sound", "film",
                 "paper", "plate", "order", "read"):  # fmt: skip
        assert at_office.get(name), name
    typed = json.loads(answers)
    assert "LineString" in json.dumps(typed)
    assert "Polygon" in json.dumps(typed)
    files = "SELECT a.name FROM submissions_attachment a JOIN submissions_submissionversion v ON v.id = a.version_id"
    arrived = {row[0] for row in office.rows(f"{files} WHERE v.instance_id = ? AND a.blob_id IS NOT NULL", instance)}
    assert arrived == {at_office[name][0] for name in ("photo", "sound", "film", "paper")}
