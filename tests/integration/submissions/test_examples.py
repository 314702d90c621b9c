"""`examples[0]` of each form's schema: sent as it stands it is stored, on any day, and nothing in it is odd."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from backend.accounts.services import make_api_token
from backend.deployments.models import Deployment
from backend.registry.models import CatchmentVillage, Technology, Village
from backend.submissions.models import Flag
from tests.integration.world import World

FORMS = ("deployment_registration", "village_report", "village_need", "training_event")
DAYS = ("2026-11-22T12:00:00+00:00", "2027-02-28T19:30:00+00:00", "2031-06-15T00:10:00+00:00")


def example(world: World, form_id: str, client: Client | None = None) -> dict[str, Any]:
    path = f"/api/v1/forms/{form_id}/versions/{world.forms[form_id].version}.schema.json"
    found: dict[str, Any] = (client or world.client()).get(path).json()["examples"][0]
    return found


def send(world: World, form_id: str, answers: dict[str, Any], instance_id: str) -> dict[str, Any]:
    body = {"form_id": form_id, "version": world.forms[form_id].version, "instance_id": instance_id, "answers": answers}
    told: dict[str, Any] = world.client().post("/api/v1/submissions", body, content_type="application/json").json()
    return told


def register(world: World, **answers: Any) -> Deployment:
    sent = world.registration(**answers)
    assert world.client().post("/api/v1/submissions", sent, content_type="application/json").status_code == 201
    return Deployment.objects.latest("pk")


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> dt.datetime:
    now = dt.datetime.fromisoformat(moment)
    for clock in ("django.utils.timezone.now", "backend.submissions.services.now"):
        monkeypatch.setattr(clock, lambda: now)
    return now


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("moment", DAYS)
def test_as_it_stands_it_is_stored_on_any_day_and_raises_no_flag(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str, form_id: str
) -> None:
    register(world, visit_date="2026-10-20", started="2026-06-01", installed=5)
    at(monkeypatch, moment)
    told = send(world, form_id, example(world, form_id), "uuid:example")
    assert told["outcome"] == "stored", told
    assert list(Flag.objects.filter(version__instance_id="uuid:example").values_list("code", "where")) == []


def test_fetched_today_and_sent_months_later_it_is_stored_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, DAYS[0])
    answers = {form_id: example(world, form_id) for form_id in FORMS}
    at(monkeypatch, DAYS[2])
    for form_id in FORMS:
        assert send(world, form_id, answers[form_id], f"uuid:{form_id}")["outcome"] == "stored"


def test_its_day_is_that_of_india(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2027-02-28T19:30:00+00:00")
    assert example(world, "village_need")["place"]["visit_date"] == "2027-03-01"


@pytest.mark.parametrize("installed", [1, 2, 3, 40])
def test_its_units_are_those_that_stand_there(world: World, installed: int) -> None:
    deployment = register(world, visit_date="2026-10-20", started="2026-06-01", installed=installed)
    answers = example(world, "village_report")
    assert answers["work"]["deployment"] == str(deployment.uuid)
    units = answers["units"]
    assert units["installed"] == installed
    assert sum(units[name] for name in ("working", "defective", "broken", "removed")) == installed
    send(world, "village_report", answers, "uuid:example")
    assert not Flag.objects.filter(version__instance_id="uuid:example").exists()


def test_it_is_about_a_deployment_in_village_use_that_goes_on(world: World) -> None:
    for purpose in ("trial", "demonstration", "facility"):
        register(world, visit_date="2026-10-20", started="2026-06-01", purpose=purpose)
    assert example(world, "village_report")["work"]["subject"] == "no_deployment"
    used = register(world, visit_date="2026-10-20", started="2026-06-01")
    assert example(world, "village_report")["work"]["deployment"] == str(used.uuid)
    ended = world.report(str(used.uuid), ended="yes", ended_reason="worn_out")
    world.client().post("/api/v1/submissions", ended, content_type="application/json")
    assert example(world, "village_report")["work"]["subject"] == "no_deployment"


def test_one_that_was_not_yet_reported_on_today_goes_first(world: World) -> None:
    first = register(world, visit_date="2026-10-20", started="2026-06-01")
    second = register(world, visit_date="2026-10-20", started="2026-06-01", place=1)
    answers = example(world, "village_report")
    assert answers["work"]["deployment"] == str(first.uuid)
    assert send(world, "village_report", answers, "uuid:one")["outcome"] == "stored"
    assert example(world, "village_report")["work"]["deployment"] == str(second.uuid)


def test_a_home_is_not_given_away(world: World) -> None:
    village = world.villages[0]
    home = {"type": "Point", "coordinates": [village.lon + 0.003, village.lat], "properties": {"accuracy": 4.0}}
    register(world, visit_date="2026-10-20", started="2026-06-01", site_kind="home", position=home)
    script = Client(headers={"Authorization": f"Bearer {make_api_token('all', None)}"})
    found = example(world, "village_report", script)["evidence"]["position"]["coordinates"]
    assert found == [village.lon, village.lat]


def test_made_up_technologies_come_last(world: World) -> None:
    Technology.objects.create(slug="a-made-up-one", name="A made-up one", origin_kind="other", illustrative=True)
    assert example(world, "deployment_registration")["work"]["technology"] == world.technology.slug


def test_in_an_empty_registry_it_is_stored_too(world: World) -> None:
    CatchmentVillage.objects.all().delete()
    Village.objects.all().delete()
    Technology.objects.all().delete()
    for form_id in FORMS:
        told = send(world, form_id, example(world, form_id), f"uuid:{form_id}")
        assert told["outcome"] == "stored", told
