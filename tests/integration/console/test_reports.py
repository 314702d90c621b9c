"""Reports in the console: the list and its filters, a report's page, deciding, and taking a decision back."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from backend.accounts import services as accounts
from backend.accounts.models import Officer
from backend.accounts.who import of_user
from backend.audit.models import Action, Entry
from backend.console import words
from backend.console.models import SavedView
from backend.deployments.models import Deployment
from backend.field import feedback
from backend.registry.models import Centre
from backend.submissions import bulk, reviewing, selecting
from backend.submissions.models import Decision, Flag, ReportRow, Submission
from backend.submissions.queries import visible
from field_forms.answering import created_id
from tests.integration.world import World, user


def report_with_photo(world: World) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "green").save(picture, "PNG")
    filled = world.registration(photo="photo.png")
    file = SimpleUploadedFile("photo.png", picture.getvalue(), content_type="image/png")
    sent = {"submission": json.dumps(filled), "photo.png": file}
    assert world.client().post("/api/v1/submissions", sent).status_code == 201
    return str(filled["instance_id"])


PIN = {"type": "Point", "coordinates": [74.94, 13.2], "properties": {"accuracy": 0.0}}  # placed by hand: flagged


def send(world: World, filled: dict[str, Any]) -> str:
    answer = world.client().post("/api/v1/submissions", filled, content_type="application/json")
    assert answer.status_code in (200, 201), answer.json()
    return str(filled["instance_id"])


@pytest.fixture
def deployment(world: World) -> str:
    send(world, world.registration())
    return str(Deployment.objects.get().uuid)


@pytest.fixture
def desk(world: World) -> Client:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def shown(desk: Client, query: str = "") -> list[str]:
    return [line.row.submission.instance_id for line in desk.get(f"/reports?{query}").context["lines"]]


def test_the_list_shows_what_was_received_and_filters_it(desk: Client, world: World, deployment: str) -> None:
    good = send(world, world.report(deployment, visit_date="2026-11-02"))
    odd = send(world, world.report(deployment, visit_date="2026-11-05", position=PIN))
    registration = Submission.objects.earliest("pk").instance_id
    assert shown(desk, "order=newest") == [odd, good, registration]
    assert shown(desk, "review=received,edited") == [registration, good, odd], "longest waiting first"
    assert shown(desk, "flag=any") == shown(desk, "flag=position_unproven") == [odd]
    assert shown(desk, "flag=too_fast") == []
    assert shown(desk, "from=2026-11-03") == [odd]
    assert shown(desk, "status=registered") == [registration]
    assert len(shown(desk, "village=demo:0&technology=cutter&centre=nitte&cluster=best&state=karnataka")) == 3
    assert shown(desk, "village=demo:1") == []


@pytest.mark.parametrize("words", ["vill", "Betel", "ash", "village betel"])
def test_search_finds_village_officer_and_technology(desk: Client, world: World, deployment: str, words: str) -> None:
    assert len(shown(desk, f"q={words}")) == 1
    assert shown(desk, "q=nowhere") == []


def test_a_wrong_filter_is_said_in_words(desk: Client) -> None:
    answer = desk.get("/reports?technology=none")
    assert answer.status_code == 400
    assert "There is no technology" in answer.content.decode()


def test_pages_follow_each_other_by_key(desk: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.console.reports.ON_A_PAGE", 2)
    sent = [send(world, world.registration(place=n % 3)) for n in range(5)]
    first = desk.get("/reports?order=newest")
    assert [line.row.submission.instance_id for line in first.context["lines"]] == sent[:2:-1]
    assert shown(desk, f"order=newest&after={first.context['next']}") == sent[2:0:-1]
    send(world, world.registration())
    assert shown(desk, f"order=newest&after={first.context['next']}") == sent[2:0:-1], "what comes shifts nothing"


def test_nobody_sees_in_the_list_what_the_scope_hides(desk: Client, world: World, deployment: str) -> None:
    send(world, world.report(deployment))
    other = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    accounts_of = {
        "here": user("coordinator", "here", centres=[world.centre]),
        "elsewhere": user("coordinator", "elsewhere", centres=[other]),
        "team": user("cluster_team", "team", clusters=[world.cluster]),
        "admin": user("administrator", "admin"),
    }
    for name, account in accounts_of.items():
        who = of_user(account)
        there = set(visible(who).values_list("pk", flat=True))
        assert set(selecting.of_scope(who).values_list("pk", flat=True)) == there, name
        for order in ("submission", "-submission", "-visit_date"):
            assert {row.pk for row in selecting.scoped(who).first(order, 100)} == there, (name, order)
        assert selecting.scoped(who).counted() == len(there), name
    assert not selecting.of_scope(of_user(accounts_of["elsewhere"])).exists()


def test_a_scope_of_several_parts_gives_each_report_once_and_in_order(world: World) -> None:
    """By the centre, by its officers elsewhere, by a cluster's technologies; what several of them find is one."""
    other = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    sent = [send(world, world.registration(place=n % 3, visit_date=f"2026-11-0{n + 1}")) for n in range(6)]
    keys = list(ReportRow.objects.order_by("pk").values_list("pk", flat=True))
    ReportRow.objects.filter(pk__in=keys[:2]).update(
        centre=other, technology=None
    )  # by this centre's officer, elsewhere
    ReportRow.objects.filter(pk=keys[2]).update(centre=None, technology=None)
    ReportRow.objects.filter(pk=keys[3]).update(centre=other, officer=None, technology=None)  # nobody's here
    ReportRow.objects.filter(pk=keys[4]).update(centre=other, officer=None, review_state="approved")  # the cluster's
    assert len(sent) == len(keys)
    who = of_user(user("coordinator", "both", centres=[world.centre], clusters=[world.cluster]))
    mine = [*keys[:3], *keys[4:]]
    scope = selecting.scoped(who)
    assert [row.pk for row in scope.first("submission", 100)] == mine
    assert [row.pk for row in scope.first("-submission", 3)] == mine[:1:-1]
    assert [row.pk for row in replace(scope, narrow=True).first("-submission", 3)] == mine[:1:-1]
    assert [row.pk for row in scope.reviewed("approved").first("submission", 9)] == [keys[4]]
    assert [row.pk for row in scope.filter(submission__gt=mine[2]).first("submission", 9)] == mine[3:]
    assert (scope.counted(), scope.counted(2), scope.reviewed("received").counted()) == (5, 3, 4)


def test_a_flag_found_to_be_no_problem_leaves_the_lists_and_comes_back(desk: Client, world: World) -> None:
    sent = send(world, world.registration(position=PIN))
    [flag] = ReportRow.objects.get().version.flags.all()
    page = f"/reports/{sent}"
    assert shown(desk, "flag=any") == [sent]
    assert desk.post(f"{page}/flags/{flag.pk}").status_code == 422, "a reason is due"
    desk.post(f"{page}/flags/{flag.pk}", {"comment": "Mast of the school hides the sky"})
    decision = Decision.objects.get()
    assert (decision.kind, decision.action, decision.subject) == ("flag", "no_problem", "position_unproven")
    assert decision.by is not None
    assert shown(desk, "flag=any") == []
    assert (ReportRow.objects.get().flags, Flag.objects.count()) == (0, 1), "the flag itself is a fact"
    told = desk.get(page).content.decode()
    assert "Mast of the school hides the sky" in told
    assert "meena" in told
    bulk.rebuild()
    assert ReportRow.objects.get().flags == 0
    desk.post(f"{page}/flags/{flag.pk}/again")
    assert shown(desk, "flag=any") == [sent]
    assert Decision.objects.count() == 2, "its undoing is a decision of its own"


def test_a_flag_is_told_in_the_readers_language(desk: Client, world: World) -> None:
    sent = send(world, world.registration(position=PIN))
    for language in ("hi", "en"):
        told = desk.get(f"/reports/{sent}", headers={"Accept-Language": language}).content.decode()
        with override("hi"):
            assert (words.reason("position_unproven") in told) is (language == "hi"), language
        assert "Placed by hand" in told, "as it was found, too"


def test_a_changed_report_is_flagged_anew(desk: Client, world: World) -> None:
    sent = send(world, world.registration(position=PIN))
    desk.post(f"/reports/{sent}/flags/{Flag.objects.get().pk}", {"comment": "Seen on the photo"})
    send(world, world.registration(position=PIN) | {"deprecated_id": sent})
    assert ReportRow.objects.get().flags == 1


def test_a_decision_is_undone_although_a_flag_was_settled_meanwhile(desk: Client, world: World) -> None:
    sent = send(world, world.registration(position=PIN))
    desk.post(f"/reports/{sent}/review", {"action": "approve"})
    made = Decision.objects.get()
    desk.post(f"/reports/{sent}/flags/{Flag.objects.get().pk}", {"comment": "Seen on the photo"})
    desk.post(f"/reports/undo/{made.pk}")
    assert ReportRow.objects.get().review_state == "received"


def test_who_may_not_review_settles_no_flag(world: World) -> None:
    sent = send(world, world.registration(position=PIN))
    team = Client()
    team.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    assert team.post(f"/reports/{sent}/flags/{Flag.objects.get().pk}", {"comment": "x"}).status_code == 403
    elsewhere = Client()
    elsewhere.force_login(user("coordinator", "elsewhere"))
    assert elsewhere.post(f"/reports/{sent}/flags/{Flag.objects.get().pk}", {"comment": "x"}).status_code == 404


def test_a_report_before_its_registration_gets_its_technology_when_that_comes(world: World) -> None:
    registration = world.registration()
    entity = uuid.UUID(created_id(registration["instance_id"]))  # as the server names it
    sent = send(world, world.report(str(entity)))
    assert ReportRow.objects.get().technology is None
    send(world, registration)
    assert Deployment.objects.get().uuid == entity
    row = ReportRow.objects.get(submission__instance_id=sent)
    assert (row.technology, row.centre) == (world.technology, world.centre)


def rows() -> list[dict[str, Any]]:
    return list(ReportRow.objects.order_by("pk").values())


def test_rebuild_makes_the_same_rows(desk: Client, world: World, deployment: str) -> None:
    first = send(world, world.report(deployment))
    send(world, world.report(deployment, position=PIN, working=0, broken=1, units_in_use=0, installed=1))
    edit = world.report(deployment, visit_date="2026-11-03") | {"deprecated_id": first}
    send(world, edit)
    desk.post(f"/reports/{first}/review", {"action": "approve"})
    before = rows()
    assert {row["review_state"] for row in before} == {"received", "approved"}
    bulk.rebuild()
    assert rows() == before


def decide(desk: Client, instance_id: str, action: str, comment: str = "", **more: str) -> Any:
    return desk.post(f"/reports/{instance_id}/review", {"action": action, "comment": comment, **more})


def state(instance_id: str) -> str:
    row = ReportRow.objects.get(submission__instance_id=instance_id)
    assert row.review_state == row.submission.review_state
    return row.review_state


def test_deciding_leads_to_the_next_of_the_list(desk: Client, world: World) -> None:
    one, two = send(world, world.registration()), send(world, world.registration(place=1))
    query = "review=received%2Cedited"
    answer = decide(desk, one, "approve", query="review=received,edited")
    assert answer["Location"] == f"/reports/{two}?{query}"
    assert decide(desk, two, "approve", query="review=received,edited")["Location"] == f"/reports?{query}"
    assert (state(one), state(two)) == ("approved", "approved")


def test_changes_need_words_and_reach_the_phone(desk: Client, world: World) -> None:
    sent = send(world, world.registration())
    refused = decide(desk, sent, "request_changes")
    assert refused.status_code == 422
    assert "Say what should be changed" in refused.content.decode()
    decide(desk, sent, "request_changes", "Please take a new photo")
    told = feedback.everything(world.device)
    assert [(row["state"], row["comment"]) for row in told] == [("changes_requested", "Please take a new photo")]


def test_rejecting_a_report_of_a_broken_unit_needs_a_reason(desk: Client, world: World, deployment: str) -> None:
    sent = send(world, world.report(deployment, working=0, broken=1, units_in_use=0, installed=1))
    assert decide(desk, sent, "reject").status_code == 422
    decide(desk, sent, "reject", "It was the neighbour's")
    assert state(sent) == "rejected"


def test_a_report_that_changed_meanwhile_is_not_decided(desk: Client, world: World) -> None:
    first = world.registration()
    send(world, first)
    send(world, world.registration(place=1) | {"deprecated_id": first["instance_id"]})
    answer = decide(desk, first["instance_id"], "approve", version=first["instance_id"])
    assert answer.status_code == 409
    assert state(first["instance_id"]) == "edited"


def test_a_change_can_be_asked_of_another_officer(desk: Client, world: World) -> None:
    sent = send(world, world.registration())
    kamla = Officer.objects.create(name="Kamla", centre=world.centre)
    handed = accounts.enrol(accounts.make_code(kamla), "phone-9", "k" * 40)
    phone = Client(headers={"Authorization": f"Bearer {'k' * 40}"})
    assert phone.get(f"/api/v1/submissions/{sent}").status_code == 404
    decide(desk, sent, "request_changes", "Go and look", to=str(kamla.pk))
    assert [row["instance_id"] for row in feedback.everything(handed)] == [sent]
    assert phone.get(f"/api/v1/submissions/{sent}").status_code == 200
    decide(desk, sent, "approve")
    assert phone.get(f"/api/v1/submissions/{sent}").status_code == 404, "handed back"


def test_many_are_accepted_at_once_but_never_flagged_ones(desk: Client, world: World) -> None:
    good = [send(world, world.registration(place=n)) for n in range(2)]
    odd = send(world, world.registration(place=2, position=PIN))
    keys = list(Submission.objects.values_list("pk", flat=True))
    desk.post("/reports/approve", {"chosen": keys, "query": ""})
    assert [state(one) for one in (*good, odd)] == ["approved", "approved", "received"]


def test_a_decision_is_undone_and_both_stay_on_record(desk: Client, world: World) -> None:
    sent = [send(world, world.registration(place=n)) for n in range(2)]
    desk.post("/reports/approve", {"chosen": list(Submission.objects.values_list("pk", flat=True))})
    undo = next(iter(desk.get("/reports").context["messages"])).extra_tags
    desk.post(undo)
    assert [state(one) for one in sent] == ["received", "received"]
    assert sorted(Decision.objects.values_list("action", flat=True)) == ["approve", "approve", "undo", "undo"]
    assert desk.post(undo).status_code == 302
    assert Decision.objects.count() == 4, "undone once only"


def test_what_another_decided_or_long_ago_is_not_undone(desk: Client, world: World) -> None:
    sent = send(world, world.registration())
    decide(desk, sent, "approve")
    made = Decision.objects.get()
    stranger = Client()
    stranger.force_login(user("coordinator", "other", centres=[world.centre]))
    stranger.post(f"/reports/undo/{made.pk}")
    assert state(sent) == "approved"
    Decision.objects.update(at=made.at - dt.timedelta(minutes=reviewing.UNDO_MINUTES + 1))
    desk.post(f"/reports/undo/{made.pk}")
    assert state(sent) == "approved"


def test_the_page_says_answers_flags_versions_and_the_visit_before(desk: Client, world: World, deployment: str) -> None:
    send(world, world.report(deployment, visit_date="2026-10-02", households=22))
    filled = world.report(deployment, visit_date="2026-11-02", households=24, position=PIN)
    sent = send(world, filled)
    send(
        world, world.report(deployment, visit_date="2026-11-02", households=25, position=PIN) | {"deprecated_id": sent}
    )
    page = desk.get(f"/reports/{sent}")
    seen = page.context["seen"]
    households = next(line for line in seen.lines if line.answer.name == "households")
    assert (households.answer.text, households.other, households.changed) == ("25", "22", True)
    assert [one.flag.code for one in seen.flags if one.flag.code == "position_unproven"]
    assert [(line.answer.name, line.other, line.answer.text) for line in seen.changes[0].lines] == [
        ("households", "24", "25")
    ]
    assert "Households that use it" in page.content.decode()
    assert "कितने घर" in desk.get(f"/reports/{sent}?answers=hi").content.decode()


def test_personal_answers_are_hidden_until_asked_for_and_from_teams_always(desk: Client, world: World) -> None:
    sent = send(world, world.registration(owner_name="Lakshmi Devi"))
    assert "Lakshmi" not in desk.get(f"/reports/{sent}").content.decode()
    assert "Lakshmi Devi" in desk.get(f"/reports/{sent}?personal=1").content.decode()
    team = Client()
    team.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    shown = team.get(f"/reports/{sent}?personal=1").content.decode()
    assert "Lakshmi" not in shown
    assert "••••" in shown


def test_photos_are_drawn_anew_small_and_in_a_sandbox(desk: Client, world: World) -> None:
    sent = report_with_photo(world)
    photo = desk.get(f"/reports/{sent}").context["seen"].now.photos[0]
    answer = desk.get(f"/reports/{sent}/photos/{photo.version_id}/{photo.name}")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    other = Client()
    other.force_login(user("coordinator", "far"))
    assert other.get(f"/reports/{sent}/photos/{photo.version_id}/{photo.name}").status_code == 404


def test_a_view_is_saved_and_is_what_reports_opens_with(desk: Client, world: World) -> None:
    desk.post("/reports/views", {"name": "Broken ones", "query": "status=broken&after=9", "default": "1"})
    assert desk.get("/reports")["Location"] == "/reports?status=broken"
    desk.post("/reports/views", {"name": "All of them", "query": "order=newest"})
    assert [view.name for view in desk.get("/reports?order=newest").context["mine"]] == ["All of them", "Broken ones"]
    desk.post(f"/reports/views/{SavedView.objects.get(default=True).pk}/forget")
    assert desk.get("/reports").status_code == 200
    stranger = Client()
    stranger.force_login(user("coordinator", "other", centres=[world.centre]))
    assert stranger.post(f"/reports/views/{SavedView.objects.get().pk}/forget").status_code == 404


def test_pages_ask_few_queries_however_many_reports(
    desk: Client, world: World, deployment: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 9):
        sent = send(world, world.report(deployment, visit_date=f"2026-11-{day:02d}", position=PIN))
    for path in (
        "/reports?q=village",
        f"/reports/{sent}?review=received,edited",
        "/reports/views?query=flag=any",
        "/kept-aside",
    ):
        with django_assert_max_num_queries(30):
            assert desk.get(path).status_code == 200


def test_what_was_kept_aside_is_looked_at_and_settled(desk: Client, world: World) -> None:
    sent = send(world, world.registration())
    world.client().post("/api/v1/submissions", world.registration(sent, place=1), content_type="application/json")
    item = desk.get("/kept-aside").context["items"][0]
    assert item.code == "conflict"
    page = f"/kept-aside/{item.pk}"
    assert "demo:1" not in desk.get(page).content.decode()
    assert "demo:1" in desk.get(f"{page}?content=1").content.decode()
    assert desk.post(f"{page}/resolve", {"action": "discard"}).status_code == 422, "needs a reason"
    desk.post(f"{page}/resolve", {"action": "replace"})
    assert ReportRow.objects.get().village == world.villages[1]
    assert list(desk.get("/kept-aside").context["items"]) == []
    assert len(desk.get("/kept-aside?all=1").context["items"]) == 1


def test_errors_are_said_in_the_readers_language(desk: Client, world: World) -> None:
    sent = send(world, world.registration())
    body = {"action": "request_changes"}
    answer = desk.post(f"/reports/{sent}/review", body, headers={"Accept-Language": "hi"})
    assert "टिप्पणी लिखें" in answer.content.decode()
    assert "Say what should be changed" in desk.post(f"/reports/{sent}/review", body).content.decode()


def test_looking_at_personal_answers_is_recorded_once(desk: Client, world: World) -> None:
    sent = send(world, world.registration(owner_name="Lakshmi Devi"))
    desk.get(f"/reports/{sent}")
    assert not Entry.objects.filter(action=Action.PERSONAL_SEEN).exists()
    desk.get(f"/reports/{sent}?personal=1")
    assert Entry.objects.filter(action=Action.PERSONAL_SEEN).count() == 1
