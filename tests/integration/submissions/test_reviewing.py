"""Decisions and what counts after them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client, override_settings

from backend.deployments.models import Deployment, DeploymentState, Visit
from backend.submissions.models import Decision, KeptAside, Submission
from tests.integration.world import World, user


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def send(world: World, item: dict[str, Any]) -> Any:
    return world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")


def reported(world: World, instance_id: str = "uuid:r1", **answers: Any) -> str:
    item = world.registration()
    send(world, item)
    uuid = str(Deployment.objects.get(instance_id=item["instance_id"]).uuid)
    assert send(world, world.report(uuid, instance_id, **answers)).status_code == 201
    return uuid


def decide(office: Client, report: str, action: str, comment: str = "", **more: str) -> Any:
    body = {"action": action, "comment": comment, **more}
    return office.post(f"/api/v1/submissions/{report}/review", orjson.dumps(body), content_type="application/json")


def counted(instance_id: str) -> bool:
    return Visit.objects.filter(instance_id=instance_id, known_to=None, waiting=False).exists()


@pytest.mark.parametrize(
    ("action", "state", "counts"),
    [
        ("approve", "approved", True),
        ("reject", "rejected", False),
        ("request_changes", "changes_requested", True),
        ("retract", "retracted", False),
    ],
)
def test_each_decision_and_whether_the_report_counts_after_it(
    world: World, office: Client, action: str, state: str, counts: bool
) -> None:
    reported(world, working=2, units_in_use=1)
    answer = decide(office, "uuid:r1", action, "look again")
    assert (answer.status_code, answer.json()["review_state"]) == (200, state)
    assert counted("uuid:r1") is counts


def test_an_approved_report_counts_until_its_edit_is_approved(world: World, office: Client) -> None:
    uuid = reported(world, working=2, units_in_use=1)
    decide(office, "uuid:r1", "approve")
    send(world, world.report(uuid, "uuid:r2", working=1, defective=1, units_in_use=1) | {"deprecated_id": "uuid:r1"})
    assert (counted("uuid:r1"), counted("uuid:r2")) == (True, False)
    decide(office, "uuid:r1", "approve")
    assert (counted("uuid:r1"), counted("uuid:r2")) == (False, True)


def test_rejecting_a_report_of_a_broken_unit_needs_a_reason(world: World, office: Client) -> None:
    reported(world, working=0, units_in_use=0, broken=2)
    answer = decide(office, "uuid:r1", "reject")
    assert (answer.status_code, answer.json()["code"]) == (422, "comment_required")
    assert decide(office, "uuid:r1", "reject", "photo of another machine").status_code == 200


def test_a_decision_about_a_version_that_was_changed_meanwhile_is_refused(world: World, office: Client) -> None:
    uuid = reported(world)
    send(world, world.report(uuid, "uuid:r2") | {"deprecated_id": "uuid:r1"})
    assert decide(office, "uuid:r1", "approve", instance_id="uuid:r1").status_code == 409
    assert not Decision.objects.exists()


def test_where_review_is_required_a_waiting_report_worsens_and_never_improves(world: World, office: Client) -> None:
    with override_settings(REVIEW_REQUIRED=True):
        item = world.registration("uuid:reg")
        send(world, item)
        decide(office, "uuid:reg", "approve")
        uuid = str(Deployment.objects.get().uuid)
        send(world, world.report(uuid, "uuid:good", visit_date="2026-10-01", working=2, units_in_use=1))
        assert DeploymentState.objects.get().seen_on is None
        decide(office, "uuid:good", "approve")
        assert DeploymentState.objects.get().working == 2
        send(world, world.report(uuid, "uuid:bad", visit_date="2026-10-20", working=0, broken=2, units_in_use=0))
        assert DeploymentState.objects.get().working == 0
        send(world, world.report(uuid, "uuid:better", visit_date="2026-10-25", working=2, units_in_use=2))
        assert DeploymentState.objects.get().working == 0


def test_what_was_kept_aside_is_stored_on_another_try(world: World, office: Client) -> None:
    world.officer.forms = ["village_need"]
    world.officer.save()
    send(world, world.registration("uuid:late"))
    world.officer.forms = []
    world.officer.save()
    kept = office.get("/api/v1/kept-aside").json()["items"][0]
    assert (kept["code"], kept["instance_id"]) == ("form_not_assigned", "uuid:late")
    body = orjson.dumps({"action": "retry"})
    answer = office.post(f"/api/v1/kept-aside/{kept['id']}/resolve", body, content_type="application/json")
    assert answer.json()["outcome"]["outcome"] == "stored"
    assert Submission.objects.get().instance_id == "uuid:late"
    assert office.get("/api/v1/kept-aside").json()["items"] == []


def test_a_conflict_replaces_what_is_stored_and_both_stay(world: World, office: Client) -> None:
    send(world, world.registration("uuid:one", user_agency="First"))
    send(world, world.registration("uuid:one", user_agency="Second"))
    kept = KeptAside.objects.get()
    body = orjson.dumps({"action": "replace"})
    answer = office.post(f"/api/v1/kept-aside/{kept.pk}/resolve", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Deployment.objects.get().user_agency == "Second"
    assert Submission.objects.get().versions.count() == 2


def test_discarding_needs_a_reason(world: World, office: Client) -> None:
    send(world, {"form_id": "nothing", "instance_id": "uuid:x", "version": "1", "answers": {}})
    kept = KeptAside.objects.get()
    for reason, status in (("", 422), ("a test", 200), ("again", 409)):
        body = orjson.dumps({"action": "discard", "reason": reason})
        answer = office.post(f"/api/v1/kept-aside/{kept.pk}/resolve", body, content_type="application/json")
        assert answer.status_code == status
