"""Who sees which rows, what each filter leaves, and what a wrong one answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from backend.accounts.models import Device
from backend.deployments.models import Deployment
from backend.registry.models import Centre, Cluster, District, State, Technology, Theme
from tests.integration.exports.conftest import Send, as_user, fetched, ids, with_token
from tests.integration.world import World, user


@pytest.fixture
def two(world: World, send: Send, deployment: Any) -> dict[str, str]:
    """Reports `best` and `pkc`: of two clusters, centres, technologies, themes, states and villages."""
    maharashtra = State.objects.create(slug="maharashtra", name="Maharashtra")
    pune = District.objects.create(slug="maharashtra-pune", name="Pune", state=maharashtra)
    cluster = Cluster.objects.create(
        slug="pkc", name="Pune", short_name="PKC", city="Pune", state=maharashtra, lat=18.5, lon=73.8, letters="Pu",
        colour="#111111",
    )  # fmt: skip
    theme = Theme.objects.create(slug="water", name="Water")
    Centre.objects.create(slug="khunt", name="Khunt", short_name="Khunt", kind="rsvc")
    pump = Technology.objects.create(slug="pump", name="Treadle pump", origin_kind="cluster", origin_cluster=cluster)
    pump.clusters.add(cluster)
    pump.themes.add(theme)
    far = world.villages[2]
    far.state, far.district = maharashtra, pune
    far.save()
    first = deployment()
    second = deployment(place=2, technology="pump", centre="khunt")
    send(world.report(first, "uuid:best", visit_date="2026-10-01", working=2, units_in_use=1))
    send(
        world.report(
            second, "uuid:pkc", place=2, visit_date="2026-11-01", working=0, defective=0, broken=3, units_in_use=0
        )
    )
    return {"uuid:best": first, "uuid:pkc": second}


@pytest.mark.parametrize(
    "query",
    [
        {"cluster": "pkc"},
        {"centre": "khunt"},
        {"technology": "pump"},
        {"theme": "water"},
        {"state": "maharashtra"},
        {"district": "maharashtra-pune"},
        {"village": "demo:2"},
        {"status": "broken", "as_of": "2026-11-02"},
        {"from": "2026-10-02"},
        {"bbox": "74.94,13.21,75,14"},
        {"technology": "pump", "review": "received"},
    ],
)
def test_each_filter_leaves_the_one_and_not_the_other(world: World, two: dict[str, str], query: dict[str, str]) -> None:
    assert ids(fetched("reports", **query)) == ["uuid:pkc"]
    assert ids(fetched("deployments", **query)) == [two["uuid:pkc"]]
    if "review" not in query:
        assert ids(fetched("villages", **query)) == ["demo:2"]


@pytest.mark.parametrize(
    "query",
    [
        {"to": "2026-10-31"},
        {"as_of": "2026-10-31"},
        {"status": "in_use", "as_of": "2026-11-02"},
        {"bbox": "74,13,74.935,13.19"},
    ],
)
def test_and_the_other_way_round(world: World, two: dict[str, str], query: dict[str, str]) -> None:
    assert ids(fetched("reports", **query)) == ["uuid:best"]


def test_several_values_of_a_name_will_do_and_different_names_must_all_hold(world: World, two: dict[str, str]) -> None:
    assert ids(fetched("reports", cluster="best,pkc")) == ["uuid:best", "uuid:pkc"]
    assert ids(fetched("reports", cluster="best", technology="pump")) == []


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"cluster": "nowhere"}, "cluster"),
        ({"village": "demo:none"}, "village"),
        ({"status": "splendid"}, "status"),
        ({"review": "loved"}, "review"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"as_of": "2026-13-01"}, "as_of"),
        ({"known_at": "now"}, "known_at"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"colour": "red"}, "colour"),
    ],
)
@pytest.mark.parametrize("kind", ["reports", "centres"])
def test_a_bad_filter_is_refused_by_name_before_anything_is_sent(
    world: World, kind: str, query: dict[str, str], where: str
) -> None:
    answer = with_token().get(f"/api/v1/export/{kind}.geojson", query)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "bad_filter", where)


@pytest.mark.parametrize(
    ("kind", "query", "where"),
    [("villages", {"review": "approved"}, "review"), ("centres", {"review": "approved"}, "review"),
     ("needs", {"status": "in_use"}, "status"), ("trainings", {"status": "in_use"}, "status")],
)  # fmt: skip
def test_a_filter_that_means_nothing_to_a_kind_says_so(
    world: World, kind: str, query: dict[str, str], where: str
) -> None:
    answer = with_token().get(f"/api/v1/export/{kind}.geojson", query)
    assert (answer.status_code, answer.json()["where"]) == (400, where)


@pytest.mark.parametrize(
    ("path", "code", "named"),
    [("reports.gif", "unknown_format", "geojson"), ("tractors.geojson", "unknown_kind", "deployments")],
)
def test_an_unknown_kind_or_format_is_not_found_and_says_what_there_is(
    world: World, path: str, code: str, named: str
) -> None:
    answer = with_token().get(f"/api/v1/export/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert named in answer.json()["detail"]


def test_a_phone_may_not_export_and_nobody_may_without_credentials(world: World) -> None:
    from django.test import Client

    assert world.client().get("/api/v1/export/reports.geojson").status_code == 403
    assert Client().get("/api/v1/export/reports.geojson").status_code == 401


def test_what_lies_outside_ones_scope_does_not_appear(world: World, two: dict[str, str]) -> None:
    pkc = with_token(Cluster.objects.get(slug="pkc"), "of-pkc")
    assert ids(fetched("reports", pkc)) == ["uuid:pkc"]
    assert ids(fetched("deployments", pkc)) == [two["uuid:pkc"]]
    assert ids(fetched("villages", pkc)) == ["demo:2"]
    assert ids(fetched("centres", pkc)) == ["khunt"]
    assert ids(fetched("reports", pkc, cluster="best")) == []
    nobody = with_token(Cluster.objects.create(slug="none", name="None", short_name="None", city="-", state=State.objects.all()[0],
                        lat=0, lon=0, letters="No", colour="#000000"), "of-none")  # fmt: skip
    for kind in ("reports", "deployments", "villages", "centres", "needs", "trainings"):
        assert ids(fetched(kind, nobody)) == []


def test_a_coordinator_sees_the_own_centre_and_what_its_officers_sent(world: World, two: dict[str, str]) -> None:
    coordinator = as_user(user("coordinator", centres=[world.centre]))
    assert ids(fetched("reports", coordinator)) == ["uuid:best", "uuid:pkc"], "the officer of Nitte sent both"
    assert ids(fetched("deployments", coordinator)) == [two["uuid:best"]]
    assert ids(fetched("villages", coordinator)) == ["demo:0", "demo:1", "demo:2"], "its catchment"
    khunt = as_user(user("coordinator", "other", centres=[Centre.objects.get(slug="khunt")]))
    assert ids(fetched("reports", khunt)) == ["uuid:pkc"]
    assert Device.objects.count() == 1


@pytest.fixture
def home(world: World, send: Send, deployment: Any) -> str:
    """At a home some metres from the village's place."""
    pin = {"type": "Point", "coordinates": [74.9333, 13.1822], "properties": {"accuracy": 5.0}}
    uuid = deployment(site_kind="home", position=pin, hamlet="Upper street")
    answers = {"people": 21, "women": 11, "men": 10, "other_gender": 0, "sc": 12, "st": 3, "obc": 6, "general": 0,
               "category_unknown": 0, "with_disability": 2}  # fmt: skip
    send(world.report(uuid, "uuid:home", position=pin, **answers))
    return uuid


@pytest.mark.parametrize("kind", ["reports", "deployments"])
def test_a_home_is_shown_at_its_village_outside_its_centre(world: World, home: str, kind: str) -> None:
    other = Centre.objects.create(slug="khunt", name="Khunt", short_name="Khunt", kind="rsvc")
    outside = [
        with_token(),
        with_token(world.cluster, "of-best"),
        as_user(user("cluster_team", "team", clusters=[world.cluster])),
        as_user(user("coordinator", "neighbour", centres=[other], clusters=[world.cluster])),
    ]
    for client in outside:
        (feature,) = fetched(kind, client)["features"]
        row = feature["properties"]
        assert feature["geometry"]["coordinates"] == [74.93, 13.18]
        assert (row["digipin"], row["accuracy"], row.get("hamlet")) == (None, None, None)
        assert [row[n] for n in ("sc", "st", "obc", "general", "category_unknown")] == [12, None, None, None, None]
        assert (row["with_disability"], row["people"], row["women"]) == (None, 21, 11)
    for client in (
        as_user(user("administrator", "admin")),
        as_user(user("coordinator", "own", centres=[world.centre])),
    ):
        (feature,) = fetched(kind, client)["features"]
        assert feature["geometry"]["coordinates"] == [74.9333, 13.1822]
        assert feature["properties"]["digipin"]
        assert (feature["properties"]["st"], feature["properties"]["general"]) == (3, 0)


def test_before_its_registration_nobody_knows_that_it_is_no_home(world: World, send: Send) -> None:
    pin = {"type": "Point", "coordinates": [74.9333, 13.1822], "properties": {"accuracy": 5.0}}
    send(world.report("00000000-0000-4000-8000-000000000001", "uuid:early", position=pin))
    (feature,) = fetched("reports", bbox="74.929,13.179,74.931,13.181")["features"]
    assert feature["geometry"]["coordinates"] == [74.93, 13.18]


@pytest.mark.parametrize("kind", ["reports", "deployments"])
def test_a_box_cannot_be_used_to_find_a_home(world: World, home: str, kind: str) -> None:
    around_home, around_village = "74.933,13.182,74.934,13.183", "74.929,13.179,74.931,13.181"
    assert fetched(kind, bbox=around_home)["features"] == []
    assert len(fetched(kind, bbox=around_village)["features"]) == 1
    admin = as_user(user("administrator", "admin"))
    assert len(fetched(kind, admin, bbox=around_home)["features"]) == 1


def test_as_of_and_known_at_are_today_and_now_when_nothing_is_said(world: World, home: str) -> None:
    from backend.deployments.filters import today

    collection = fetched("deployments")
    assert collection["as_of"] == today().isoformat()
    assert abs(dt.datetime.fromisoformat(collection["known_at"]) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert Deployment.objects.count() == 1
