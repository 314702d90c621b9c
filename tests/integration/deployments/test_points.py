"""Villages in view: each once, with its condition; grouped where they are too many to tell apart."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from backend.deployments import points
from tests.integration.submissions.test_rebuild import Story
from tests.integration.world import World, user

HERE = "74,12.5,76,14"


@pytest.fixture
def client(world: World) -> Client:
    story = Story(world, user("administrator"))
    story.play("register", 0, 0)
    story.play("report", 0, 3, 2, "seen")
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def asked(client: Client, query: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/reach/villages?{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_each_village_in_view_has_its_condition(client: Client, world: World) -> None:
    found = asked(client, f"bbox={HERE}&zoom=11&as_of=2026-09-30")
    assert not found["grouped"]
    conditions = {f["properties"]["village"]: f["properties"]["condition"] for f in found["features"]}
    assert conditions == {"demo:0": "in_use", "demo:1": "never", "demo:2": "never"}
    assert all(f["properties"]["listed"] for f in found["features"])


def test_elsewhere_there_is_none(client: Client) -> None:
    assert asked(client, "bbox=80,20,81,21")["features"] == []


def test_many_are_grouped_and_none_is_lost(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "MOST", 2)
    found = asked(client, f"bbox={HERE}&zoom=9&as_of=2026-09-30")
    assert found["grouped"]
    sums = [sum(f["properties"][name] for f in found["features"]) for name in ("villages", "reached", "active")]
    assert sums == [3, 1, 1]
