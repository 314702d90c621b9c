"""What a phone tells of itself, and what it may let go of."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.test import Client
from django.utils import timezone

from backend.accounts import services as accounts
from backend.accounts.models import Device, Officer
from tests.integration.field.photos import send, stored
from tests.integration.world import World, user

TOLD = {
    "app_version": "1.0 abc", "unsent": 3, "oldest_unsent": "2026-11-01T10:00:00Z", "storage_used": 1_000_000,
    "storage_free": 5_000_000_000, "persisted": True,
}  # fmt: skip


def tell(world: World, **changed: Any) -> Any:
    return world.client().post("/api/v1/sync/phone", TOLD | changed, content_type="application/json")


def receipts(world: World, *ids: str) -> Any:
    answer = world.client().post("/api/v1/sync/receipts", {"instance_ids": ids}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_what_a_phone_tells_is_kept(world: World) -> None:
    assert tell(world).status_code == 204
    device = Device.objects.get()
    assert (device.app_version, device.unsent, device.storage_free, device.persisted) == (
        "1.0 abc", 3, 5_000_000_000, True,
    )  # fmt: skip
    assert device.oldest_unsent == dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    tell(world, unsent=0, oldest_unsent=None)
    device.refresh_from_db()
    assert (device.unsent, device.oldest_unsent) == (0, None)


def test_what_is_no_count_is_refused(world: World) -> None:
    assert tell(world, unsent=-1).status_code == 422
    assert tell(world, storage_free=2**63).status_code == 422


def test_the_office_sees_who_is_stranded(world: World) -> None:
    page = Client()
    page.force_login(user("coordinator", "meena", centres=[world.centre]))
    tell(world, oldest_unsent=(timezone.now() - dt.timedelta(days=5, hours=1)).isoformat())
    text = page.get("/phones").content.decode()
    assert "held 3 reports, the oldest waits for 5 days" in re.sub(r"\s+", " ", text)
    assert "Stranded" not in text
    Device.objects.update(last_seen=timezone.now() - dt.timedelta(days=3, minutes=1))
    text = page.get("/phones").content.decode()
    assert "Stranded" in text
    assert "1 phone holds reports and was not heard of for 3 days." in text
    Device.objects.update(unsent=0)
    assert "Stranded" not in page.get("/phones").content.decode()


def test_a_receipt_names_what_is_here_and_what_is_missing(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    (item, unknown) = receipts(world, "uuid:d1", "uuid:never")
    assert item == {
        "instance_id": "uuid:d1", "here": True, "kept": False, "outcome_state": "received",
        "missing_attachments": ["one.jpg"],
    }  # fmt: skip
    assert (unknown["here"], unknown["kept"], unknown["outcome_state"]) == (False, False, "")


def test_any_versions_id_has_a_receipt(world: World) -> None:
    stored(world, "uuid:d1")
    send(world, world.registration("uuid:d1b", user_agency="Us") | {"deprecated_id": "uuid:d1"})
    assert [(i["here"], i["outcome_state"]) for i in receipts(world, "uuid:d1", "uuid:d1b")] == [(True, "edited")] * 2


def test_what_was_kept_aside_has_one_too_with_the_files_that_it_seems_to_name(world: World) -> None:
    send(world, world.registration("uuid:odd", photo="p1.jpg") | {"version": "1999"})
    (item,) = receipts(world, "uuid:odd")
    assert (item["here"], item["kept"], item["outcome_state"]) == (False, True, "kept_aside")
    assert item["missing_attachments"] == ["p1.jpg"]
    xml = '<data id="no" version="1"><photo>p2.jpg</photo><meta><instanceID>uuid:x</instanceID></meta></data>'
    world.client().post("/api/v1/submissions", xml, content_type="application/xml")
    assert receipts(world, "uuid:x")[0]["missing_attachments"] == ["p2.jpg"]


def test_reports_of_others_have_no_receipt(world: World) -> None:
    stored(world, "uuid:d1")
    other = Officer.objects.create(name="Ravi", centre=world.centre)
    accounts.enrol(accounts.make_code(other), "phone-1", "r" * 40)
    client = Client(headers={"Authorization": f"Bearer {'r' * 40}"})
    body = {"instance_ids": ["uuid:d1"]}
    answer = client.post("/api/v1/sync/receipts", body, content_type="application/json").json()
    assert (answer["items"][0]["here"], answer["items"][0]["kept"]) == (False, False)


def test_two_hundred_at_once_and_no_more(world: World) -> None:
    body = {"instance_ids": [f"uuid:{i}" for i in range(201)]}
    answer = world.client().post("/api/v1/sync/receipts", body, content_type="application/json")
    assert answer.status_code == 422
