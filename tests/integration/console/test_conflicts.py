"""The pages of conflicts: what differs, who and when; settled there, and seen by nobody outside the scope."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.deployments.models import Deployment
from backend.deployments.versions import Base
from backend.registry.models import Centre
from backend.submissions.models import Decision, Submission
from tests.integration.submissions.test_entities import ENTITY, Phone
from tests.integration.world import World, user


@pytest.fixture
def page(world: World) -> Client:
    phone = Phone(world)
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    phone.report("uuid:b", Base(1), added=1)
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def test_both_sides_are_shown_with_who_when_and_what_they_saw(page: Client) -> None:
    text = page.get("/conflicts").content.decode()
    assert "Both changed the same." in text
    assert f"/conflicts/{ENTITY}" in text
    text = " ".join(page.get(f"/conflicts/{ENTITY}").content.decode().split())
    assert "Asha did not see what was changed" in text
    assert text.count("Report, 1 Nov 2026, 05:3") == 2
    assert '<td data-label="Saw">5</td> <td data-label="Says"><b>7</b></td>' in text
    assert '<td data-label="Saw">5</td> <td data-label="Says"><b>6</b></td>' in text
    assert "8 units stand here" in text


def test_a_decision_settles_it_and_says_who_made_it(page: Client) -> None:
    address = f"/conflicts/{ENTITY}"
    without = page.post(address, {"instance_id": "uuid:b", "keep": "others"})
    assert (without.status_code, Deployment.objects.get().conflict) == (422, "hard")
    assert b"Say why" in without.content
    done = page.post(address, {"instance_id": "uuid:b", "keep": "others", "comment": "Counted twice"}, follow=True)
    assert b"Settled:" in done.content
    assert b"nothing to settle" in done.content
    assert Submission.objects.get(instance_id="uuid:b").review_state == "rejected"
    decision = Decision.objects.get(kind=Decision.Kind.CONFLICT)
    assert (decision.by.username, decision.action, decision.comment) == ("meena", "keep_others", "Counted twice")
    assert page.get(address).status_code == 404


def test_today_leads_to_conflicts_as_long_as_there_are_any(page: Client) -> None:
    need = next(need for need in page.get("/").context["needs"] if need.url == "/conflicts")
    assert (need.count, need.text) == (1, Deployment.objects.get().label)
    page.post(f"/conflicts/{ENTITY}", {"instance_id": "uuid:b", "keep": "both"})
    assert all(need.url != "/conflicts" for need in page.get("/").context["needs"])


def test_a_decision_about_what_is_no_conflict_is_told_so(page: Client) -> None:
    again = page.post(f"/conflicts/{ENTITY}", {"instance_id": "uuid:a", "keep": "both"})
    assert again.status_code == 409
    assert b"settled meanwhile" in again.content


def test_conflicts_of_others_are_not_seen(page: Client) -> None:
    elsewhere = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    other = Client()
    other.force_login(user("coordinator", "rekha", centres=[elsewhere]))
    assert ENTITY not in other.get("/conflicts").content.decode()
    assert other.get(f"/conflicts/{ENTITY}").status_code == 404
    assert other.post(f"/conflicts/{ENTITY}", {"instance_id": "uuid:b", "keep": "both"}).status_code == 404
