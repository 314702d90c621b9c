"""The doctor says what is wrong, and how to mend it; about what is well it keeps quiet."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from backend.audit import chain, guards
from backend.audit.models import Action, Entry
from backend.audit.services import record
from backend.field.models import Upload
from backend.operations import doctor
from backend.operations.doctor import Asked
from backend.submissions import blobs, derived
from backend.submissions.models import SubmissionVersion
from tests.integration.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.GRAMREACH_HOME = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "attachments"}
        }
    }  # fmt: skip
    guards.install(connection)
    derived.note()
    yield
    guards.remove(connection)


def said(check: doctor.Check, **asked: Any) -> str:
    return "\n".join(f"{f.what} {f.remedy}" for f in check(Asked(**asked)))


def stored(world: World, **answers: Any) -> None:
    world.client().post("/api/v1/submissions", world.registration(**answers), content_type="application/json")


def test_a_sound_installation_has_nothing_to_say(world: World) -> None:
    record(None, Action.BACKUP_MADE)
    stored(world, owner_name="Lakshmi Devi")
    assert [f for f in doctor.examine(Asked(thorough=True)) if f.level == "fault"] == []


def test_attachments_that_are_missing_or_damaged(tmp_path: Path) -> None:
    import io

    one, other = (blobs.row(*blobs.put(io.BytesIO(text)), "text/csv") for text in (b"one", b"two"))
    assert said(doctor.attachments, thorough=True) == ""
    (tmp_path / "attachments" / blobs.path_of(one.sha256)).unlink()
    (tmp_path / "attachments" / blobs.path_of(other.sha256)).write_bytes(b"tow")
    assert f"1 attachments are missing: {one.sha256}" in said(doctor.attachments)
    assert f"1 attachments are damaged: {other.sha256}" in said(doctor.attachments, thorough=True)


def test_a_data_key_that_is_another_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(world, owner_name="Lakshmi Devi")
    assert said(doctor.personal_values) == ""
    monkeypatch.setenv("DATA_KEY", "YW5vdGhlciBrZXk6IHRoaXJ0eS10d28gYnl0ZXMhISE=")
    assert "DATA_KEY is not the one" in said(doctor.personal_values)
    monkeypatch.setenv("DATA_KEY", "no key at all")
    assert "DATA_KEY is no key" in said(doctor.key_files)


def test_key_files_that_others_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATA_KEY", "AUDIT_KEY"):
        monkeypatch.delenv(name)
    assert "There is no AUDIT_KEY" in said(doctor.key_files)
    from backend import keys

    keys.make(tmp_path)
    assert said(doctor.key_files) == ""
    os.chmod(tmp_path / "keys" / "DATA_KEY", 0o644)
    assert "chmod 600" in said(doctor.key_files)


def test_the_audit_log_changed_cut_off_or_unguarded() -> None:
    for _ in range(3):
        record(None, Action.EXPORTED)
    noted = chain.head()
    assert said(doctor.audit_log, head=noted) == ""
    guards.remove(connection)
    Entry.objects.filter(number=noted.number).delete()
    assert "lost its guards" in said(doctor.audit_log)
    assert "cut off" in said(doctor.audit_log, head=noted)
    Entry.objects.filter(number=noted.number - 1).update(actor="x")
    assert f"not whole at entry {noted.number - 1}" in said(doctor.audit_log)


def test_derived_tables_of_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(doctor.derived_tables) == ""
    monkeypatch.setattr(derived, "CODE_VERSION", derived.CODE_VERSION + 1)
    assert "gramreach migrate" in said(doctor.derived_tables)


def test_a_clock_that_was_wrong(world: World) -> None:
    stored(world)
    SubmissionVersion.objects.update(received_at=timezone.now() + dt.timedelta(days=2))
    assert "has not been yet" in said(doctor.times)


def test_uploads_given_up_long_ago(world: World) -> None:
    long_ago = timezone.now() - dt.timedelta(days=3)
    Upload.objects.create(key="k", device=world.device, instance_id="i", filename="f", length=1, expires_at=long_ago)
    assert "gramreach sweep_uploads" in said(doctor.waiting_files)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("DEBUG", True, "Take DEBUG out"),
        ("PUBLIC_URL", "http://reach.example.org", "https"),
        ("ALLOWED_HOSTS", ["*"], "Name the hosts"),
    ],
)
def test_settings_that_let_people_in(settings: Settings, name: str, value: Any, remedy: str) -> None:
    assert said(doctor.settings_in_force) == ""
    setattr(settings, name, value)
    assert remedy in said(doctor.settings_in_force)


def test_no_backup(world: World) -> None:
    stored(world)
    assert "No backup was ever made" in said(doctor.last_backup)
    record(None, Action.BACKUP_MADE)
    assert said(doctor.last_backup) == ""


def test_the_command_ends_with_an_error_if_something_is_broken(settings: Settings) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="1 faults"):
        call_command("doctor")
    with pytest.raises(CommandError, match="write what"):
        call_command("doctor", audit_head="yesterday")
