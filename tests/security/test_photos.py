"""Photos, by every way out: nothing of what the camera knew, no home, and nobody who did not agree."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from backend.accounts import services as accounts
from backend.deployments.models import Deployment
from backend.submissions.models import Submission
from tests.cameras import OWNER, taken
from tests.integration.world import World, user

pytestmark = pytest.mark.django_db
PHOTO = taken()


def send(world: World, item: dict[str, Any], name: str = "photo.jpg") -> None:
    file = SimpleUploadedFile(name, PHOTO, content_type="image/jpeg")
    answer = world.client().post("/api/v1/submissions", {"submission": orjson.dumps(item).decode(), name: file})
    assert answer.status_code == 201, answer.content


@pytest.fixture
def site(world: World) -> str:
    """A public one, with a report whose photo nobody minds."""
    send(world, world.registration("uuid:site", photo="photo.jpg", photo_people="none", site_kind="public"))
    uuid = str(Deployment.objects.get().uuid)
    send(world, world.report(uuid, "uuid:open", photo="photo.jpg", photo_people="agreed", visit_date="2026-11-02"))
    return uuid


def team(world: World) -> Client:
    return Client(headers={"Authorization": f"Bearer {accounts.make_api_token('best', world.cluster)}"})


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    return client


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def file_of(client: Client, instance_id: str, name: str = "photo.jpg") -> Any:
    return client.get(f"/api/v1/submissions/{instance_id}/attachments/{name}")


def drawn(client: Client, instance_id: str) -> int:
    version = Submission.objects.get(instance_id=instance_id).versions.get()
    return int(client.get(f"/reports/{instance_id}/photos/{version.pk}/photo.jpg").status_code)


def zipped(client: Client, form: str = "village_report") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body(client.get("/api/v1/export/photos.zip", {"form": form})))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_zip(client: Client, form: str = "village_report") -> set[str]:
    return {row["instance_id"] for row in listed(zipped(client, form))}


def listed(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["photos.csv"].decode())))


def test_the_attachments_address_gives_the_bare_picture_and_the_whole_file_to_who_reviews(
    site: str, world: World, admin: Client
) -> None:
    answer = file_of(team(world), "uuid:open")
    content = body(answer)
    assert OWNER.encode() not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.size, dict(image.getexif())) == ((90, 45), {0x0112: 6})
    assert body(file_of(admin, "uuid:open")) == PHOTO
    assert body(file_of(world.client(), "uuid:open")) == PHOTO
    assert answer["ETag"] != file_of(admin, "uuid:open")["ETag"]


def test_the_zip_holds_bare_pictures_and_says_of_each_what_it_is(site: str, world: World, admin: Client) -> None:
    for client in (team(world), admin):
        files = zipped(client)
        assert OWNER.encode() not in b"".join(files.values())
        (row,) = listed(files)
        content = files[row["file"]]
        assert (row["bytes"], row["sha256"]) == (str(len(content)), hashlib.sha256(content).hexdigest())
        assert row["received_sha256"] == hashlib.sha256(PHOTO).hexdigest()


def test_the_photo_of_the_last_visit_is_bare(site: str, world: World) -> None:
    for client in (world.client(), team(world)):
        answer = client.get(f"/api/v1/deployments/{site}/last-photo")
        assert answer.status_code == 200
        assert OWNER.encode() not in body(answer)


@pytest.mark.parametrize("said", ["retake", None])
def test_who_did_not_agree_is_in_no_photo_that_leaves(site: str, world: World, admin: Client, said: str | None) -> None:
    send(world, world.report(site, "uuid:kept", photo="photo.jpg", photo_people=said, visit_date="2026-11-03"))
    assert file_of(team(world), "uuid:kept").status_code == 404
    assert file_of(admin, "uuid:kept").status_code == 200
    assert in_zip(team(world)) == in_zip(admin) == {"uuid:open"}
    assert (drawn(signed_in(world), "uuid:open"), drawn(admin, "uuid:kept")) == (200, 200)
    client = Client()
    client.force_login(user("cluster_team", "others", clusters=[world.cluster]))
    assert drawn(client, "uuid:kept") == 404
    assert b"kept/photos/" not in client.get("/reports/uuid:kept").content
    last = body(world.client().get(f"/api/v1/deployments/{site}/last-photo"))
    assert last == body(file_of(team(world), "uuid:open"))


def test_no_photo_of_a_home_leaves_its_centre(world: World, admin: Client) -> None:
    send(world, world.registration("uuid:home", photo="photo.jpg", photo_people="none", site_kind="home"))
    uuid = str(Deployment.objects.get().uuid)
    send(world, world.report(uuid, "uuid:seen", photo="photo.jpg", photo_people="none"))
    for key, form in (("uuid:home", "deployment_registration"), ("uuid:seen", "village_report")):
        assert file_of(team(world), key).status_code == 404
        assert file_of(admin, key).status_code == 200
        assert (in_zip(team(world), form), in_zip(admin, form)) == (set(), {key})
    assert team(world).get(f"/api/v1/deployments/{uuid}/last-photo").status_code == 404
    client = signed_in(world)
    assert [drawn(client, key) for key in ("uuid:home", "uuid:seen")] == [404, 404]


def test_a_village_card_shows_only_what_one_may_see(site: str, world: World, admin: Client) -> None:
    send(world, world.report(site, "uuid:kept", photo="photo.jpg", photo_people="retake", visit_date="2026-11-03"))
    shown = {}
    for name, client in (("team", signed_in(world)), ("admin", admin)):
        told = client.get("/maps/reach/village.json", {"village": world.villages[0].code}).json()
        shown[name] = [photo["src"] for photo in told["photos"]]
        assert {client.get(src).status_code for src in shown[name]} == {200}
    assert any("kept" in src for src in shown["admin"])
    assert not any("kept" in src for src in shown["team"])


def test_a_photo_that_answers_a_personal_question_is_for_who_reviews(site: str, world: World, admin: Client) -> None:
    """Its name stands in no answer that one may read."""
    version = Submission.objects.get(instance_id="uuid:open").versions.get()
    version.attachments.update(name="face.jpg")
    assert file_of(team(world), "uuid:open", "face.jpg").status_code == 404
    assert file_of(admin, "uuid:open", "face.jpg").status_code == 200
