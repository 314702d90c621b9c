"""ODK Collect's requests, and what it makes of the answers."""

from __future__ import annotations

import base64
import csv
import io
import uuid
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from backend.accounts import services as accounts
from backend.accounts.throttle import forget
from backend.deployments.models import Deployment
from backend.registry.models import Centre
from backend.submissions.models import Attachment, KeptAside, Submission, SubmissionVersion
from field_forms.answering import write
from field_forms.schema import Schema
from tests.integration.openrosa.collect import Collect, Refused
from tests.integration.world import World


@pytest.fixture
def collect(world: World) -> Collect:
    return Collect(f"/openrosa/key/{world.token}")


def registration(world: World, instance_id: str, **answers: Any) -> bytes:
    item = world.registration(instance_id, **answers)
    return write(Schema.from_json(world.forms[item["form_id"]].schema), instance_id, None, item["answers"])


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(out, "JPEG")
    return out.getvalue()


def test_all_forms_and_their_lists_are_there_and_as_told(world: World, collect: Collect) -> None:
    forms = collect.forms()
    assert set(forms) == set(world.forms)
    report = forms["village_report"]
    assert report.version == world.forms["village_report"].version
    assert set(report.entity_lists) == {"deployments.csv"}
    rows = list(csv.DictReader(io.StringIO(report.media["villages.csv"].decode())))
    assert [row["name"] for row in rows] == [village.code for village in world.villages]


def test_addresses_below_a_token_lead_below_it(world: World, collect: Collect) -> None:
    assert b"http://testserver/openrosa/key/" + world.token.encode() in collect.get(f"{collect.base}/formList")
    bearer = Collect("/openrosa", world.client())
    assert b"/key/" not in bearer.get("/openrosa/formList")
    assert set(bearer.forms()) == set(world.forms)


def test_only_the_forms_of_the_officer_are_offered(world: World, collect: Collect) -> None:
    world.officer.forms = ["village_need"]
    world.officer.save()
    assert list(collect.forms()) == ["village_need"]
    version = world.forms["village_report"].version
    with pytest.raises(Refused, match="404"):
        collect.get(f"{collect.base}/forms/village_report/{version}.xml")


def test_one_form_can_be_asked_for_and_described(collect: Collect) -> None:
    found = collect.get(f"{collect.base}/formList", formID="village_need", verbose="true")
    assert found.count(b"<formID>") == 1
    assert b"<descriptionText>" in found


def test_what_a_phone_has_is_not_sent_again(collect: Collect) -> None:
    first = collect.client.get(f"{collect.base}/formList")
    again = collect.client.get(f"{collect.base}/formList", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_report_is_stored_once_however_often_it_comes(world: World, collect: Collect) -> None:
    xml = registration(world, "uuid:collect-1")
    assert collect.send(xml) == "The report reached the office."
    assert collect.send(xml) == "The office has this report already."
    assert Submission.objects.get().instance_id == "uuid:collect-1"
    assert Deployment.objects.count() == 1


@pytest.mark.parametrize("name", ["photo.jpg", "गाँव की तस्वीर.jpg"])
def test_photos_in_posts_of_their_own_all_arrive(world: World, collect: Collect, name: str) -> None:
    xml = registration(world, "uuid:collect-2", photo=name, photo_people="none")
    expected = Attachment.objects.filter(blob=None)
    collect.post(xml, {}, incomplete=True)
    assert list(expected.values_list("name", flat=True)) == [name]
    assert collect.send(xml, {name: jpeg("white")}, at_once=1) == "The office has this report already."
    assert not expected.exists()
    collect.send(xml, {name: jpeg("white")})  # again: the same bytes change nothing
    with pytest.raises(Refused, match="409"):
        collect.send(xml, {name: jpeg("black")})
    assert Attachment.objects.count() == 1
    assert KeptAside.objects.filter(code="attachment_conflict").count() == 1


def test_other_content_under_the_same_id_is_a_conflict_and_kept(world: World, collect: Collect) -> None:
    collect.send(registration(world, "uuid:collect-3"))
    with pytest.raises(Refused, match=r"409: Kept aside at the office\. Nothing lost\.") as refused:
        collect.send(registration(world, "uuid:collect-3", hamlet="Another hamlet"))
    assert refused.value.status == 409
    assert KeptAside.objects.get().instance_id == "uuid:collect-3"


def test_an_edit_is_a_new_version_and_a_stale_one_is_kept(world: World, collect: Collect) -> None:
    collect.send(registration(world, "uuid:collect-4"))

    def edit(new: str, hamlet: str) -> bytes:
        schema = Schema.from_json(world.forms["deployment_registration"].schema)
        item = world.registration(new, hamlet=hamlet)
        entity = str(Deployment.objects.get().uuid)
        return write(schema, new, "uuid:collect-4", item["answers"], entity_id=entity)

    assert collect.send(edit("uuid:collect-5", "Renamed")) == "The change reached the office."
    assert SubmissionVersion.objects.filter(submission__instance_id="uuid:collect-4").count() == 2
    assert Deployment.objects.get().hamlet == "Renamed"
    with pytest.raises(Refused, match="409"):
        collect.send(edit("uuid:collect-6", "Too late"))


@pytest.mark.parametrize(
    ("old", "new", "status", "words"),
    [
        (b"uuid:collect-7", b"", 400, "no instanceID"),
        (b'id="deployment_registration"', b'id="no_such_form"', 404, "no form 'no_such_form'"),
        (b'version="', b'version="9', 404, "was never published"),
        (b"</data>", b"", 400, "."),
    ],
)
def test_what_cannot_be_stored_says_why_and_is_kept(
    world: World, collect: Collect, old: bytes, new: bytes, status: int, words: str
) -> None:
    xml = registration(world, "uuid:collect-7")
    assert old in xml
    with pytest.raises(Refused, match=words) as refused:
        collect.send(xml.replace(old, new, 1))
    assert refused.value.status == status
    assert not Submission.objects.exists()
    assert KeptAside.objects.count() == 1


def test_a_post_without_a_report_is_refused(collect: Collect) -> None:
    for body in ({"other": "part"}, {}):
        answer = collect.client.post(f"{collect.base}/submission", body)
        assert answer.status_code == 400
        assert b"xml_submission_file" in answer.content


def test_entities_are_let_go_only_when_the_office_withdrew_them(world: World, collect: Collect) -> None:
    for number in range(3):
        collect.send(registration(world, f"uuid:collect-8{number}", hamlet=f"Unit {number}"))
    here, merged, away = Deployment.objects.order_by("id")
    url = collect.forms()["village_report"].entity_lists["deployments.csv"]
    never_received = str(uuid.uuid4())
    ids = [str(d.uuid) for d in (here, merged, away)] + [never_received, "no-uuid"]
    assert not any(collect.deleted(url, ids).values())
    merged.merged_into = here
    merged.save()
    away.centre, away.village = Centre.objects.create(slug="x", name="X", short_name="X", kind="rsvc"), None
    away.save()
    assert collect.deleted(url, ids) == dict(zip(ids, [False, True, True, False, False], strict=True))
    assert collect.deleted(url, []) == {}


def test_without_credentials_a_password_is_asked_for(world: World) -> None:
    answer = Client().get("/openrosa/formList")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(("password", "status"), [("right", 200), ("wrong", 403), ("", 401)])
def test_basic_carries_the_token_as_password(world: World, password: str, status: int) -> None:
    forget()
    said = base64.b64encode(f"asha:{world.token if password == 'right' else password}".encode()).decode()
    answer = Client(headers={"Authorization": f"Basic {said}"}).get("/openrosa/formList")
    assert answer.status_code == status
    forget()


def test_a_revoked_phone_is_refused_at_once(world: World, collect: Collect) -> None:
    forget()
    collect.forms()
    accounts.revoke(world.device)
    with pytest.raises(Refused, match="403: This phone must be added again"):
        collect.forms()
    forget()


def test_guessing_is_slowed_down_and_keeps_no_honest_phone_out(collect: Collect) -> None:
    forget()
    statuses = [Client().get("/openrosa/key/guess/formList").status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]
    assert collect.forms()
    forget()
