"""Reports changed at the office: by whom, from which version, and what stays as the phone said."""

from __future__ import annotations

import io
import zlib
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from backend.audit.models import Action, Entry
from backend.deployments.models import Visit
from backend.submissions import bulk, secrets
from backend.submissions.models import Attachment, KeptAside, ReportRow, Submission, SubmissionVersion
from tests.integration.submissions.test_rebuild import derived
from tests.integration.submissions.test_reviewing import decide, reported, send
from tests.integration.world import World, user

XML = "application/xml"


@pytest.fixture
def office(world: World) -> Client:
    return signed_in(user("coordinator", "meena", centres=[world.centre]))


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def changed(office: Client, world: World, deployment: str, instance_id: str, of: str, **answers: Any) -> Any:
    item = world.report(deployment, instance_id, **answers) | {"deprecated_id": of}
    return office.post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")


def photo(name: str, colour: str = "red") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


def test_the_edit_is_a_new_version_by_the_coordinator_of_a_visit_that_stays_the_officers(
    world: World, office: Client
) -> None:
    uuid = reported(world, working=2, units_in_use=2)
    before = SubmissionVersion.objects.get(instance_id="uuid:r1")
    answer = changed(office, world, uuid, "uuid:e1", "uuid:r1", working=2, units_in_use=1)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "edited")
    submission = Submission.objects.get(instance_id="uuid:r1")
    assert (submission.current_instance_id, submission.review_state) == ("uuid:e1", "edited")
    version = SubmissionVersion.objects.get(instance_id="uuid:e1")
    assert (version.device, version.edited_by.username) == (world.device, "meena")  # type: ignore[union-attr]
    assert (version.started_at, version.ended_at) == (before.started_at, before.ended_at)
    assert Visit.objects.get(instance_id="uuid:e1", known_to=None).officer == world.officer.pk
    assert ReportRow.objects.get(submission=submission).units_in_use == 1
    told = office.get("/api/v1/submissions/uuid:r1").json()["versions"]
    assert [one["edited_by"] for one in told] == [None, "meena"]
    entry = Entry.objects.get(action=Action.REPORT_EDITED)
    assert (entry.actor, entry.subject, entry.details["version"]) == ("meena", "report:uuid:r1", "uuid:e1")
    before_rebuild = derived()
    bulk.rebuild()
    assert derived() == before_rebuild


def test_sent_again_it_is_the_same_edit(world: World, office: Client) -> None:
    uuid = reported(world)
    answers = [changed(office, world, uuid, "uuid:e1", "uuid:r1", working=1) for _ in range(2)]
    assert [a.json()["outcome"] for a in answers] == ["edited", "identical"]
    assert Submission.objects.get(instance_id="uuid:r1").versions.count() == 2
    assert Entry.objects.filter(action=Action.REPORT_EDITED).count() == 1


def test_who_changes_what_somebody_changed_meanwhile_is_told_and_nothing_is_kept_aside(
    world: World, office: Client
) -> None:
    uuid = reported(world)
    send(world, world.report(uuid, "uuid:r2", working=1) | {"deprecated_id": "uuid:r1"})
    answer = changed(office, world, uuid, "uuid:e1", "uuid:r1", working=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_deprecated_id")
    assert "Somebody changed this report meanwhile" in answer.json()["detail"]
    assert not answer.json()["kept"]
    assert not KeptAside.objects.exists()
    assert Submission.objects.get(instance_id="uuid:r1").current_instance_id == "uuid:r2"


def test_a_phone_that_knows_only_the_version_before_the_offices_is_kept_aside(world: World, office: Client) -> None:
    uuid = reported(world)
    changed(office, world, uuid, "uuid:e1", "uuid:r1", working=1)
    answer = send(world, world.report(uuid, "uuid:r2", working=2) | {"deprecated_id": "uuid:r1"})
    assert (answer.status_code, answer.json()["code"], answer.json()["kept"]) == (409, "stale_deprecated_id", True)
    later = send(world, world.report(uuid, "uuid:r3", working=2) | {"deprecated_id": "uuid:e1"})
    assert later.json()["outcome"] == "edited"
    versions = SubmissionVersion.objects.filter(submission__instance_id="uuid:r1").order_by("number")
    assert [version.edited_by is None for version in versions] == [True, False, True]


def test_outside_the_scope_there_is_no_such_report(world: World) -> None:
    uuid = reported(world)
    elsewhere = signed_in(user("coordinator", "far"))
    assert changed(elsewhere, world, uuid, "uuid:e1", "uuid:r1").status_code == 404
    assert elsewhere.get("/api/v1/submissions/uuid:r1/lists/villages.csv").status_code == 404


def test_the_office_changes_reports_and_sends_none(world: World, office: Client) -> None:
    uuid = reported(world)
    item = world.report(uuid, "uuid:new")
    answer = office.post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")
    assert (answer.status_code, Submission.objects.filter(instance_id="uuid:new").exists()) == (403, False)
    readers = signed_in(user("cluster_team", "team", clusters=[world.cluster]))
    assert changed(readers, world, uuid, "uuid:e1", "uuid:r1").status_code == 403


def test_a_withdrawn_report_is_changed_no_more(world: World, office: Client) -> None:
    uuid = reported(world)
    decide(office, "uuid:r1", "retract", "never happened")
    answer = changed(office, world, uuid, "uuid:e1", "uuid:r1")
    assert (answer.status_code, answer.json()["code"]) == (422, "retracted")


def test_what_cannot_be_read_is_said_and_nothing_is_kept_aside(world: World, office: Client) -> None:
    reported(world)
    answer = office.post("/api/v1/submissions", b"<broken", content_type=XML)
    assert (answer.status_code, KeptAside.objects.exists()) == (400, False)


def test_photos_are_carried_forward_and_new_ones_come_with_the_edit(world: World, office: Client) -> None:
    uuid = reported(world)
    first = world.report(uuid, "uuid:p1", photo="photo.jpg")
    posted = {"submission": orjson.dumps(first).decode(), "photo.jpg": photo("photo.jpg")}
    assert world.client().post("/api/v1/submissions", posted).status_code == 201
    assert changed(office, world, uuid, "uuid:e1", "uuid:p1", photo="photo.jpg").json()["missing_attachments"] == []
    another = world.report(uuid, "uuid:e2", photo="other.jpg") | {"deprecated_id": "uuid:e1"}
    posted = {"submission": orjson.dumps(another).decode(), "other.jpg": photo("other.jpg", "blue")}
    assert office.post("/api/v1/submissions", posted).json()["outcome"] == "edited"
    held = Attachment.objects.exclude(blob=None).values_list("version__instance_id", "name")
    assert set(held) == {("uuid:p1", "photo.jpg"), ("uuid:e1", "photo.jpg"), ("uuid:e2", "other.jpg")}


def test_the_lists_are_the_officers_with_whatever_the_report_names(world: World, office: Client) -> None:
    uuid = reported(world)
    world.centre.catchment.all().delete()
    listed = office.get("/api/v1/submissions/uuid:r1/lists/villages.csv").content.decode()
    assert [line.partition(",")[0] for line in listed.splitlines()] == ["name", world.villages[0].code]
    assert uuid in office.get("/api/v1/submissions/uuid:r1/lists/deployments.csv").content.decode()
    assert office.get("/api/v1/submissions/uuid:r1/lists/nothing.csv").status_code == 404


def test_personal_answers_are_shown_by_right_and_stay_apart_when_the_office_changes_a_report(
    world: World, office: Client
) -> None:
    item = world.registration("uuid:reg", owner_name="Lakshmi Devi")
    send(world, item)
    xml = office.get("/api/v1/submissions/uuid:reg").json()["xml"]
    assert ("Lakshmi Devi" in xml, Entry.objects.filter(action=Action.PERSONAL_SEEN).exists()) == (True, True)
    ids = "<instanceID>uuid:e1</instanceID><deprecatedID>uuid:reg</deprecatedID>"
    edit = xml.replace("<instanceID>uuid:reg</instanceID>", ids).replace("Lakshmi Devi", "Lakshmi Bai")
    assert office.post("/api/v1/submissions", edit.encode(), content_type=XML).json()["outcome"] == "edited"
    version = SubmissionVersion.objects.get(instance_id="uuid:e1")
    assert b"Lakshmi" not in zlib.decompress(bytes(version.xml))
    assert b"Lakshmi Bai" in [secrets.decrypt(row.value) for row in version.personal.all()]
