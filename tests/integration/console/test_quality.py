"""Quality: flags by kind and by officer, doubles merged and parted again, villages matched; rebuilt the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from backend.deployments.models import Deployment, DeploymentState, Visit
from backend.submissions import bulk, reviewing
from backend.submissions.models import Decision, ReportRow
from tests.integration.console.test_reports import PIN, send
from tests.integration.world import World, user


@pytest.fixture
def desk(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def derived() -> dict[str, Any]:
    """Keys are made anew by a rebuild; what they mean must be the same."""
    return {
        "rows": list(ReportRow.objects.order_by("pk").values("pk", "village", "technology", "centre", "deployment", "found")),
        "visits": list(Visit.objects.order_by("instance_id", "known_from").values("instance_id", "village", "deployment__uuid")),
        "deployments": list(Deployment.objects.order_by("uuid").values("uuid", "village", "merged_into__uuid")),
        "states": list(DeploymentState.objects.order_by("deployment__uuid").values("deployment__uuid", "reports", "broken")),
    }  # fmt: skip


def test_flags_are_counted_by_kind_and_by_officer(desk: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.console.quality.today", lambda: dt.date(2026, 11, 20))
    send(world, world.registration())
    for n in (1, 2):
        send(world, world.registration(place=n, position=PIN))
    page = desk.get("/quality").context
    assert (page["flagged"], page["total"]) == (2, 3)
    assert {kind.code: kind.count for kind in page["kinds"]}["position_unproven"] == 2
    [asha] = page["people"]
    assert (asha.officer, asha.reports, asha.flagged, asha.accuracy) == (world.officer, 3, 2, 6.0)
    own = desk.get(f"/quality/officers/{world.officer.pk}").context
    assert own["own"].flagged == 2
    assert len(own["last"]) == 2
    stranger = Client()
    stranger.force_login(user("coordinator", "far"))
    assert stranger.get(f"/quality/officers/{world.officer.pk}").status_code == 404


@pytest.fixture
def two(world: World) -> list[Deployment]:
    for _ in range(2):
        send(world, world.registration())
    return list(Deployment.objects.order_by("pk"))


def test_doubles_are_merged_and_late_reports_land_on_the_survivor(
    desk: Client, world: World, two: list[Deployment]
) -> None:
    assert [(line.first, line.second) for line in desk.get("/quality/doubles").context["lines"]] == [(two[0], two[1])]
    desk.post("/quality/doubles/merge", {"merged": two[0].uuid, "survivor": two[1].uuid})
    late = send(world, world.report(str(two[0].uuid)))
    assert Visit.objects.get(instance_id=late).deployment == two[1]
    assert list(desk.get("/quality/doubles").context["lines"]) == []
    assert len(desk.get(f"/reports/{late}").context["seen"].earlier) == 2, "the registrations of both"
    before = derived()
    bulk.rebuild()
    assert derived() == before


def test_a_merge_is_undone_with_all_that_landed_since(desk: Client, world: World, two: list[Deployment]) -> None:
    early = send(world, world.report(str(two[0].uuid), visit_date="2026-11-02"))
    before = derived()
    desk.post("/quality/doubles/merge", {"merged": two[0].uuid, "survivor": two[1].uuid})
    assert Visit.objects.get(instance_id=early).deployment == two[1]
    undo = next(iter(desk.get("/quality/doubles").context["messages"])).extra_tags
    desk.post(undo)
    assert derived() == before
    bulk.rebuild()
    assert derived() == before


def test_what_was_merged_before_stays_with_what_it_was_merged_with(world: World) -> None:
    from backend.deployments import services

    for _ in range(3):
        send(world, world.registration())
    one, other, third = (d.uuid for d in Deployment.objects.order_by("pk"))
    services.merge(one, other)
    services.merge(other, third)
    services.unmerge(other)
    assert Deployment.objects.get(uuid=one).merged_into.uuid == other
    assert Deployment.objects.get(uuid=other).merged_into is None


def test_a_merge_of_long_ago_is_not_undone(desk: Client, two: list[Deployment]) -> None:
    desk.post("/quality/doubles/merge", {"merged": two[0].uuid, "survivor": two[1].uuid})
    made = Decision.objects.get()
    Decision.objects.update(at=made.at - dt.timedelta(minutes=reviewing.UNDO_MINUTES + 1))
    desk.post(f"/quality/doubles/{two[0].uuid}/unmerge")
    assert Deployment.objects.get(pk=two[0].pk).merged_into == two[1]


def test_two_that_are_two_are_asked_about_once(desk: Client, two: list[Deployment]) -> None:
    desk.post("/quality/doubles/merge", {"merged": two[0].uuid, "survivor": two[1].uuid, "action": "two"})
    assert list(desk.get("/quality/doubles").context["lines"]) == []
    assert Deployment.objects.filter(merged_into=None).count() == 2
    bulk.rebuild()
    assert Deployment.objects.filter(merged_into=None).count() == 2


def test_only_deployments_in_scope_are_merged(world: World, two: list[Deployment]) -> None:
    stranger = Client()
    stranger.force_login(user("coordinator", "far"))
    answer = stranger.post("/quality/doubles/merge", {"merged": two[0].uuid, "survivor": two[1].uuid})
    assert answer.status_code == 404


def test_a_village_is_matched_and_its_reports_count_for_it(desk: Client, world: World) -> None:
    unlisted = {"village": None, "village_other": "Villag 1", "village_listed": "no"}
    sent = [send(world, world.registration(place=1, **unlisted)) for _ in range(2)]
    [line] = desk.get("/villages/match?name=Villag+1&q=Village").context["lines"]
    assert (line.text, line.reports) == ("Villag 1", 2)
    assert world.villages[1] in line.offered
    desk.post("/villages/match/one", {"name": "Villag 1", "district": line.district or "", "village": "demo:1"})
    assert set(ReportRow.objects.values_list("village__code", flat=True)) == {"demo:1"}
    assert set(Deployment.objects.values_list("village__code", flat=True)) == {"demo:1"}
    assert list(desk.get("/villages/match").context["lines"]) == []
    before = derived()
    bulk.rebuild()
    assert derived() == before
    send(world, world.registration(place=1, **unlisted) | {"deprecated_id": sent[0]})
    assert ReportRow.objects.get(submission__instance_id=sent[0]).village == world.villages[1], (
        "an edit keeps the match"
    )


def test_of_many_the_newest_are_looked_at(desk: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.console.quality.today", lambda: dt.date(2026, 11, 20))
    monkeypatch.setattr("backend.console.quality.NEWEST", 1)
    send(world, world.registration())
    send(world, world.registration(place=1, visit_date="2026-11-02"))
    page = desk.get("/quality")
    assert page.context["total"] == 1
    assert "Of the newest 1 visits" in page.content.decode()
