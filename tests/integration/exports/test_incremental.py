"""A copy that is brought up to date by what changed is, after any history, the export made anew."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import suppress
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.accounts import services as accounts
from backend.deployments.feed import newest
from backend.deployments.models import Change
from backend.exports import incremental
from backend.registry.models import Technology
from tests.integration.exports.conftest import Send, body, fetched, with_token
from tests.integration.submissions.test_rebuild import DEPLOYMENTS, Story, step
from tests.integration.world import World, make_world, user
from tests.soak import examples

KINDS = ("reports", "deployments", "needs", "submissions")


class Copy:
    """What a nightly script keeps: rows by id, and the cursor."""

    def __init__(self, client: Client, kind: str, **query: str) -> None:
        self.client, self.kind = client, kind
        self.query = {"form": "village_report", **query} if kind == "submissions" else query
        self.rows: dict[str, Any] = {}
        self.cursor = ""
        self.full = True

    def ask(self) -> dict[str, Any]:
        query = {"updated_since": self.cursor, **self.query}
        response = self.client.get(f"/api/v1/export/{self.kind}.geojson", query)
        content = body(response)
        assert response.status_code == 200, content
        return dict(orjson.loads(content))

    def update(self) -> int:
        told = self.ask()
        self.full = told["full"]
        if self.full:
            self.rows.clear()
        for feature in told["features"]:
            self.rows[feature["id"]] = feature
        for key in told["deleted"]:
            self.rows.pop(key, None)
        self.cursor = told["cursor"]
        return len(told["features"])

    def anew(self) -> dict[str, Any]:
        return {f["id"]: f for f in fetched(self.kind, self.client, **self.query)["features"]}


steps = st.one_of(step, st.just(("copy",)), st.just(("copy",)))


@pytest.mark.django_db
@settings(
    max_examples=examples(10), deadline=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(steps, min_size=4, max_size=14), required=st.booleans())
def test_a_copy_that_follows_the_changes_is_the_export(history: list[Any], required: bool) -> None:
    with transaction.atomic(), override_settings(REVIEW_REQUIRED=required):
        world = make_world()
        story = Story(world, user("administrator", "reviewer"))
        scoped = Client(headers={"Authorization": f"Bearer {accounts.make_api_token('best', world.cluster)}"})
        copies = [Copy(client, kind) for client in (with_token(), scoped) for kind in KINDS]
        copies.append(Copy(with_token(), "reports", review="received,edited"))
        for kind, *what in history:
            if kind != "copy":
                story.play(kind, *what)
                continue
            for copy in copies:
                copy.update()
        for copy in copies:
            copy.update()
            assert copy.rows == copy.anew(), (copy.kind, copy.query)
        transaction.set_rollback(True)


@pytest.fixture
def story(world: World) -> Story:
    made = Story(world, user("administrator", "reviewer"))
    for number in (0, 1):
        made.play("register", number, number)
        for day in (1, 2):
            made.play("report", number, day, 2, "seen")
    return made


def test_only_what_changed_is_told(story: Story) -> None:
    copies = {kind: Copy(with_token(), kind) for kind in ("reports", "deployments")}
    assert [copy.update() for copy in copies.values()] == [4, 2]
    assert [copy.update() for copy in copies.values()] == [0, 0]
    story.play("report", 0, 3, 1, "seen")
    assert {kind: (copy.update(), copy.full) for kind, copy in copies.items()} == {
        "reports": (1, False), "deployments": (1, False),
    }  # fmt: skip


def test_reports_of_a_deployment_that_was_merged_are_told_again_and_it_is_gone(story: Story) -> None:
    reports, deployments = Copy(with_token(), "reports"), Copy(with_token(), "deployments")
    for copy in (reports, deployments):
        copy.update()
    story.play("merge", 0, 1)
    assert (reports.update(), deployments.update()) == (4, 1)
    assert set(deployments.rows) == {DEPLOYMENTS[1]}
    assert reports.rows == reports.anew()


def test_what_left_the_scope_is_told_as_gone_and_what_was_never_in_it_is_not(story: Story, world: World) -> None:
    other = Technology.objects.create(slug="pump", name="Pump", origin_kind="rutag")
    scoped = Copy(
        Client(headers={"Authorization": f"Bearer {accounts.make_api_token('best', world.cluster)}"}), "reports"
    )
    assert scoped.update() == 4
    item = world.registration("uuid:moved", installed=3, technology=other.slug) | {"deprecated_id": "uuid:reg0"}
    story.clock += dt.timedelta(hours=1)
    story.send(item)
    told = scoped.ask()
    assert len(told["deleted"]) == 2
    scoped.update()
    assert scoped.rows == scoped.anew()
    story.send(world.registration("uuid:elsewhere", place=2, technology=other.slug))
    assert (scoped.ask()["features"], scoped.ask()["deleted"]) == ([], [])


def test_days_that_pass_change_conditions_without_a_word_in_the_feed(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy(with_token(), "deployments")
    copy.update()
    later = dt.date(2029, 1, 1)
    for module in ("backend.exports.incremental", "backend.deployments.filters", "backend.exports.states"):
        monkeypatch.setattr(f"{module}.today", lambda: later)
    monkeypatch.setattr("backend.deployments.cursors.OLD", 10_000)
    assert copy.update() == 2
    assert not copy.full
    assert {row["properties"]["condition"] for row in copy.rows.values()} == {"silent"}


def test_another_registry_scope_or_question_or_a_foreign_cursor_begins_anew(story: Story, world: World) -> None:
    copy = Copy(with_token(), "reports")
    copy.update()
    world.villages[0].name = "Renamed"
    world.villages[0].save()
    copy.update()
    assert (copy.full, copy.rows == copy.anew()) == (True, True)
    cursor = copy.cursor
    for query in ({"cluster": "best"}, {"from": "2026-09-02"}):
        assert Copy(with_token(), "reports", updated_since=cursor, **query).ask()["full"]
    for foreign in ("x", "1-99999999-abc-20260101-def", cursor[:-1] + "x"):
        copy.cursor = foreign
        assert copy.ask()["full"]


def test_too_many_changes_are_told_all_over_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Copy(with_token(), "reports")
    copy.update()
    story.play("report", 0, 3, 1, "seen")
    story.play("report", 1, 3, 1, "seen")
    monkeypatch.setattr(incremental, "MOST_CHANGES", 1)
    assert (copy.update(), copy.full) == (6, True)


def test_villages_and_centres_are_told_whole(story: Story) -> None:
    copy = Copy(with_token(), "villages")
    copy.update()
    assert (copy.update(), copy.full) == (3, True)


@pytest.mark.parametrize("query", [{"as_of": "2026-01-01"}, {"status": "broken"}, {"job": "1"}, {"tables": "1"}])
def test_what_does_not_go_with_it_is_said(story: Story, query: dict[str, str]) -> None:
    refused = with_token().get("/api/v1/export/reports.geojson", {"updated_since": "", **query})
    assert refused.status_code == 400
    assert with_token().get("/api/v1/export/reports.csv", {"updated_since": ""}).status_code == 400


def test_an_answer_that_broke_off_has_no_cursor(story: Story) -> None:
    response = with_token().get("/api/v1/export/reports.geojson", {"updated_since": ""})
    *most, _ = body(response).splitlines()
    assert b"cursor" not in b"".join(most)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nothing is committed late")
def test_what_is_committed_late_is_told_though_later_changes_were_told_before(send: Send, world: World) -> None:
    copy, story = Copy(with_token(), "reports"), Story(world, user("administrator", "reviewer"))
    story.play("register", 0, 0)
    copy.update()
    written, let_go = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                story.play("report", 0, 1, 2, "seen")
                written.set()
                let_go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(20)
    Change.objects.create(kind="form", key="a later number, committed before")
    assert copy.update() == 0
    let_go.set()
    thread.join()
    assert copy.update() == 1
    assert copy.rows == copy.anew()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nothing is committed late")
def test_a_lower_number_of_a_younger_transaction_is_not_passed_over(world: World) -> None:
    """The older one takes its number later and commits earlier."""
    steps = {name: threading.Event() for name in ("older began", "younger wrote", "older wrote", "younger may end")}

    def younger() -> None:
        try:
            assert steps["older began"].wait(20)
            with transaction.atomic():
                Change.objects.create(kind="form", key="younger")
                steps["younger wrote"].set()
                steps["younger may end"].wait(20)
        finally:
            connection.close()

    def older() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                steps["older began"].set()
                assert steps["younger wrote"].wait(20)
                Change.objects.create(kind="form", key="older")
            steps["older wrote"].set()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for one in (younger, older)]
    for thread in threads:
        thread.start()
    assert steps["older wrote"].wait(20)
    before = newest()
    steps["younger may end"].set()
    for thread in threads:
        thread.join()
    late = Change.objects.get(key="younger")
    assert late.pk > before.settled
    assert late.pk not in before.seen
    assert newest().settled >= late.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nothing is committed late")
def test_what_is_taken_back_to_a_savepoint_still_holds_readers_back(world: World) -> None:
    """The lock of entries that were taken back goes with them, and the next entry takes its own."""
    settled: list[int] = []

    def look() -> None:
        Change.objects.create(kind="form", key="a later number, committed before")
        settled.append(newest().settled)
        connection.close()

    before = newest().settled
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            Change.objects.create(kind="form", key="taken back")
            raise ZeroDivisionError
        Change.objects.create(kind="form", key="late")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert settled[0] < Change.objects.get(key="late").pk
    assert settled[0] >= before
