"""Reach over HTTP: what was just received is counted, each filter means what it says, and past figures come back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from django.test import Client, override_settings
from django.utils import timezone

from backend.accounts.models import ApiToken
from backend.accounts.tokens import token_hash
from backend.deployments.filters import today
from backend.deployments.models import Deployment
from backend.deployments.scenes import forget_scenes
from backend.registry.models import CatchmentVillage, Centre, Cluster, District, State, Technology, Theme
from backend.submissions import reviewing
from backend.submissions.models import Submission
from tests.integration.world import World, user

NOW = today()
OLD, RECENT = NOW - dt.timedelta(days=40), NOW - dt.timedelta(days=5)
BROKEN = {"working": 0, "defective": 0, "broken": 3, "units_in_use": 0}


@pytest.fixture(autouse=True)
def _no_scene_of_another_test() -> None:
    forget_scenes()


def token(cluster: Cluster | None = None) -> Client:
    name = cluster.slug if cluster else "all"
    ApiToken.objects.get_or_create(name=name, token_hash=token_hash(name), cluster=cluster)
    return Client(headers={"Authorization": f"Bearer {name}"})


def as_user(role: str, **scope: Any) -> Client:
    client = Client()
    client.force_login(user(role, **scope))
    return client


def send(world: World, item: dict[str, Any]) -> str:
    answer = world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    return str(item["instance_id"])


def deployment(world: World, place: int = 0, **answers: Any) -> str:
    return str(Deployment.objects.get(instance_id=send(world, world.registration(place=place, **answers))).uuid)


def report(world: World, deployment: str, day: dt.date = RECENT, place: int = 0, **said: Any) -> str:
    answers = {"working": 2, "units_in_use": 1, "visit_date": day.isoformat(), "trained": 0, "first_time": 0, **said}
    return send(world, world.report(deployment, place=place, **answers))


def get(path: str = "", client: Client | None = None, **query: Any) -> dict[str, Any]:
    response = (client or token()).get(f"/api/v1/reach{path}", query)
    assert response.status_code == 200, response.content
    return dict(orjson.loads(response.content))


def reached(client: Client | None = None, **query: Any) -> int:
    return int(get(client=client, **query)["total"]["villages_reached"])


def in_cells(client: Client | None = None, **query: Any) -> int:
    features = get("/cells", client, **query)["features"]
    return sum(feature["properties"]["reached"] for feature in features)


def review(instance_id: str, action: str) -> None:
    reviewing.review(Submission.objects.get(instance_id=instance_id), action, "because", user("administrator", action))


@pytest.fixture
def two(world: World) -> dict[str, str]:
    """`best` in use since OLD; `pkc` of another cluster, centre, technology, theme, state and village, broken RECENTly."""
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
    first = deployment(world)
    second = deployment(world, place=2, technology="pump", centre="khunt")
    report(world, first, OLD)
    report(world, second, RECENT, place=2, **BROKEN)
    return {"best": first, "pkc": second}


def test_a_report_counts_at_the_next_request(world: World) -> None:
    uuid = deployment(world)
    assert (reached(), in_cells()) == (0, 0)
    report(world, uuid, people=12, women=None, men=None)
    total = get()["total"]
    assert (total["villages_reached"], total["villages_active"]["count"], total["units_in_use"]["count"]) == (1, 1, 1)
    assert in_cells() == 1


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
        {"status": "broken"},
        {"from": (RECENT - dt.timedelta(days=1)).isoformat()},
        {"from": RECENT.isoformat(), "to": RECENT.isoformat()},
    ],
)
def test_each_filter_leaves_the_one_and_not_the_other(two: dict[str, str], query: dict[str, str]) -> None:
    found = get(by="cluster", **query)
    assert [row["cluster"] for row in found["rows"]] == ["pkc"]
    assert found["total"]["villages_reached"] == 1
    assert in_cells(**query) == 1


@pytest.mark.parametrize("query", [{"to": OLD.isoformat()}, {"status": "in_use"}, {"bbox": "74,13,74.935,13.19"}])
def test_and_the_other_way_round(two: dict[str, str], query: dict[str, str]) -> None:
    assert [row["cluster"] for row in get(by="cluster", **query)["rows"]] == ["best"]


def test_values_of_one_filter_add_up_and_filters_cut(two: dict[str, str]) -> None:
    assert reached(cluster="best,pkc") == 2
    assert reached(cluster="best,pkc", status="broken") == 1
    assert reached(cluster="best", status="broken") == 0


def test_cells_are_cut_to_the_box_and_to_the_chosen_sources(two: dict[str, str]) -> None:
    assert in_cells(bbox="77,20,78,21") == 0
    assert in_cells(bbox="74.9,13.1,75,13.3") == 2
    assert (in_cells(sources="pkc"), in_cells(sources="pkc,best"), in_cells(sources="")) == (1, 2, 0)


def test_cells_that_did_not_change_are_304(two: dict[str, str]) -> None:
    first = token().get("/api/v1/reach/cells")
    again = token().get("/api/v1/reach/cells", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"cluster": "nothing"}, "cluster"),
        ({"village": "demo:none"}, "village"),
        ({"status": "great"}, "status"),
        ({"review": "maybe"}, "review"),
        ({"review": "approved"}, "review"),  # figures follow the rule in force
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"as_of": "2026-13-01"}, "as_of"),
        ({"known_at": "soon"}, "known_at"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "80,2,70,9"}, "bbox"),
        ({"clusters": "best"}, "clusters"),
    ],
)
@pytest.mark.parametrize("path", ["", "/cells"])
def test_a_bad_filter_is_400_and_says_where(world: World, path: str, query: dict[str, str], where: str) -> None:
    answer = token().get(f"/api/v1/reach{path}", query)
    assert answer.status_code == 400, answer.content
    assert (answer.json()["code"], answer.json()["where"]) == ("bad_filter", where)


@pytest.mark.parametrize(
    ("path", "query", "where"),
    [("", {"by": "officer"}, "by"), ("/cells", {"zoom": 99}, "zoom"), ("/cells", {"sources": "nobody"}, "sources")],
)
def test_what_there_is_not_to_ask_for_is_400(world: World, path: str, query: dict[str, Any], where: str) -> None:
    answer = token().get(f"/api/v1/reach{path}", query)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "bad_filter", where)


def test_as_of_is_the_picture_of_that_day(world: World, two: dict[str, str]) -> None:
    report(world, two["best"], RECENT, **BROKEN)
    before = (RECENT - dt.timedelta(days=1)).isoformat()
    assert (reached(), get()["total"]["villages_active"]["count"]) == (2, 0)
    then = get(as_of=before)["total"]
    assert (then["villages_reached"], then["villages_active"]["count"]) == (1, 1)
    assert in_cells(as_of=before) == 1
    assert reached(as_of=(OLD - dt.timedelta(days=1)).isoformat()) == 0


def test_known_at_is_what_had_been_received_and_decided_by_then(world: World) -> None:
    nothing = timezone.now()
    uuid = deployment(world)
    registered = timezone.now()
    instance = report(world, uuid)
    received = timezone.now()
    review(instance, "reject")

    def known(moment: dt.datetime, **query: str) -> tuple[int, int]:
        total = get(known_at=moment.isoformat(), **query)["total"]
        return total["deployments"], total["villages_reached"]

    assert [known(m) for m in (nothing, registered, received, timezone.now())] == [(0, 0), (1, 0), (1, 1), (1, 0)]
    assert known(received, to=RECENT.isoformat()) == (1, 1)
    assert reached() == 0
    assert in_cells(known_at=received.isoformat()) == 1


def test_known_at_counts_a_registration_that_was_rejected_since(world: World) -> None:
    item = world.registration()
    send(world, item)
    report(world, str(Deployment.objects.get().uuid))
    before = timezone.now()
    review(item["instance_id"], "reject")
    assert reached() == 0
    assert reached(known_at=before.isoformat()) == 1


def test_trained_are_those_of_the_visit_dates_also_within_a_month(world: World) -> None:
    uuid = deployment(world)
    days = [dt.date(2026, 9, 28), dt.date(2026, 10, 3), dt.date(2026, 10, 20)]
    for day, persons in zip(days, (1, 10, 100), strict=True):
        report(world, uuid, day, trained=persons, first_time=0)

    def trained(**query: str) -> int:
        return int(get(**query)["total"]["flows"]["trained"])

    assert trained() == 111
    assert trained(as_of="2026-10-10") == 11
    assert trained(to="2026-10-10") == 11
    assert trained(**{"from": "2026-10-04"}) == 100
    assert trained(**{"from": "2026-10-01", "to": "2026-10-19"}) == 10
    assert trained(known_at=timezone.now().isoformat(), as_of="2026-10-10") == 11


def test_flows_are_of_the_deployments_that_status_leaves(world: World, two: dict[str, str]) -> None:
    report(world, two["best"], OLD, trained=3, first_time=0)
    report(world, two["pkc"], RECENT, place=2, trained=20, first_time=0, **BROKEN)
    assert get(status="broken")["total"]["flows"]["trained"] == 20


def test_training_events_count_where_they_were(world: World) -> None:
    send(world, world.filled("training_event", visit_date=RECENT.isoformat(), trained=7, first_time=2))

    def trained(**query: str) -> int:
        return int(get(**query)["total"]["flows"]["trained"])

    assert (trained(), trained(bbox="74.9,13.1,75,13.3"), trained(bbox="77,20,78,21")) == (7, 7, 0)
    assert (trained(state="karnataka"), trained(to=OLD.isoformat())) == (7, 0)
    assert get(by="technology")["rows"][0]["flows"]["first_time"] == 2


def test_rows_by_cluster_and_month_have_the_stock_at_each_months_end(two: dict[str, str]) -> None:
    since = (OLD.replace(day=1)).isoformat()
    rows = {(row["cluster"], row["month"]): row for row in get(by="cluster,month", **{"from": since})["rows"]}
    first, last = f"{OLD:%Y-%m}", f"{NOW:%Y-%m}"
    assert rows["best", first]["villages_reached"] == 1
    assert rows["best", last]["villages_reached"] == 1
    assert rows["pkc", last]["villages_active"]["count"] == 0
    assert ("pkc", first) not in rows or RECENT.month == OLD.month


def test_a_technology_of_two_clusters_stands_in_both_rows_and_once_in_the_total(world: World, two: Any) -> None:
    world.technology.clusters.add(Cluster.objects.get(slug="pkc"))
    found = get(by="cluster")
    assert {row["cluster"]: row["villages_reached"] for row in found["rows"]} == {"best": 1, "pkc": 2}
    assert found["total"]["villages_reached"] == 2


def coverage(client: Client | None = None, **query: Any) -> Any:
    rows = get(client=client, by="centre", **query)["rows"]
    return next(row for row in rows if row["centre"] == "nitte")["coverage"]


@pytest.mark.parametrize("query", [{}, {"centre": "nitte"}, {"village": "demo:0"}, {"state": "karnataka"}])
def test_coverage_counts_any_deployment_in_the_whole_catchment(two: dict[str, str], query: dict[str, str]) -> None:
    """Village demo:2 is on Nitte's list and was reached by Khunt."""
    found = coverage(**query)
    assert (found["reached"]["count"], found["reached"]["of"], found["never_visited"]) == (2, 3, 1)


def test_a_coordinators_coverage_is_the_same_figure(world: World, two: dict[str, str]) -> None:
    coordinator = as_user("coordinator", centres=[world.centre])
    assert coverage(coordinator)["reached"]["count"] == 2
    assert reached(coordinator) == 1


def test_no_coverage_where_scope_or_a_filter_leaves_deployments_out(world: World, two: dict[str, str]) -> None:
    assert coverage(token(world.cluster)) is None
    assert coverage(cluster="best") is None
    assert get(cluster="best")["total"]["catchment"] is None
    assert get()["total"]["catchment"]["count"] == 2


def test_the_catchment_follows_centre_and_place(world: World, two: dict[str, str]) -> None:
    other = world.villages[1]
    CatchmentVillage.objects.filter(village=other).update(centre=Centre.objects.get(slug="khunt"))
    shares = [
        get(**q)["total"]["catchment"] for q in ({"centre": "nitte"}, {"state": "maharashtra"}, {"village": "demo:1"})
    ]
    assert [(s["count"], s["of"]) for s in shares] == [(2, 2), (1, 1), (0, 1)]


def test_replication_is_told_by_cluster(world: World, two: dict[str, str]) -> None:
    Technology.objects.get(slug="pump").clusters.add(world.cluster)
    found = {row["cluster"]: row["replication"] for row in get(by="cluster")["rows"]}
    assert found["best"]["villages_outside_host_state"]["count"] == 1
    assert found["pkc"]["villages_outside_host_state"]["count"] == 0


def test_a_cluster_team_sees_its_own_technologies_and_no_others(world: World, two: dict[str, str]) -> None:
    mine = token(world.cluster)
    found = get(client=mine, by="cluster")
    assert [row["cluster"] for row in found["rows"]] == ["best"]
    assert (found["total"]["villages_reached"], in_cells(mine), reached(mine, cluster="pkc")) == (1, 1, 0)


def test_whom_nothing_was_given_sees_nothing(two: dict[str, str]) -> None:
    nobody = as_user("cluster_team")
    assert (reached(nobody), in_cells(nobody), get(client=nobody, by="centre")["rows"]) == (0, 0, [])


def test_an_officer_has_no_figures_and_a_stranger_none_at_all(world: World) -> None:
    assert world.client().get("/api/v1/reach").status_code == 403
    assert Client().get("/api/v1/reach").status_code == 401
    assert Client().get("/api/v1/reach/cells").status_code == 401


def test_a_demonstration_reaches_nobody_and_is_counted_apart(world: World) -> None:
    report(world, deployment(world, purpose="demonstration"))
    total = get()["total"]
    assert (total["villages_reached"], total["deployments"], total["demonstrations"]) == (0, 0, 1)


def test_with_required_review_a_waiting_report_reaches_nobody_until_it_is_approved(world: World) -> None:
    with override_settings(REVIEW_REQUIRED=True):
        item = world.registration()
        send(world, item)
        review(item["instance_id"], "approve")
        uuid = str(Deployment.objects.get().uuid)
        instance = report(world, uuid, OLD)
        assert reached() == 0
        reviewing.review(Submission.objects.get(instance_id=instance), "approve", "", user("administrator", "other"))
        assert get()["total"]["villages_active"] | {"of_what": ""} == {"count": 1, "of": 1, "of_what": "", "share": 1.0}
        report(world, uuid, RECENT, **BROKEN)
        found = get()
        assert (found["total"]["villages_active"]["count"], found["total"]["by_condition"]) == (0, {"broken": 1})
        assert found["review_required"]
        assert "approved" in found["rule"]
        before = (RECENT - dt.timedelta(days=1)).isoformat()
        assert get(as_of=before)["total"]["villages_active"]["count"] == 1
        assert reached(**{"from": RECENT.isoformat()}) == 0
