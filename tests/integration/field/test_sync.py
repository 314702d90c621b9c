"""What a phone is given to work with, and that no change is missed."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max, Min
from django.test import Client

from backend.accounts import services as accounts
from backend.accounts.models import Officer
from backend.deployments import feed, filters
from backend.deployments.models import Change, Deployment
from backend.field import pack
from backend.registry.models import CatchmentVillage, Centre, Technology
from backend.submissions import reviewing
from backend.submissions.bulk import rebuild
from backend.submissions.models import Submission
from backend.submissions.publishing import FORMS, publish
from tests.integration.field.photos import send, sha256, stored
from tests.integration.world import World, user


def sync(world: World, cursor: str | None = None, **headers: str) -> Any:
    query = {"cursor": cursor} if cursor else {}
    answer = world.client().get("/api/v1/sync", query, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def by_uuid(answer: Any) -> dict[str, Any]:
    return {row["uuid"]: row for row in answer["deployments"]}


@pytest.fixture(autouse=True)
def _as_if_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction, which PostgreSQL's readers would wait for."""
    if connection.vendor == "postgresql":
        monkeypatch.setattr(
            "backend.field.sync.newest",
            lambda: feed.Newest(
                Change.objects.aggregate(newest=Max("id"))["newest"] or 0,
                (),
                Deployment.objects.aggregate(a=Min("id"))["a"],
            ),
        )


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    day = dt.date(2026, 11, 5)
    _set_today(monkeypatch, day)
    return day


def _set_today(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    monkeypatch.setattr("backend.field.sync.today", lambda: day)


def test_the_first_answer_holds_everything(world: World, today: dt.date) -> None:
    Centre.objects.update(phone="+91 00000 00000")
    site = stored(world, "uuid:d1", plate="GR-7")
    send(world, world.report(str(site.uuid), "uuid:r1", working=2, units_in_use=1))
    answer = sync(world)
    assert answer["full"] is True
    assert answer["device"] == {
        "id": world.device.pk,
        "officer": "Asha",
        "officer_id": world.officer.pk,
        "centre": {"slug": "nitte", "name": "RSVC Nitte", "name_hi": "", "phone": "+91 00000 00000"},
        "language": "en",
        "forms": [],
        "demo": False,
    }
    row = by_uuid(answer)[str(site.uuid)]
    assert (row["technology"], row["technology_name"]) == ("cutter", "Betel-nut cutter")
    assert (row["village"], row["village_name"]) == ("demo:0", "Village 0")
    assert (row["lat"], row["lon"]) == (world.villages[0].lat, world.villages[0].lon)
    assert (row["condition"], row["last_visit"], row["due_on"]) == ("in_use", "2026-11-01", "2027-04-30")
    assert (row["installed"], row["plate"], row["version"], row["gone"]) == (site.installed, "GR-7", 2, False)
    states = {item["instance_id"]: item["state"] for item in answer["feedback"]}
    assert states == {"uuid:d1": "received", "uuid:r1": "received"}


def test_forms_come_with_the_hashes_of_what_their_addresses_give(world: World) -> None:
    form = next(f for f in sync(world)["forms"] if f["form_id"] == "village_report")
    xform = world.client().get(form["xform"]).content
    assert (sha256(xform), len(xform)) == (form["sha256"], form["bytes"])
    assert form["title"]["en"]
    assert {m["filename"] for m in form["media"]} >= {"villages.csv", "deployments.csv"}
    for file in form["media"]:
        content = world.client().get(file["url"]).content
        assert (sha256(content), len(content)) == (file["sha256"], file["bytes"])


def test_only_assigned_forms_come_and_none_assigned_means_all(world: World) -> None:
    assert len(sync(world)["forms"]) == 4
    Officer.objects.update(forms=["village_report"])
    assert [form["form_id"] for form in sync(world)["forms"]] == ["village_report"]


def test_only_what_changed_comes_after_that(world: World, today: dt.date) -> None:
    one, _two = stored(world, "uuid:d1"), stored(world, "uuid:d2", place=1)
    cursor = sync(world)["cursor"]
    quiet = sync(world, cursor)
    assert (quiet["full"], quiet["deployments"], quiet["feedback"]) == (False, [], [])
    send(world, world.report(str(one.uuid), "uuid:r1", working=2, units_in_use=1))
    answer = sync(world, quiet["cursor"])
    assert (answer["full"], list(by_uuid(answer))) == (False, [str(one.uuid)])
    assert [item["instance_id"] for item in answer["feedback"]] == ["uuid:r1"]
    assert sync(world, answer["cursor"])["deployments"] == []


def test_what_the_office_decides_comes_with_its_words(world: World) -> None:
    stored(world, "uuid:d1")
    cursor = sync(world)["cursor"]
    reviewer = user("coordinator", "meena", centres=[world.centre])
    reviewing.review(Submission.objects.get(), "request_changes", "Whose is it?", reviewer)
    (told,) = sync(world, cursor)["feedback"]
    assert (told["instance_id"], told["state"], told["comment"], told["by"]) == (
        "uuid:d1", "changes_requested", "Whose is it?", "meena",
    )  # fmt: skip
    cursor = sync(world)["cursor"]
    send(world, world.registration("uuid:d1b", user_agency="Us") | {"deprecated_id": "uuid:d1"})
    (told,) = sync(world, cursor)["feedback"]
    assert (told["instance_id"], told["current_instance_id"], told["state"]) == ("uuid:d1", "uuid:d1b", "edited")
    assert told["comment"] == ""


def test_what_was_kept_aside_is_told_and_what_became_of_it(world: World) -> None:
    cursor = sync(world)["cursor"]
    send(world, world.registration("uuid:odd") | {"version": "1999"})
    answer = sync(world, cursor)
    assert [(i["instance_id"], i["state"]) for i in answer["feedback"]] == [("uuid:odd", "kept_aside")]
    assert "1999" in answer["feedback"][0]["comment"]
    from backend.submissions.models import KeptAside

    reviewing.resolve(KeptAside.objects.get(), "discard", "A test.", user("administrator", "boss"))
    answer = sync(world, answer["cursor"])
    assert [(i["instance_id"], i["state"]) for i in answer["feedback"]] == [("uuid:odd", "discarded")]


def test_a_merged_or_withdrawn_deployment_is_gone(world: World) -> None:
    one, two, three = (stored(world, f"uuid:d{i}", place=i) for i in range(3))
    cursor = sync(world)["cursor"]
    boss = user("administrator", "boss")
    reviewing.merge(one.uuid, two.uuid, "the same", boss)
    reviewing.review(Submission.objects.get(instance_id="uuid:d2"), "reject", "There is none.", boss)
    rows = by_uuid(sync(world, cursor))
    assert rows[str(one.uuid)] == {"uuid": str(one.uuid), "gone": True}
    assert rows[str(three.uuid)] == {"uuid": str(three.uuid), "gone": True}
    assert rows[str(two.uuid)]["gone"] is False


def test_a_deployment_that_left_the_area_is_gone_and_those_of_others_are_not_told(world: World) -> None:
    elsewhere = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    moved = stored(world, "uuid:d1")
    cursor = sync(world)["cursor"]
    answer = send(world, world.registration("uuid:d1b", centre="khunt") | {"deprecated_id": "uuid:d1"})
    assert answer.json()["outcome"] == "edited", answer.content
    foreign = stored(world, "uuid:d2", centre="khunt")
    assert {d.centre for d in Deployment.objects.all()} == {elsewhere}
    assert by_uuid(sync(world, cursor)) == {str(moved.uuid): {"uuid": str(moved.uuid), "gone": True}}
    assert str(foreign.uuid) not in by_uuid(sync(world))


def test_a_condition_that_days_changed_is_told_without_a_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    site = stored(world, "uuid:d1")
    stored(world, "uuid:d2", place=1)
    send(world, world.report(str(site.uuid), "uuid:r1", working=2, units_in_use=1))
    seen = dt.date(2026, 11, 1)
    _set_today(monkeypatch, seen + dt.timedelta(days=180))
    first = sync(world)
    assert by_uuid(first)[str(site.uuid)]["condition"] == "in_use"
    _set_today(monkeypatch, seen + dt.timedelta(days=181))
    answer = sync(world, first["cursor"])
    assert [(u, r["condition"]) for u, r in by_uuid(answer).items()] == [(str(site.uuid), "silent")]


@pytest.mark.parametrize("change", ["area", "centre", "registry", "old", "nonsense", "rebuild", "restored"])
def test_whatever_the_feed_does_not_tell_gives_everything_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    stored(world, "uuid:d1")
    cursor = sync(world)["cursor"]
    assert sync(world, cursor)["full"] is False
    if change == "area":
        CatchmentVillage.objects.filter(village=world.villages[2]).update(until=dt.date(2026, 2, 1))
    elif change == "centre":
        Officer.objects.update(centre=Centre.objects.create(slug="k", name="K", short_name="K", kind="rsvc"))
    elif change == "registry":
        Technology.objects.update(revisit_days=30)
    elif change == "old":
        _set_today(monkeypatch, filters.today() + dt.timedelta(days=31))
    elif change == "nonsense":
        cursor = "../../etc"
    elif change == "rebuild":
        stored(world, "uuid:d2", place=1)
        rebuild()
    else:
        Change.objects.all().delete()
        stored(world, "uuid:d2", place=1)
    assert sync(world, cursor)["full"] is True


def test_too_many_changes_are_told_by_sending_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = sync(world)["cursor"]
    stored(world, "uuid:d1")
    stored(world, "uuid:d2", place=1)
    monkeypatch.setattr(pack, "MOST_CHANGES", 1)
    assert sync(world, cursor)["full"] is True


def test_nothing_new_is_not_sent_again(world: World) -> None:
    stored(world, "uuid:d1")
    quiet = sync(world, sync(world)["cursor"])
    first = world.client().get("/api/v1/sync", {"cursor": quiet["cursor"]})
    again = world.client().get("/api/v1/sync", {"cursor": quiet["cursor"]}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    stored(world, "uuid:d2", place=1)
    later = world.client().get("/api/v1/sync", {"cursor": quiet["cursor"]}, headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200


def test_the_answer_is_small_on_the_line(world: World) -> None:
    answer = world.client().get("/api/v1/sync", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert b'"cursor"' in gzip.decompress(answer.content)


def test_a_colleagues_reports_are_not_told(world: World) -> None:
    other = Officer.objects.create(name="Ravi", centre=world.centre)
    accounts.enrol(accounts.make_code(other), "phone-1", "r" * 40)
    stored(world, "uuid:d1")
    answer = Client(headers={"Authorization": f"Bearer {'r' * 40}"}).get("/api/v1/sync").json()
    assert (answer["feedback"], len(answer["deployments"])) == ([], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer only")
def test_a_change_that_commits_late_is_not_missed() -> None:
    """The feed's numbers are given when a row is written, not when it is committed."""
    written, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            Change.objects.create(kind="deployment", key="late")
            written.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert written.wait(20)
    Change.objects.create(kind="deployment", key="early, with a higher number")
    position = feed.newest().settled
    go_on.set()
    thread.join()
    assert set(Change.objects.filter(id__gt=position).values_list("key", flat=True)) >= {"late"}


def test_enrolling_answers_with_the_profile(world: World) -> None:
    code = accounts.make_code(world.officer)
    answer = Client().post(
        "/api/v1/auth/enrol",
        {"code": code, "installation_id": "phone-2", "token": "t" * 40},
        content_type="application/json",
    )
    assert answer.json()["profile"]["centre"]["slug"] == "nitte"
    assert answer.json()["profile"]["officer_id"] == world.officer.pk


def test_a_phone_has_the_outlines_of_its_districts(world: World) -> None:
    at = world.villages[0].district
    assert at is not None
    answer = world.client().get("/api/v1/sync/outlines")
    shapes = {one["properties"]["slug"]: one["geometry"] for one in answer.json()["features"]}
    assert shapes[at.slug]["type"] in ("Polygon", "MultiPolygon")
    assert len(answer.content) < 60_000
    again = world.client().get("/api/v1/sync/outlines", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_form_that_only_collect_can_show_is_named_as_such(world: World) -> None:
    source = (FORMS / "village_need.md").read_bytes().replace(b"| | max-pixels=1600", b"| signature | max-pixels=1600")
    publish(source.replace(b"2026112601", b"2026112602"), "village_need.md", validate=False)
    named = {form["form_id"]: form["collect_only"] for form in sync(world)["forms"]}
    assert named["village_need"] == ["photo: drawing with a finger (signature)"]
    assert named["village_report"] == []
