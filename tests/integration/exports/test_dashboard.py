"""The dashboard's feed: what it says, and that its schema says the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from pytest_django import Settings

from backend.accounts import services as accounts
from backend.exports import dashboard
from backend.registry.models import Adoption, Cluster
from tests.integration.exports.conftest import Send, with_token
from tests.integration.world import World, make_world


def fits(value: Any, schema: dict[str, Any], where: str = "feed") -> None:
    """As much of JSON Schema as this one uses."""
    if "anyOf" in schema:
        assert value is None or schema["anyOf"][1] == {"type": "null"}, where
        if value is not None:
            fits(value, schema["anyOf"][0], where)
        return
    if "const" in schema or "enum" in schema:
        assert value in schema.get("enum", [schema.get("const")]), where
        return
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    assert isinstance(value, types[schema["type"]]), where
    if schema["type"] == "array":
        for number, item in enumerate(value):
            fits(item, schema["items"], f"{where}[{number}]")
    if schema["type"] == "object" and "properties" in schema:
        assert set(value) == set(schema["properties"]) == set(schema["required"]), where
        for name, inner in schema["properties"].items():
            fits(value[name], inner, f"{where}.{name}")


def test_each_cluster_tells_its_deployed_technologies(world: World, send: Send, deployment: Any) -> None:
    Adoption.objects.create(
        technology=world.technology, agency="Campco", stage="pilot", date=dt.date(2026, 5, 1), evidence="letter"
    )
    uuid = deployment(user_agency="Sahyadri FPO", installed=3)
    send(
        world.report(
            uuid, visit_date="2026-11-01", working=3, defective=0, broken=0, units_in_use=2, households=4, people=20
        )
    )
    told = with_token().get("/api/v1/dashboard", {"as_of": "2026-11-02"}).json()
    fits(told, with_token().get("/api/v1/dashboard.schema.json").json())
    (cluster,) = told["clusters"]
    (technology,) = cluster["technologies"]
    assert (told["version"], told["as_of"], cluster["cluster"]) == (1, "2026-11-02", "best")
    assert (technology["technology"], technology["themes"], technology["states"]) == (
        "cutter", ["smart-agriculture"], ["karnataka"],
    )  # fmt: skip
    assert (technology["villages"], technology["villages_active"], technology["deployments"]) == (1, 1, 1)
    assert technology["units"] == {"installed": 3, "in_use": 2}
    assert technology["status"]["in_use"] == 1
    assert technology["beneficiaries"]["people"]["low"] == 20
    assert technology["user_agencies"] == ["Sahyadri FPO"]
    assert technology["adoption"] == [
        {"agency": "Campco", "stage": "pilot", "date": "2026-05-01", "evidence": "letter"}
    ]


def test_a_cluster_s_token_reads_its_cluster_only(world: World, deployment: Any) -> None:
    Cluster.objects.create(
        slug="pkc", name="Pune", short_name="PKC", city="Pune", state=world.cluster.state, lat=18.5, lon=73.8,
        letters="Pu", colour="#111111",
    )  # fmt: skip
    deployment()
    scoped = Client(headers={"Authorization": f"Bearer {accounts.make_api_token('best', world.cluster)}"})
    assert [c["cluster"] for c in scoped.get("/api/v1/dashboard").json()["clusters"]] == ["best"]
    assert [c["cluster"] for c in with_token().get("/api/v1/dashboard").json()["clusters"]] == ["best", "pkc"]


def test_the_public_feed_tells_figures_of_five_villages_or_more(db: None, settings: Settings) -> None:
    settings.PUBLIC_MAPS = True
    world = make_world(villages=5)
    for place in range(5):
        answer = world.client().post(
            "/api/v1/submissions",
            world.registration(place=place, user_agency="Someone"),
            content_type="application/json",
        )
        assert answer.status_code == 201
        uuid = answer.json()["instance_id"]
        assert uuid
    from backend.deployments.models import Deployment

    for place, site in enumerate(Deployment.objects.order_by("id")):
        report = world.report(str(site.uuid), place=place, visit_date="2026-11-01")
        assert world.client().post("/api/v1/submissions", report, content_type="application/json").status_code == 201
    told = Client().get("/maps/public.json").json()
    fits(told, dashboard.SCHEMA)
    (technology,) = told["clusters"][0]["technologies"]
    assert (technology["villages"], technology["states"], technology["user_agencies"]) == (5, ["karnataka"], [])
