"""A report that shows the photo of another visit is taken in, and asks for a look."""

from __future__ import annotations

import io
import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from backend.exports.management.commands import work
from backend.submissions import looks
from backend.submissions.models import Attachment, Flag, PhotoLook, ReportRow
from tests.integration.world import World

pytestmark = pytest.mark.django_db
LOOK = 0x0F3C5AA5C3F01E87


def photo(look: int = LOOK, second: int = 0) -> str:
    return f"photo-20261101T1030{second:02}-{look:016x}.jpg"


def named(**answers: Any) -> dict[str, Any]:
    return {"photo": photo(), "photo_people": "none", **answers}


@pytest.fixture
def send(world: World) -> Callable[..., str]:
    def one(form: str = "village_need", **answers: Any) -> str:
        report = world.filled(form, **answers)
        answer = world.client().post("/api/v1/submissions", report, content_type="application/json")
        assert answer.json()["outcome"] in ("stored", "edited"), answer.content
        return str(report["instance_id"])

    return one


def reused(instance_id: str) -> list[str]:
    return list(
        Flag.objects.filter(version__instance_id=instance_id, code="photo_reused").values_list("detail", flat=True)
    )


@pytest.mark.parametrize("bits", [0, 1, 3])
def test_a_photo_of_another_day_is_seen_although_it_was_saved_again(send: Callable[..., str], bits: int) -> None:
    first = send(**named())
    again = send(**named(photo=photo(LOOK ^ ((1 << bits) - 1) << 30, second=9), visit_date="2026-11-20"))
    assert reused(again) == [f"This photo is in another report too: {first}."]
    assert reused(first) == []


def test_other_photos_are_other_photos(send: Callable[..., str]) -> None:
    send(**named())
    assert reused(send(**named(photo=photo(LOOK ^ 0b1111), visit_date="2026-11-20"))) == []
    assert reused(send(**named(photo="IMG_1234.jpg", visit_date="2026-11-20"))) == []


def test_dark_pictures_all_look_alike_and_say_nothing(send: Callable[..., str]) -> None:
    send(**named(photo=photo(0b11)))
    assert reused(send(**named(photo=photo(0b11), visit_date="2026-11-20"))) == []
    assert not PhotoLook.objects.exists()


def test_one_visit_may_show_one_photo_twice(send: Callable[..., str]) -> None:
    send("deployment_registration", **named())
    assert reused(send(**named())) == []
    assert len(reused(send(place=1, **named()))) == 1, "not of another village"


def test_an_edit_keeps_its_photo(world: World, send: Callable[..., str]) -> None:
    first = send(**named())
    edit = world.filled("village_need", **named(visit_date="2026-11-20")) | {"deprecated_id": first}
    answer = world.client().post("/api/v1/submissions", edit, content_type="application/json")
    assert answer.json()["outcome"] == "edited"
    assert reused(edit["instance_id"]) == []


def test_reports_that_arrive_together_are_compared_too(world: World) -> None:
    days = ("2026-11-01", "2026-11-01", "2026-11-09")
    reports = [world.filled("village_need", f"uuid:{uuid.uuid4()}", **named(visit_date=day)) for day in days]
    answer = world.client().post("/api/v1/submissions/batch", {"submissions": reports}, content_type="application/json")
    assert [one["outcome"] for one in answer.json()["results"]] == ["stored"] * 3
    assert [len(reused(one["instance_id"])) for one in reports] == [0, 0, 1]


def picture(seed: int, *, side: int = 400, quality: int = 90, kind: str = "JPEG") -> bytes:
    """The same scene for the same seed, in whatever size and kind."""
    rng = random.Random(seed)
    fields = Image.new("RGB", (9, 8))
    fields.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(72)])
    out = io.BytesIO()
    fields.resize((side, side * 3 // 4), Image.Resampling.BICUBIC).save(out, kind, quality=quality)
    return out.getvalue()


@pytest.fixture
def bring(world: World) -> Callable[..., str]:
    """A report with its photo, named as ODK Collect names them."""
    numbers: Iterator[int] = iter(range(1_700_000_000_000, 1_800_000_000_000))

    def one(photo: bytes, ending: str = "jpg", **answers: Any) -> str:
        name = f"{next(numbers)}.{ending}"
        report = world.filled("village_need", **named(photo=name, **answers))
        body = {"submission": json.dumps(report), name: SimpleUploadedFile(name, photo)}
        answer = world.client().post("/api/v1/submissions", body)
        assert answer.json()["missing_attachments"] == [], answer.content
        return str(report["instance_id"])

    return one


def codes_of(instance_id: str) -> str:
    return ReportRow.objects.get(submission__instance_id=instance_id).codes


def test_a_photo_whose_name_says_nothing_is_known_by_its_looks(bring: Callable[..., str]) -> None:
    first = bring(picture(1))
    other = bring(picture(2), visit_date="2026-11-19")
    again = bring(picture(1, side=1000, quality=40), visit_date="2026-11-20")
    drawn = bring(picture(1, kind="PNG"), "png", visit_date="2026-11-21")
    assert reused(again) == [], "nobody who sends waits for it"
    assert looks.look_at_new() == 4
    assert reused(again) == [f"This photo is in another report too: {first}."]
    assert reused(drawn) == [f"This photo is in another report too: {again}."], "the newest of those before"
    assert reused(first) == reused(other) == []
    assert "photo_reused" in codes_of(again), "the list of reports has it too"
    assert looks.look_at_new() == 0


def test_one_phone_has_the_app_and_the_other_collect(bring: Callable[..., str], send: Callable[..., str]) -> None:
    bits = looks.bits_of(io.BytesIO(picture(3)))
    assert bits is not None
    by_app = send(**named(photo=photo(bits ^ 0b101)))
    by_collect = bring(picture(3), visit_date="2026-11-20")
    by_app_again = send(**named(photo=photo(bits), visit_date="2026-11-21"))
    looks.look_at_new()
    assert reused(by_collect) == [f"This photo is in another report too: {by_app}."]
    assert len(reused(by_app_again)) == 1


def test_the_later_report_is_flagged_although_its_photo_came_first(world: World, bring: Callable[..., str]) -> None:
    late = world.filled("village_need", **named(photo="late.jpg"))
    world.client().post("/api/v1/submissions", late, content_type="application/json")
    second = bring(picture(4), visit_date="2026-11-20")
    looks.look_at_new()
    body = {"submission": json.dumps(late), "late.jpg": SimpleUploadedFile("late.jpg", picture(4, side=500))}
    assert world.client().post("/api/v1/submissions", body).json()["outcome"] == "identical"
    looks.look_at_new()
    assert reused(second) == [f"This photo is in another report too: {late['instance_id']}."]
    assert reused(late["instance_id"]) == []


def test_looking_again_changes_nothing(bring: Callable[..., str], send: Callable[..., str]) -> None:
    send(**named(photo=photo()))
    bring(picture(5))
    bring(picture(5, quality=60), visit_date="2026-11-20")
    looks.look_at_new()
    flags = list(Flag.objects.order_by("pk").values_list("version", "code", "where", "detail"))
    before = sorted(PhotoLook.objects.values_list("version", "name", "bits"))
    assert len(before) == 3
    Attachment.objects.update(looked=False)
    looks.look_at_new()
    assert sorted(PhotoLook.objects.values_list("version", "name", "bits")) == before
    call_command("rebuild", photos=True)
    assert sorted(PhotoLook.objects.values_list("version", "name", "bits")) == before
    assert list(Flag.objects.order_by("pk").values_list("version", "code", "where", "detail")) == flags


def test_whoever_makes_the_exports_looks_at_photos_too(
    bring: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "call_command", lambda *args, **options: None)  # it closes the test's database
    bring(picture(8))
    again = bring(picture(8, side=300), visit_date="2026-11-20")
    call_command("work", once=True)
    assert len(reused(again)) == 1


def test_a_damaged_photo_keeps_none_of_the_others_waiting(bring: Callable[..., str]) -> None:
    bring(picture(6)[:-200])
    bring(picture(7), visit_date="2026-11-20")
    assert looks.look_at_new() == 2
    assert looks.look_at_new() == 0
    assert PhotoLook.objects.count() == 1
