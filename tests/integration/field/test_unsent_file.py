"""A phone that never gets a network: its file is taken in as if it had sent it."""

from __future__ import annotations

import base64
import html
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.accounts import services as accounts
from backend.registry.models import Centre
from backend.submissions.models import Attachment, KeptAside, Submission, SubmissionVersion
from field_forms.answering import write
from field_forms.schema import Schema
from tests.integration.field.photos import photo, sha256
from tests.integration.world import World, user


@pytest.fixture
def page(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def report(world: World, instance_id: str, content: bytes | None = None, **answers: Any) -> dict[str, Any]:
    item = world.registration(instance_id, **answers)
    schema = Schema.from_json(world.forms["deployment_registration"].schema)
    xml = write(schema, instance_id, None, item["answers"], entity_id=None).decode()
    files = []
    if content is not None:
        files = [{"name": "one.jpg", "sha256": sha256(content), "base64": base64.b64encode(content).decode()}]
    form = {"form_id": item["form_id"], "version": item["version"], "instance_id": instance_id}
    return {**form, "xml": xml, "files": files}


def file_of(world: World, *reports: Any, **changed: Any) -> dict[str, Any]:
    made = {"gramreach_unsent": 1, "device_id": world.device.pk, "installation_id": "phone-1"}
    return {**made, "made_at": "2026-11-20T10:00:00Z", "reports": list(reports), **changed}


def take_in(page: Client, content: Any) -> tuple[int, str]:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    answer = page.post("/phones/import", {"file": SimpleUploadedFile("unsent.json", body)})
    return answer.status_code, html.unescape(answer.content.decode())


def test_reports_and_photos_are_taken_in_and_again_without_duplicates(world: World, page: Client) -> None:
    content = file_of(world, report(world, "uuid:a", photo(), photo="one.jpg"), report(world, "uuid:b", place=1))
    status, text = take_in(page, content)
    assert status == 200
    assert text.count("Stored: it counts now.") == 2
    assert Submission.objects.get(instance_id="uuid:a").device == world.device
    row = Attachment.objects.get(name="one.jpg")
    assert row.blob is not None
    assert row.blob.sha256 == sha256(photo())
    status, text = take_in(page, content)
    assert (status, text.count("It was here already")) == (200, 2)
    assert SubmissionVersion.objects.count() == 2
    assert not KeptAside.objects.exists()


def test_what_the_phone_sent_meanwhile_is_not_counted_twice(world: World, page: Client) -> None:
    one = report(world, "uuid:a", photo(), photo="one.jpg")
    world.client().post("/api/v1/submissions", one["xml"], content_type="application/xml")
    assert "It was here already" in take_in(page, file_of(world, one))[1]
    row = Attachment.objects.get()
    assert row.blob is not None


def test_a_damaged_report_is_named_and_the_others_are_taken_in(world: World, page: Client) -> None:
    broken = report(world, "uuid:b", photo(), photo="one.jpg")
    broken["files"][0]["base64"] = base64.b64encode(photo()[:-2]).decode()
    nothing = {"instance_id": "uuid:c"}
    status, text = take_in(page, file_of(world, report(world, "uuid:a"), broken, nothing, "x"))
    assert status == 200
    assert "Report 2 (uuid:b): its file one.jpg is not as the phone wrote it" in text
    assert "Report 3 (uuid:c): its XML is missing" in text
    assert "Report 4 (without an id)" in text
    assert list(Submission.objects.values_list("instance_id", flat=True)) == ["uuid:a"]


def test_what_cannot_be_stored_is_kept_aside_and_said(world: World, page: Client) -> None:
    odd = report(world, "uuid:a", b"no photo", photo="one.jpg")
    old = {
        **report(world, "uuid:b"),
        "xml": "<data id='no' version='1'><meta><instanceID>uuid:b</instanceID></meta></data>",
    }
    text = take_in(page, file_of(world, odd, old))[1]
    assert "one.jpg is called a photo, but is none" in text
    assert "There is no form 'no' here" in text
    assert KeptAside.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"gramreach_unsent": 1, "repor', "cut off or damaged"),
        (b"PK\x03\x04", "cut off or damaged"),
        ({"reports": []}, "not a phone's file"),
        ({"gramreach_unsent": 1, "device_id": 1}, "not a phone's file"),
        ({"gramreach_unsent": 1, "device_id": "1 OR 1", "reports": []}, "does not belong to one of your centres"),
    ],
)
def test_what_is_no_such_file_says_so(page: Client, content: Any, said: str) -> None:
    status, text = take_in(page, content)
    assert status in (400, 422)
    assert said in text


def test_no_file_at_all_says_so(page: Client) -> None:
    assert page.post("/phones/import", {}).status_code == 422


def test_a_phone_of_another_centre_is_not_ones_own(world: World, page: Client) -> None:
    khunt = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    page.force_login(user("coordinator", "elsewhere", centres=[khunt]))
    status, text = take_in(page, file_of(world, report(world, "uuid:a")))
    assert (status, Submission.objects.count()) == (422, 0)
    assert "does not belong to one of your centres" in text
    page.force_login(user("coordinator", "third", centres=[world.centre]))
    assert take_in(page, file_of(world, report(world, "uuid:a"), installation_id="phone-9"))[0] == 422


def test_also_of_a_phone_that_was_revoked(world: World, page: Client) -> None:
    accounts.revoke(world.device)
    assert "Stored: it counts now." in take_in(page, file_of(world, report(world, "uuid:a")))[1]
