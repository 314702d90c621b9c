"""A person's data: under a key that can be changed, found, handed out, erased, and not kept longer than it may be."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from backend import keys
from backend.accounts import sealing, second_step
from backend.audit.models import Entry
from backend.submissions import details, secrets
from backend.submissions.models import Attachment, Blob, Decision, KeptAside, PersonalValue, Submission
from tests.integration.test_every_endpoint import photo
from tests.integration.world import World, user

pytestmark = pytest.mark.django_db


def send(world: World, instance_id: str, **answers: object) -> int:
    body = world.registration(instance_id, **answers)
    return world.client().post("/api/v1/submissions", body, content_type="application/json").status_code


def shown(instance_id: str) -> str:
    return details.xml_of(Submission.objects.get(instance_id=instance_id).versions.get(), with_personal=True)


@pytest.fixture
def _own_key(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GRAMREACH_HOME = tmp_path
    monkeypatch.delenv("DATA_KEY")
    keys.make(tmp_path)


@pytest.mark.usefixtures("_own_key")
def test_a_changed_key_opens_everything_and_old_resends_stay_identical(world: World, settings: Settings) -> None:
    home = settings.GRAMREACH_HOME
    assert send(world, "uuid:1", owner_name="Lakshmi Devi") == 201
    world.client().post("/api/v1/submissions", b"<broken>Lakshmi", content_type="application/xml")
    app = second_step.begin(user("administrator", "asha"))
    secret = app.bin_key
    first = keys.data_key(home)
    for _ in range(2):
        call_command("rotate_data_key")
    assert len(keys.data_keys(home)) == 2
    assert keys.data_key(home) != first
    assert all(secrets.is_current(value) for value in PersonalValue.objects.values_list("value", flat=True))
    app.refresh_from_db()
    assert (sealing.is_current(app.key, app.user_id), app.bin_key) == (True, secret)
    assert all(secrets.is_current(body) for body in KeptAside.objects.values_list("body", flat=True))
    assert "Lakshmi Devi" in shown("uuid:1")
    assert send(world, "uuid:1", owner_name="Lakshmi Devi") == 200
    assert send(world, "uuid:1", owner_name="Somebody Else") == 409
    assert (home / "keys" / "DATA_KEY").stat().st_mode & 0o077 == 0


def test_a_key_of_the_environment_is_not_ours_to_change(world: World) -> None:
    with pytest.raises(CommandError, match="in the environment"):
        call_command("rotate_data_key")


def test_a_person_is_found_and_handed_out(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    send(world, "uuid:1", owner_name="Lakshmi  Devi")
    send(world, "uuid:2", owner_name="Somebody Else")
    world.client().post("/api/v1/submissions", b"<broken>LAKSHMI devi", content_type="application/xml")
    call_command("personal_data", "find", "lakshmi devi")
    said = capsys.readouterr().out
    assert "2 places" in said
    assert "uuid:2" not in said
    out = tmp_path / "hers.json"
    call_command("personal_data", "export", "lakshmi devi", out=out)
    assert [row["instance_id"] for row in json.loads(out.read_text())] == ["uuid:1"]
    assert out.stat().st_mode & 0o077 == 0
    assert Entry.objects.filter(action="personal_seen").count() == 2
    assert not Entry.objects.filter(detail__icontains="lakshmi").exists()


def test_erased_is_erased_the_report_counts_on_and_the_proof_stays(world: World) -> None:
    body = {"submission": json.dumps(world.registration("uuid:1", owner_name="Lakshmi Devi", photo="photo.jpg"))}
    body["photo.jpg"] = SimpleUploadedFile("photo.jpg", photo(), content_type="image/jpeg")  # type: ignore[assignment]
    assert world.client().post("/api/v1/submissions", body).status_code == 201
    send(world, "uuid:2", owner_name="Somebody Else")
    world.client().post("/api/v1/submissions", b"<broken>Lakshmi Devi", content_type="application/xml")
    with pytest.raises(CommandError, match="Say why"):
        call_command("personal_data", "erase", "lakshmi")
    call_command("personal_data", "erase", "lakshmi", reason="she asked for it", photos=True)
    assert list(PersonalValue.objects.values_list("version__instance_id", flat=True).distinct()) == ["uuid:2"]
    assert "Lakshmi" not in shown("uuid:1")
    assert not Attachment.objects.exists()
    assert not Blob.objects.exists()
    assert KeptAside.objects.get().body is None
    [proof] = Decision.objects.filter(kind="erasure")
    assert (proof.submission.instance_id if proof.submission else "", proof.comment) == ("uuid:1", "she asked for it")
    assert Entry.objects.filter(action="personal_erased").count() == 2
    listed = world.client().get("/api/v1/submissions").json()["items"]
    assert {row["instance_id"] for row in listed} == {"uuid:1", "uuid:2"}


def test_personal_answers_are_kept_as_long_as_they_may_be(world: World, settings: Settings) -> None:
    send(world, "uuid:old", owner_name="Lakshmi Devi")
    send(world, "uuid:new", owner_name="Somebody Else")
    Submission.objects.filter(instance_id="uuid:old").update(received_at=timezone.now() - dt.timedelta(days=40))
    call_command("apply_retention")
    assert PersonalValue.objects.count() >= 2
    settings.PERSONAL_DAYS = 30
    call_command("apply_retention")
    assert set(PersonalValue.objects.values_list("version__instance_id", flat=True)) == {"uuid:new"}
    assert Decision.objects.get(kind="erasure").submission.instance_id == "uuid:old"  # type: ignore[union-attr]
