from __future__ import annotations

import io
import uuid
from typing import Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from backend.deployments.models import Deployment
from backend.registry.models import Centre
from backend.submissions import reviewing
from backend.submissions.models import Submission
from tests.integration.field.photos import photo
from tests.integration.world import World, user


def send_with(world: World, item: dict[str, Any], content: bytes) -> None:
    file = SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")
    answer = world.client().post("/api/v1/submissions", {"submission": orjson.dumps(item).decode(), "photo.jpg": file})
    assert answer.status_code == 201, answer.content


def last(client: Client, site: Any) -> Any:
    answer = client.get(f"/api/v1/deployments/{site}/last-photo")
    return b"".join(io.BytesIO(b"".join(answer.streaming_content))) if answer.status_code == 200 else answer.status_code


def test_the_newest_photo_of_what_counts(world: World, settings: Settings) -> None:
    send_with(
        world, world.registration("uuid:d1", photo="photo.jpg", photo_people="none", visit_date="2026-10-01"), photo(1)
    )
    site = str(Deployment.objects.get().uuid)
    assert last(world.client(), site) == photo(1)
    send_with(
        world, world.report(site, "uuid:r2", photo="photo.jpg", photo_people="none", visit_date="2026-11-02"), photo(3)
    )
    send_with(
        world, world.report(site, "uuid:r1", photo="photo.jpg", photo_people="none", visit_date="2026-10-20"), photo(2)
    )
    assert last(world.client(), site) == photo(3)
    reviewing.review(Submission.objects.get(instance_id="uuid:r2"), "reject", "blurred", user("administrator", "boss"))
    assert last(world.client(), site) == photo(2)


def test_none_where_there_is_none_or_it_is_not_ones_own(world: World) -> None:
    world.client().post("/api/v1/submissions", world.registration("uuid:d1"), content_type="application/json")
    site = Deployment.objects.get().uuid
    assert last(world.client(), site) == 404
    assert last(world.client(), uuid.uuid4()) == 404
    send_with(world, world.report(str(site), "uuid:r1", photo="photo.jpg", photo_people="none"), photo(2))
    here, elsewhere = Client(), Client()
    here.force_login(user("coordinator", "here", centres=[world.centre]))
    khunt = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    elsewhere.force_login(user("coordinator", "elsewhere", centres=[khunt]))
    assert last(here, site) == photo(2)
    assert last(elsewhere, site) == 404
