"""Today: each number is what its list holds; calm where nothing waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import Device
from backend.accounts.who import of_user
from backend.deployments import frames, standing
from backend.deployments.filters import Filters, today
from backend.deployments.models import Deployment
from backend.submissions.models import ReportRow
from maps import reach
from maps.condition import CONDITIONS
from tests.integration.console.test_reports import PIN, send
from tests.integration.world import World, user


@pytest.fixture(autouse=True)
def _fresh() -> None:
    standing.forget_standings()


@pytest.fixture
def desk(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def needs(client: Client) -> dict[str, int]:
    return {need.sign: need.count for need in client.get("/").context["needs"]}


@pytest.fixture
def busy(world: World) -> World:
    """Two deployments, one broken; three villages on the list, one never visited; odd, unreadable and unmatched things."""
    day = str(today())
    send(world, world.registration(visit_date=day))
    send(world, world.registration(place=1, visit_date=day, position=PIN))
    first = Deployment.objects.order_by("pk")[0]
    send(world, world.report(str(first.uuid), visit_date=day, working=0, broken=1, units_in_use=0, installed=1))
    send(
        world,
        world.registration(place=2, village=None, village_other="Kotha Palli", village_listed="no", visit_date=day),
    )
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    Device.objects.update(unsent=7, last_seen=timezone.now() - dt.timedelta(days=4))
    return world


def test_what_needs_somebody_is_counted(desk: Client, busy: World) -> None:
    odd = ReportRow.objects.filter(flags__gt=0).count()
    assert odd
    assert needs(desk) == {"phone": 1, "eye": 4, "flag": odd, "broken": 1, "never": 1, "box": 1, "pin": 1}


def test_each_number_leads_to_a_list_as_long(desk: Client, busy: World) -> None:
    for need in desk.get("/").context["needs"]:
        page = desk.get(need.url)
        assert page.status_code == 200, need.url
        if need.sign in ("flag", "asked"):
            assert len(page.context["lines"]) == need.count
        elif need.sign == "broken":
            assert page.context["total"] == need.count
        elif need.sign == "never":
            assert len(page.context["rows"]) == need.count
        elif need.sign == "box":
            assert len(page.context["items"]) == need.count
        elif need.sign == "pin":
            assert len(page.context["lines"]) == need.count


def test_reviewing_begins_with_the_oldest(desk: Client, busy: World) -> None:
    start = next(need for need in desk.get("/").context["needs"] if need.sign == "eye")
    assert desk.get(start.url).context["way"].position == 1


def test_nothing_to_do_is_said_calmly(desk: Client, world: World) -> None:
    page = desk.get("/")
    assert {need.sign for need in page.context["needs"]} == {"never"}
    world.centre.catchment.all().delete()
    standing.forget_standings()
    assert "Add the first phones" in desk.get("/").content.decode()


def test_teams_see_what_they_may(busy: World) -> None:
    client = Client()
    client.force_login(user("cluster_team", "team", clusters=[busy.cluster]))
    assert set(needs(client)) == {"eye", "flag", "broken"}
    assert "/phones" not in client.get("/").content.decode()


def test_figures_are_those_of_the_maps(busy: World) -> None:
    who = of_user(user("administrator", "admin"))
    there, listed = standing.standings(who, today())
    frame = frames.deployments(Filters(), who)
    assert [row.condition for row in there] == [CONDITIONS[code] for code in reach.conditions(frame, today())]
    villages = reach.villages(frame, today())
    by_village = {row.village: row for row in listed}
    for village, row in villages.iterrows():
        assert by_village[int(village)].reached == bool(row["reached"])
        assert by_village[int(village)].condition == CONDITIONS[int(row["condition"])]


def test_the_first_page_asks_few_queries(
    desk: Client, busy: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    standing.forget_standings()
    with django_assert_max_num_queries(30):
        desk.get("/")


@pytest.mark.parametrize(
    "path", ["/deployments?status=broken", "/villages/never", "/villages/match", "/quality", "/published"]
)
def test_lists_ask_few_queries(
    desk: Client, busy: World, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(30):
        assert desk.get(path).status_code == 200


def test_plates_name_the_deployment(desk: Client, busy: World) -> None:
    made = Deployment.objects.order_by("pk")[0]
    page: Any = desk.get(f"/deployments/plates?chosen={made.uuid}&size=large")
    assert [plate.deployment for plate in page.context["plates"]] == [made]
    from backend.console import deployments

    assert str(made.uuid) in deployments.address(made.uuid), "the app looks for it in what it scans"
    assert "<svg" in page.content.decode()
    other = Client()
    other.force_login(user("coordinator", "far"))
    assert other.get(f"/deployments/plates?chosen={made.uuid}").context["plates"] == []
