"""Deployments, villages and centres as of a day; needs and trainings; the list of deployments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest

from backend.deployments import frames
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, Visit
from backend.exports.fields import KINDS
from backend.registry.models import Village
from maps import reach
from tests.integration.exports.conftest import Send, fetched, ids, only, with_token
from tests.integration.world import World, user


def on(collection: dict[str, Any], key: str) -> dict[str, Any]:
    return next(f["properties"] for f in collection["features"] if f["id"] == key)


def test_every_kind_has_the_columns_of_the_page_with_their_types(world: World, send: Send, deployment: Any) -> None:
    send(world.report(deployment(), working=2, units_in_use=1))
    send(world.filled("village_need"))
    send(world.filled("training_event"))
    types = {"text": str, "integer": int, "number": int | float, "boolean": bool, "date": str, "datetime": str}
    for kind in KINDS.values():
        features = fetched(kind.name)["features"]
        assert features, kind.name
        for feature in features:
            row = feature["properties"]
            assert tuple(row) == kind.names
            assert feature["id"] == row[kind.id]
            for field in kind.fields:
                value = row[field.name]
                assert value is None or isinstance(value, types[field.type]), (kind.name, field.name, value)


def test_a_deployment_has_its_condition_on_the_day(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment(installed=3)
    row = only(fetched("deployments"))
    assert (row["condition"], row["installed"], row["working"], row["reports"]) == ("registered", 3, None, 0)
    send(world.report(uuid, "uuid:a", visit_date="2026-09-01", working=3, defective=0, broken=0, units_in_use=2))
    send(world.report(uuid, "uuid:b", visit_date="2026-11-01", working=0, defective=0, broken=3, units_in_use=0))
    now = only(fetched("deployments", as_of="2026-11-02"))
    assert (now["condition"], now["seen_on"], now["latest_instance_id"]) == ("broken", "2026-11-01", "uuid:b")
    then = only(fetched("deployments", as_of="2026-10-01"))
    assert (then["condition"], then["units_in_use"], then["reports"], then["as_of"]) == ("in_use", 2, 1, "2026-10-01")
    assert only(fetched("deployments", as_of="2028-01-01"))["condition"] == "silent"
    first = Visit.objects.get(submission="uuid:a").known_from
    assert only(fetched("deployments", known_at=first.isoformat()))["condition"] == "in_use"


def test_a_registration_that_does_not_count_is_there_and_says_so(world: World, deployment: Any) -> None:
    from backend.submissions import reviewing
    from backend.submissions.models import Submission

    deployment()
    reviewing.review(Submission.objects.get(), "reject", "not ours", user("administrator"))
    row = only(fetched("deployments"))
    assert (row["counted"], row["review_state"]) == (False, "rejected")
    assert ids(fetched("deployments", review="approved")) == []


def test_merged_deployments_are_the_survivor(world: World, deployment: Any) -> None:
    from backend.deployments import services

    one, other = deployment(), deployment()
    services.merge(Deployment.objects.get(uuid=one).uuid, Deployment.objects.get(uuid=other).uuid)
    assert ids(fetched("deployments")) == [other]


def test_villages_are_reached_visited_or_never(world: World, send: Send, deployment: Any) -> None:
    send(world.report(deployment(), working=2, units_in_use=1, people=20))
    send(world.filled("village_need", place=1))
    collection = fetched("villages", as_of="2026-11-02")
    assert ids(collection) == ["demo:0", "demo:1", "demo:2"]
    first = on(collection, "demo:0")
    assert (first["condition"], first["reached"], first["active"], first["deployments"]) == ("in_use", True, True, 1)
    assert (first["people_low"], first["people_high"], first["centre"]) == (20, 20, "nitte")
    assert on(collection, "demo:1")["condition"] == "visited"
    assert on(collection, "demo:2")["condition"] == "never"
    assert ids(fetched("villages", status="visited,never", as_of="2026-11-02")) == ["demo:1", "demo:2"]
    assert ids(fetched("villages", bbox="74.925,13.17,74.935,13.19")) == ["demo:0"]


def test_a_village_without_a_place_is_there_without_geometry(world: World) -> None:
    Village.objects.filter(code="demo:1").update(lat=None, lon=None, place_source="none")
    geometries = {f["id"]: f["geometry"] for f in fetched("villages")["features"]}
    assert geometries["demo:1"] is None
    assert geometries["demo:0"] is not None


def test_villages_and_centres_say_what_reach_says(world: World, send: Send, deployment: Any) -> None:
    send(world.report(deployment(), working=2, units_in_use=1))
    send(world.report(deployment(place=1), place=1, working=0, defective=0, broken=3, units_in_use=0))
    day = dt.date(2026, 11, 2)
    frame = frames.deployments(Filters(as_of=day))
    figures = reach.reach(frame, day)
    rows = [f["properties"] for f in fetched("villages", as_of=day.isoformat())["features"]]
    assert sum(r["reached"] for r in rows) == figures.villages_reached == 2
    assert sum(r["active"] for r in rows) == figures.villages_active.count == 1
    centre = only(fetched("centres", as_of=day.isoformat()))
    assert (centre["catchment_villages"], centre["catchment_reached"], centre["catchment_active"]) == (3, 2, 1)
    assert (centre["coverage"], centre["catchment_never_visited"]) == (0.6667, 1)
    assert (centre["mandate_min"], centre["mandate_max"], centre["deployments"]) == (15, 20, 2)


def test_no_list_no_percentage_and_none_where_deployments_are_left_out(
    world: World, send: Send, deployment: Any
) -> None:
    send(world.report(deployment(), working=2, units_in_use=1))
    assert only(fetched("centres", cluster="best"))["coverage"] is None
    assert only(fetched("centres", with_token(world.cluster, "of-best")))["coverage"] is None
    world.centre.catchment.all().delete()
    row = only(fetched("centres"))
    assert (row["catchment_villages"], row["coverage"], row["reached_outside"]) == (0, None, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [({"centre": "nitte"}, 1), ({"state": "karnataka"}, 1), ({"village": "demo:1"}, 1), ({"bbox": "70,10,80,20"}, 1),
     ({"bbox": "0,0,1,1"}, 0), ({"technology": "cutter"}, 0)],
)  # fmt: skip
def test_filters_of_centres(world: World, query: dict[str, str], found: int) -> None:
    assert len(fetched("centres", **query)["features"]) == found


def test_needs_and_trainings_carry_what_was_asked_and_taught(world: World, send: Send) -> None:
    send(world.filled("village_need", "uuid:n", need="A mended check dam", households=40))
    need = only(fetched("needs"))
    assert (need["need"], need["households"], need["village"]) == ("A mended check dam", 40, "demo:0")
    send(
        world.filled(
            "training_event", "uuid:t", topic="Repair", trained=12, first_time=3, women=7, men=5, other_gender=0
        )
    )
    training = only(fetched("trainings"))
    assert (training["topic"], training["trained"], training["first_time"], training["women"]) == ("Repair", 12, 3, 7)
    assert ids(fetched("trainings", cluster="best")) == ids(fetched("trainings", centre="nitte")) == ["uuid:t"]
    assert ids(fetched("needs", centre="nitte", state="karnataka", **{"from": "2026-10-01"})) == ["uuid:n"]


def test_deployments_are_listed_in_pages_and_as_geojson(world: World, deployment: Any) -> None:
    made = [deployment() for _ in range(3)]
    client = with_token()
    first = client.get("/api/v1/deployments", {"limit": 2}).json()
    assert [item["deployment"] for item in first["items"]] == made[:2]
    second = client.get("/api/v1/deployments", {"limit": 2, "cursor": first["next"]}).json()
    assert ([item["deployment"] for item in second["items"]], second["next"]) == (made[2:], None)
    response = client.get("/api/v1/deployments", {"limit": 2}, headers={"Accept": "application/geo+json"})
    assert response["Content-Type"] == "application/geo+json"
    collection = orjson.loads(response.content)
    assert (ids(collection), collection["next"]) == (made[:2], first["next"])
    assert collection["features"][0]["geometry"]["coordinates"] == [74.93, 13.18]
    assert client.get("/api/v1/deployments", {"limit": 0}).status_code == 400
