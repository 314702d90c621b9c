"""Monthly figures: frozen when published, what changed since beside them."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.deployments.models import Deployment, PublishedMonth
from backend.submissions import bulk
from tests.integration.console.test_reports import send
from tests.integration.world import World, user

OCTOBER = 2026 * 12 + 9


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(user("administrator", "admin"))
    send(world, world.registration(visit_date="2026-10-02", started="2026-10-01"))
    send(world, world.report(str(Deployment.objects.get().uuid), visit_date="2026-10-03"))
    return client


def lines(client: Client) -> dict[tuple[str, str], tuple[int | None, int]]:
    return {
        (centre.slug if centre else "", line.measure): (line.published, line.now)
        for centre, its in client.get(f"/published/{OCTOBER}").context["groups"]
        for _, line in its
    }


def test_a_published_figure_stays_and_the_change_stands_beside_it(office: Client, world: World) -> None:
    office.post("/published/publish", {"month": OCTOBER})
    assert lines(office)["", "villages_reached"] == (1, 1)
    send(world, world.registration(place=1, visit_date="2026-10-04", started="2026-10-01"))
    late = Deployment.objects.order_by("-pk")[0]
    send(world, world.report(str(late.uuid), place=1, visit_date="2026-10-05"))
    assert lines(office)["", "villages_reached"] == (1, 2)
    assert lines(office)["nitte", "villages_reached"] == (1, 2)
    bulk.rebuild()
    assert lines(office)["", "villages_reached"] == (1, 2), "a fact, which no rebuild touches"


def test_a_month_is_published_once_and_only_when_it_is_over(office: Client) -> None:
    office.post("/published/publish", {"month": OCTOBER})
    office.post("/published/publish", {"month": OCTOBER})
    office.post("/published/publish", {"month": 3000 * 12})
    assert PublishedMonth.objects.count() == 1
    assert "reach" in PublishedMonth.objects.get().rule.lower()


def test_coordinators_read_their_centre_and_publish_nothing(office: Client, world: World) -> None:
    office.post("/published/publish", {"month": OCTOBER})
    desk = Client()
    desk.force_login(user("coordinator", "meena", centres=[world.centre]))
    assert {slug for slug, _ in lines(desk)} == {"nitte"}
    assert desk.post("/published/publish", {"month": OCTOBER - 1}).status_code == 403
