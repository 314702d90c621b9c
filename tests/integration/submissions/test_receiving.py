"""Exactly once, each outcome with its status, and nothing lost."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
from PIL import Image

from backend.deployments.models import Deployment, DeploymentState, Visit
from backend.submissions.models import Attachment, Flag, KeptAside, PersonalValue, Submission, SubmissionVersion
from field_forms.answering import created_id
from tests.integration.world import World


def post(world: World, item: Any, **kwargs: Any) -> Any:
    return world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json", **kwargs)


def deployment(world: World, **answers: Any) -> str:
    item = world.registration(**answers)
    assert post(world, item).status_code == 201
    return str(Deployment.objects.get(instance_id=item["instance_id"]).uuid)


def flags() -> set[str]:
    return set(Flag.objects.values_list("code", flat=True))


def test_a_report_is_stored_and_everything_derived_with_it(world: World) -> None:
    uuid_ = deployment(world)
    answer = post(world, world.report(uuid_, "uuid:r1", working=2, units_in_use=1))
    assert answer.status_code == 201, answer.content
    assert answer.json()["outcome"] == "stored"
    visit = Visit.objects.get(submission="uuid:r1")
    assert (visit.village, visit.h3_r7) == (world.villages[0], world.villages[0].h3_r7)
    assert visit.digipin
    state = DeploymentState.objects.get(deployment__uuid=uuid_)
    assert (state.working, state.units_in_use, str(state.seen_on)) == (2, 1, "2026-11-01")


def test_the_shipped_examples_raise_no_flags(world: World) -> None:
    deployment(world)
    assert flags() == set()


def test_the_same_again_is_identical_and_stored_once(world: World) -> None:
    item = world.registration("uuid:one")
    first, again = post(world, item), post(world, item)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["outcome"] == "identical"
    assert SubmissionVersion.objects.count() == 1


def test_other_content_under_the_same_id_is_a_conflict_and_kept(world: World) -> None:
    post(world, world.registration("uuid:one"))
    for _ in range(2):
        answer = post(world, world.registration("uuid:one", user_agency="Somebody else"))
        assert (answer.status_code, answer.json()["outcome"], answer.json()["kept"]) == (409, "conflict", True)
    assert KeptAside.objects.count() == 1


def test_an_edit_replaces_what_counts_and_keeps_what_was_sent(world: World) -> None:
    uuid_ = deployment(world)
    post(world, world.report(uuid_, "uuid:r1", working=2, units_in_use=1))
    edit = world.report(uuid_, "uuid:r2", working=1, defective=1, units_in_use=1) | {"deprecated_id": "uuid:r1"}
    answer = post(world, edit)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "edited")
    assert Submission.objects.filter(form__form_id="village_report").count() == 1
    now = Visit.objects.get(submission="uuid:r1", known_to=None)
    assert (now.instance_id, now.working) == ("uuid:r2", 1)
    assert Visit.objects.filter(submission="uuid:r1").count() == 2
    stale = world.report(uuid_, "uuid:r3", working=0) | {"deprecated_id": "uuid:r1"}
    assert post(world, stale).json()["code"] == "stale_deprecated_id"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"form_id": "no_such_form"}, 404, "unknown_form"),
        ({"version": "1999"}, 404, "unknown_version"),
        ({"instance_id": ""}, 400, "missing_instance_id"),
        ({"answers": {"no_such_question": 1}}, 422, "bad_answer"),
        ({"answers": [1]}, 422, "missing_answers"),
    ],
)
def test_what_cannot_be_stored_says_why_and_is_kept(
    world: World, change: dict[str, Any], status: int, code: str
) -> None:
    answer = post(world, world.registration() | change)
    assert (answer.status_code, answer.json()["code"], answer.json()["kept"]) == (status, code, True)
    assert answer.json()["detail"]
    assert KeptAside.objects.get().code == code
    assert not Submission.objects.exists()


def test_xml_is_received_as_json_is(world: World) -> None:
    from field_forms.answering import write
    from field_forms.schema import Schema

    item = world.registration("uuid:x")
    xml = write(Schema.from_json(world.forms["deployment_registration"].schema), "uuid:x", None, item["answers"])
    answer = world.client().post("/api/v1/submissions", xml, content_type="application/xml")
    assert answer.status_code == 201, answer.content
    assert Deployment.objects.count() == 1


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><data id="x">&c;</data>'


@pytest.mark.parametrize("body", [b"<data id='x'><open>", b"not xml", b"<data/>", BOMB])
def test_unreadable_xml_is_400_and_kept(world: World, body: bytes) -> None:
    answer = world.client().post("/api/v1/submissions", body, content_type="application/xml")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert KeptAside.objects.count() == 1


def test_malformed_json_says_where(world: World) -> None:
    answer = world.client().post("/api/v1/submissions", b'{"form_id": ', content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert "line 1" in answer.json()["where"]


def test_a_body_of_50_mb_is_413(world: World) -> None:
    answer = world.client().post("/api/v1/submissions", b" " * 50_000_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_one_bad_item_never_spoils_a_batch(world: World) -> None:
    good = [world.registration(f"uuid:{i}") for i in range(3)]
    bad = [{"form_id": "nothing"}, "no object", world.registration("uuid:0", user_agency="other")]
    body = orjson.dumps({"submissions": [good[0], bad[0], good[1], bad[1], bad[2], good[2]]})
    answer = world.client().post("/api/v1/submissions/batch", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    outcomes = [r["outcome"] for r in answer.json()["results"]]
    assert outcomes == ["stored", "rejected", "stored", "rejected", "conflict", "stored"]
    assert Submission.objects.count() == 3


def test_a_gzip_batch_is_received(world: World) -> None:
    import gzip

    body = gzip.compress(orjson.dumps({"submissions": [world.registration()]}))
    answer = world.client().post(
        "/api/v1/submissions/batch", body, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert answer.json()["results"][0]["outcome"] == "stored"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "JPEG")
    return out.getvalue()


def multipart(world: World, item: Any, name: str, content: bytes) -> Any:
    file = io.BytesIO(content)
    file.name = name
    return world.client().post("/api/v1/submissions", {"submission": orjson.dumps(item).decode(), name: file})


def test_attachments_come_along_and_the_missing_are_named(world: World) -> None:
    item = world.registration("uuid:p", photo="site.jpg")
    assert post(world, item).json()["missing_attachments"] == ["site.jpg"]
    again = multipart(world, item, "site.jpg", photo())
    assert (again.status_code, again.json()["outcome"], again.json()["missing_attachments"]) == (200, "identical", [])
    assert Attachment.objects.get(name="site.jpg").blob is not None
    other = multipart(world, item, "site.jpg", photo() + b"more")
    assert (other.status_code, other.json()["code"]) == (409, "attachment_conflict")
    got = world.client().get("/api/v1/submissions/uuid:p/attachments/site.jpg")
    assert b"".join(got.streaming_content) == photo()


def test_a_text_called_photo_is_refused_and_nothing_half_written_stays(world: World) -> None:
    answer = multipart(world, world.registration("uuid:p", photo="photo.jpg"), "photo.jpg", b"these are words")
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (422, "not_an_image", "photo.jpg")
    assert not Submission.objects.exists()
    assert KeptAside.objects.count() == 2


def test_personal_values_lie_apart_and_encrypted(world: World) -> None:
    item = world.registration("uuid:q", owner_name="Lakshmi Devi")
    post(world, item)
    version = SubmissionVersion.objects.get()
    assert "Lakshmi" not in str(version.answers)
    import zlib

    assert b"Lakshmi" not in zlib.decompress(version.xml)
    assert b"Lakshmi" not in bytes(PersonalValue.objects.get().value)
    shown = world.client().get("/api/v1/submissions/uuid:q").json()
    assert "Lakshmi Devi" in shown["xml"]


def point(lat: float, lon: float, accuracy: float | None = 5.0) -> dict[str, Any]:
    properties = {} if accuracy is None else {"accuracy": accuracy}
    return {"type": "Point", "coordinates": [lon, lat], "properties": properties}


@pytest.mark.parametrize(
    ("answers", "flag"),
    [
        ({"position": point(13.18, 74.93, 400)}, "accuracy_low"),
        ({"position": point(13.18, 74.93, 0)}, "position_unproven"),
        ({"position": point(13.18, 74.93, None)}, "position_unproven"),
        ({"position": point(51.5, 0.1)}, "outside_india"),
        ({"position": point(12.97, 77.59)}, "outside_district"),
        ({"position": point(13.40, 74.99)}, "far_from_village"),
        ({"visit_date": "2199-01-01"}, "future_date"),
        ({"visit_date": "2020-01-01"}, "before_start"),
        ({"working": 9}, "constraint_failed"),
        ({"remarks": "Aadhaar 2341 2341 2346"}, "aadhaar_masked"),
        ({"village": "demo:unheard"}, "unknown_village"),
    ],
)
def test_odd_things_flag_and_never_lose(world: World, answers: dict[str, Any], flag: str) -> None:
    uuid_ = deployment(world)
    Flag.objects.all().delete()
    answer = post(world, world.report(uuid_, **answers))
    assert answer.status_code == 201, answer.content
    assert flag in flags()


def test_a_village_outside_the_officers_area_is_flagged(world: World) -> None:
    world.villages[2].catchments.all().delete()
    deployment(world, place=2)
    assert "outside_area" in flags()


def test_two_reports_of_a_deployment_on_one_day_are_flagged(world: World) -> None:
    uuid_ = deployment(world)
    post(world, world.report(uuid_))
    assert "same_day_again" not in flags()
    post(world, world.report(uuid_))
    assert "same_day_again" in flags()


def test_answers_faster_than_anyone_can_give_them_are_flagged(world: World) -> None:
    deployment(world, start="2026-11-01T10:00:00+05:30", end="2026-11-01T10:00:04+05:30")
    assert "too_fast" in flags()


def test_a_report_may_arrive_before_its_registration(world: World) -> None:
    registration = world.registration("uuid:late")
    entity = created_id("uuid:late")
    post(world, world.report(entity, "uuid:early", working=1, units_in_use=1))
    assert "unknown_deployment" in flags()
    post(world, registration)
    assert DeploymentState.objects.get(deployment__uuid=entity).reports == 1


def test_a_form_that_is_not_assigned_is_kept_aside(world: World) -> None:
    world.officer.forms = ["village_need"]
    world.officer.save()
    answer = post(world, world.registration())
    assert (answer.status_code, answer.json()["code"], answer.json()["kept"]) == (422, "form_not_assigned", True)


def test_without_a_token_401_and_with_a_bad_one_403_and_nothing_is_kept(world: World) -> None:
    from django.test import Client

    item = orjson.dumps(world.registration())
    assert Client().post("/api/v1/submissions", item, content_type="application/json").status_code == 401
    bad = Client(headers={"Authorization": "Bearer wrong"})
    assert bad.post("/api/v1/submissions", item, content_type="application/json").status_code == 403
    assert not KeptAside.objects.exists()
