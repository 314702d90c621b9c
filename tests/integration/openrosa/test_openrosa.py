"""ODK Collect's requests, and what it makes of the answers."""

from __future__ import annotations

import base64
import csv
import io
import uuid
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from lxml import etree
from PIL import Image

from backend.accounts import services as accounts
from backend.accounts.throttle import forget
from backend.deployments.models import Deployment
from backend.registry.models import Centre
from backend.submissions.models import Attachment, Form, KeptAside, Submission, SubmissionVersion
from backend.submissions.publishing import publish
from backend.submissions.reviewing import review
from field_forms.answering import write
from field_forms.schema import Schema
from tests.integration.openrosa.collect import MANIFEST, Collect, Refused, parts_of
from tests.integration.world import World, user

MANY_PHOTOS = """
| settings |
| | form_id | version |
| | many | 1 |
| survey |
| | type | name | label |
| | begin repeat | shots | Shots |
| | image | shot | Shot |
| | end repeat | | |
"""


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


def test_all_versions_are_listed_only_when_asked_for(world: World, collect: Collect) -> None:
    old = world.forms["village_need"]
    source = bytes(old.source).decode().replace(old.version, "2026112299")
    new = publish(source.encode(), "village_need.md", validate=False)
    assert new.version == "2026112299"
    listed = collect.get(f"{collect.base}/formList", formID="village_need")
    assert (old.version.encode() in listed, b"2026112299" in listed) == (False, True)
    every = collect.get(f"{collect.base}/formList", formID="village_need", listAllVersions="true")
    assert (old.version.encode() in every, b"2026112299" in every) == (True, True)


@pytest.mark.parametrize("state", [Form.State.CLOSING, Form.State.CLOSED])
def test_a_closed_form_is_not_offered_but_still_received(world: World, collect: Collect, state: Form.State) -> None:
    form = world.forms["deployment_registration"].form
    form.state = state
    form.save()
    assert "deployment_registration" not in collect.forms()
    assert collect.send(registration(world, "uuid:late")) == "The report reached the office."


@pytest.mark.parametrize(
    "below",
    [
        "formList",
        "forms/village_report/{version}.xml",
        "manifest/village_report/{version}",
        "forms/village_report/{version}/media/villages.csv",
        "integrity/deployments?id=00000000-0000-0000-0000-000000000007",
    ],
)
def test_what_a_phone_has_is_not_sent_again(world: World, collect: Collect, below: str) -> None:
    address = f"{collect.base}/{below.format(version=world.forms['village_report'].version)}"
    first = collect.client.get(address)
    again = collect.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_the_hash_of_a_list_changes_with_what_is_in_it_for_this_officer(world: World, collect: Collect) -> None:
    address = f"{collect.base}/manifest/village_report/{world.forms['village_report'].version}"

    def hashes() -> dict[str, str]:
        items = etree.fromstring(collect.get(address))
        return {item.findtext(f"{MANIFEST}filename", ""): item.findtext(f"{MANIFEST}hash", "") for item in items}

    before = hashes()
    collect.send(registration(world, "uuid:changes-the-list"))
    after = hashes()
    assert {name for name in before if before[name] != after[name]} == {"deployments.csv"}


def test_a_person_reads_the_answer_in_the_own_language(world: World, collect: Collect) -> None:
    xml = registration(world, "uuid:hindi")
    assert collect.send(xml) == "The report reached the office."
    world.officer.language = "hi"
    world.officer.save()
    assert collect.send(xml) == "यह रिपोर्ट कार्यालय में पहले से है।"
    assert "<name>गाँव की रिपोर्ट</name>".encode() in collect.get(f"{collect.base}/formList")
    with pytest.raises(Refused, match="कुछ खोया नहीं"):
        collect.send(registration(world, "uuid:hindi", hamlet="Another hamlet"))
    english = Collect(
        collect.base, Client(headers={"Accept-Language": "en-IN,en;q=0.9"})
    )  # what the phone says, counts more
    assert english.send(xml) == "The office has this report already."
    spoken = Collect("/openrosa/key/wrong", Client(headers={"Accept-Language": "hi"}))
    with pytest.raises(Refused, match="रिपोर्ट सुरक्षित हैं"):
        spoken.forms()
    forget()


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


def test_posts_are_split_as_collect_splits_them_by_size_and_by_number() -> None:
    small = [(f"{n}", 10) for n in range(250)]
    assert [len(post) for post in parts_of(100, small, 5_000_000)] == [101, 101, 48]
    sizes = [("huge", 9_000_000), ("a", 2_000_000), ("b", 2_000_000), ("c", 2_000_000)]
    assert parts_of(2_000, sizes, 5_000_000) == [["huge"], ["a", "b"], ["c"]]
    assert parts_of(2_000, [], 5_000_000) == [[]]


def test_a_report_of_more_files_than_one_post_may_hold_arrives_whole(world: World, collect: Collect) -> None:
    source = MANY_PHOTOS.encode()
    publish(source, "many.md", validate=False)
    names = [f"{n}.jpg" for n in range(130)]
    rows = "".join(f"<shots><shot>{name}</shot></shots>" for name in names)
    xml = f'<data id="many" version="1">{rows}<meta><instanceID>uuid:many</instanceID></meta></data>'.encode()
    told = collect.send(xml, {name: jpeg("red") for name in names})
    assert told == "The office has this report already."  # the second post of it
    assert Attachment.objects.filter(version__instance_id="uuid:many").exclude(blob=None).count() == 130


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


def test_an_edit_of_what_never_came_is_kept_until_that_comes(world: World, collect: Collect) -> None:
    schema = Schema.from_json(world.forms["deployment_registration"].schema)
    xml = write(schema, "uuid:edit", "uuid:unsent", world.registration("uuid:edit")["answers"])
    with pytest.raises(Refused, match=r"409: .* is not here"):
        collect.send(xml)
    assert KeptAside.objects.get().code == "unknown_deprecated_id"


def test_what_the_office_deleted_does_not_come_back(world: World, collect: Collect) -> None:
    xml = registration(world, "uuid:deleted")
    collect.send(xml)
    Submission.objects.update(deleted_at=timezone.now())
    with pytest.raises(Refused, match=r"409: .* has deleted this report"):
        collect.send(xml)
    assert KeptAside.objects.get().code == "deleted"


def test_a_second_edit_names_the_first_and_media_is_carried_forward(world: World, collect: Collect) -> None:
    schema = Schema.from_json(world.forms["deployment_registration"].schema)
    collect.send(registration(world, "uuid:e0", photo="a.jpg", photo_people="none"), {"a.jpg": jpeg("white")})
    entity = str(Deployment.objects.get().uuid)

    def edit(new: str, old: str, photo: str) -> bytes:
        item = world.registration(new, hamlet=new, photo=photo, photo_people="none")
        return write(schema, new, old, item["answers"], entity_id=entity)

    assert collect.send(edit("uuid:e1", "uuid:e0", "a.jpg")) == "The change reached the office."
    second = edit("uuid:e2", "uuid:e1", "b.jpg")
    assert "1 of its files is still to come" in collect.post(second, {})
    assert (
        collect.post(second, {"b.jpg": jpeg("black")}) == "The office has this report already."
    )  # the edit's later part
    assert [v.instance_id for v in SubmissionVersion.objects.order_by("number")] == ["uuid:e0", "uuid:e1", "uuid:e2"]
    assert not Attachment.objects.filter(blob=None).exists()
    assert Deployment.objects.get().hamlet == "uuid:e2"


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


@override_settings(REVIEW_REQUIRED=True)
def test_an_entity_whose_registration_waits_for_review_stays_and_a_rejected_one_goes(
    world: World, collect: Collect
) -> None:
    collect.send(registration(world, "uuid:waits"))
    url = collect.forms()["village_report"].entity_lists["deployments.csv"]
    entity = str(Deployment.objects.get().uuid)
    assert collect.deleted(url, [entity]) == {entity: False}
    review(Submission.objects.get(), "reject", "Not ours.", user("administrator"))
    assert collect.deleted(url, [entity]) == {entity: True}


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
