"""A report that shows the photo of another visit is taken in, and asks for a look."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from backend.submissions.models import Flag, PhotoLook
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
