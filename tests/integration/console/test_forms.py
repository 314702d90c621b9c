"""Forms in the console: handed in, refused with the place and the remedy, tried as a draft, published, told apart."""

from __future__ import annotations

import base64
import io
import json
import zlib
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from backend.accounts.throttle import forget
from backend.submissions.models import Form, FormDraft, FormVersion, KeptAside, Submission
from field_forms.answering import write
from field_forms.schema import Schema
from tests import squares
from tests.integration.openrosa.collect import Collect, Refused
from tests.integration.world import World, user

WELL = """
| settings |
| | form_title | form_id | version |
| | Wells | wells | {version} |
| survey |
| | type | name | label | constraint |
| | text | place | Where is the well? | |
| | integer | depth | {label} | {constraint} |
"""


def well(version: str = "1", label: str = "How deep, in metres?", constraint: str = ". > 0") -> bytes:
    return WELL.format(version=version, label=label, constraint=constraint).encode()


@pytest.fixture
def page(world: World, settings: Settings) -> Client:
    settings.PUBLIC_URL = "https://reach.example.org"
    client = Client()
    client.force_login(user("administrator", "boss"))
    return client


def upload(page: Client, source: bytes, name: str = "wells.md") -> tuple[int, str]:
    answer = page.post("/forms/upload", {"file": SimpleUploadedFile(name, source)}, follow=True)
    return answer.status_code, " ".join(answer.content.decode().split())


def as_xlsx(source: bytes) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet = None
    for line in source.decode().strip().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 1:
            sheet = book.create_sheet(cells[0])
        elif sheet is not None:
            sheet.append(cells[1:])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["wells.md", "wells.xlsx"])
def test_a_form_is_a_draft_first_and_then_published(page: Client, name: str) -> None:
    source = as_xlsx(well()) if name.endswith("xlsx") else well()
    status, text = upload(page, source, name)
    assert (status, "Draft: Wells" in text, "version 1, 2 questions" in text) == (200, True, True)
    assert not Form.objects.filter(form_id="wells").exists()
    answer = page.post("/forms/drafts/wells/publish", follow=True)
    assert "Published: wells, version 1." in answer.content.decode()
    assert Form.objects.get(form_id="wells").current.version == "1"
    assert not FormDraft.objects.exists()
    assert page.get("/forms/wells/versions/1/source").content == source


@pytest.mark.parametrize(
    ("source", "name", "told"),
    [
        (well().replace(b"integer", b"intger"), "wells.md", ["<b>survey</b> row 3", "Unknown question type", "Write a type"]),
        (well(constraint=". &gt; ${height}"), "wells.md", ["survey", "row 3", "height"]),
        (well(constraint="no_such(1)").replace(b"constraint", b"calculation").replace(b"integer", b"calculate"), "wells.md",
         ["row 3", "no_such", "Correct"]),  # ODK Validate alone finds it
        (well().replace(b"| version |", b"| version | public_key |").replace(b"| 1 |", b"| 1 | MIIB |", 1), "wells.md",
         ["settings", "public_key", "nobody here could read them"]),
        (well(version="one two"), "wells.md", ["settings", "version", "no spaces"]),
        (b"PK not a book", "wells.xlsx", ["could not be read"]),
        (b"<html>", "wells.html", ["Hand in an XLSForm"]),
    ],
)  # fmt: skip
def test_a_broken_form_is_refused_with_place_and_remedy(
    page: Client, source: bytes, name: str, told: list[str]
) -> None:
    status, text = upload(page, source, name)
    assert status == 422
    assert [words for words in told if words not in text] == []
    assert not FormDraft.objects.exists()


def test_what_figures_rest_on_may_not_vanish(page: Client, world: World) -> None:
    row = world.forms["village_need"]
    source = bytes(row.source).decode().replace(row.version, "2026112299")
    lines = [line for line in source.splitlines() if "| urgency | " not in line or "select_one" not in line]
    status, text = upload(page, "\n".join(lines).encode(), "village_need.md")
    assert (status, "urgency" in text, "figures are derived" in text) == (422, True, True)


def test_a_published_version_never_changes(page: Client) -> None:
    upload(page, well())
    page.post("/forms/drafts/wells/publish")
    status, text = upload(page, well(label="How deep?"))
    assert (status, "is published and never changes" in text) == (409, True)
    status, text = upload(page, well())
    assert (status, "Nothing would change" in text) == (409, True)


def test_a_new_version_says_what_it_changes(page: Client) -> None:
    upload(page, well())
    page.post("/forms/drafts/wells/publish")
    _, text = upload(page, well("2", "How deep is it?", ". >= 1").replace(b"text | place", b"text | village"))
    for row in (
        ('<code>village</code></th> <td data-label="What">new question</td>'),
        ('<code>place</code></th> <td data-label="What">taken out</td>'),
        ('<td data-label="Before">How deep, in metres?</td> <td data-label="Now"><b>How deep is it?</b></td>'),
        ('<td data-label="Before">. &gt; 0</td> <td data-label="Now"><b>. &gt;= 1</b></td>'),
    ):
        assert row in text
    page.post("/forms/drafts/wells/publish")
    history = page.get("/forms/wells/versions").content.decode()
    assert history.index("Version 2") < history.index("taken out") < history.index("Version 1")


def scanned(page: Client) -> Collect:
    answer = page.post("/forms/drafts/wells/try")
    told = json.loads(zlib.decompress(base64.b64decode(squares.read(squares.in_page(answer.content)[0]))))
    assert told["project"]["name"] == "Draft: Wells"
    return Collect(urlsplit(told["general"]["server_url"]).path)


def filled(depth: int) -> bytes:
    return write(
        Schema.from_json(FormDraft.objects.get().schema), "uuid:tried", None, {"place": "here", "depth": depth}
    )


def test_a_draft_is_tried_on_a_phone_and_nothing_counts(page: Client) -> None:
    upload(page, well())
    phone = scanned(page)
    assert list(phone.forms()) == ["wells"]
    assert phone.send(filled(7)).startswith("Tried, not counted")
    assert "1 of them is odd" in phone.send(filled(-7))
    assert not Submission.objects.exists()
    assert not KeptAside.objects.exists()
    assert "Answer outside its limits" in page.get("/forms/drafts/wells").content.decode()
    first = phone.forms()["wells"].xform
    upload(page, well(label="Tell the depth."))  # the same project gets the draft anew
    assert phone.forms()["wells"].xform != first
    with pytest.raises(Refused, match="draft of wells only"):
        phone.send(filled(1).replace(b'id="wells"', b'id="village_report"'))


def test_a_drafts_code_ends_with_a_new_one_and_with_the_draft(page: Client) -> None:
    forget()
    upload(page, well())
    first, second = scanned(page), scanned(page)
    with pytest.raises(Refused, match="403"):
        first.forms()
    assert second.forms()
    page.post("/forms/drafts/wells/discard")
    with pytest.raises(Refused, match="403"):
        second.forms()
    assert page.get("/forms/drafts/wells").status_code == 404
    forget()


def test_a_closed_form_is_not_offered(page: Client, world: World) -> None:
    assert b"not offered any more" in page.post("/forms/village_need/state", {"state": "closing"}, follow=True).content
    assert "village_need" not in Collect(f"/openrosa/key/{world.token}").forms()
    page.post("/forms/village_need/state", {"state": "nonsense"})
    assert Form.objects.get(form_id="village_need").state == "closing"
    assert "not offered any more" in page.get("/forms").content.decode()
    assert FormVersion.objects.filter(form__form_id="village_need").exists()
