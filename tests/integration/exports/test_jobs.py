"""Exports in the background: asked for, made by the worker, fetched in pieces, cancelled, forgotten."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backend.accounts import services as accounts
from backend.accounts.models import ApiToken
from backend.exports import services
from backend.exports.jobs import file_of, folder_of
from backend.exports.models import Job
from backend.exports.sources import READERS
from tests.integration.exports.conftest import Send, as_user, body, with_token
from tests.integration.world import World, user


@pytest.fixture(autouse=True)
def _exports(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker works on the test's own connection, which must not be closed."""
    settings.EXPORTS = tmp_path / "exports"
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


@pytest.fixture
def lived(world: World, send: Send, deployment: Any) -> World:
    uuid = deployment()
    for n in range(3):
        send(world.report(uuid, f"uuid:r{n}"))
    return world


def asked(client: Client, path: str = "reports.xlsx", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/export/{path}", query)
    assert answer.status_code == 202, body(answer)
    assert answer["Location"] == answer.json()["url"]
    return dict(answer.json())


def done(client: Client, told: dict[str, Any]) -> dict[str, Any]:
    call_command("work", once=True)
    return dict(client.get(told["url"]).json())


def test_a_format_that_cannot_stream_becomes_a_file_with_length_and_hash(lived: World, tmp_path: Path) -> None:
    client = with_token()
    told = asked(client)
    assert (told["state"], told["percent"], told["file"]) == ("queued", 0, None)
    assert client.get(told["url"] + "/file").status_code == 404
    told = done(client, told)
    assert (told["state"], told["percent"], told["rows"], told["problem"]) == ("done", 100, 3, None)
    answer = client.get(told["file"]["url"])
    content = body(answer)
    digest = hashlib.sha256(content)
    assert (len(content), digest.hexdigest()) == (told["file"]["bytes"], told["file"]["sha256"])
    assert int(answer["Content-Length"]) == len(content)
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    (tmp_path / "x.xlsx").write_bytes(content)
    assert openpyxl.load_workbook(tmp_path / "x.xlsx")["reports"].max_row == 4


def test_what_streams_is_made_in_the_background_too_where_that_is_asked(lived: World) -> None:
    client = with_token()
    told = done(client, asked(client, "reports.csv", job=1, tables=1))
    assert told["file"]["name"].endswith(".csv.zip")
    assert told["file"]["type"] == "application/zip"
    assert body(client.get(told["file"]["url"])).startswith(b"PK")


@pytest.fixture
def fetched(lived: World) -> tuple[Client, str, bytes]:
    client = with_token()
    told = done(client, asked(client, "reports.csv", job=1))
    return client, told["file"]["url"], body(client.get(told["file"]["url"]))


def test_a_broken_download_goes_on_where_it_stopped(fetched: tuple[Client, str, bytes]) -> None:
    client, url, whole = fetched
    etag, size = client.get(url)["ETag"], len(whole)
    for asked_for, first, last in (
        ("bytes=0-9", 0, 9), ("bytes=10-", 10, size - 1), (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=-5", size - 5, size - 1), (f"bytes=3-{size * 2}", 3, size - 1),
    ):  # fmt: skip
        answer = client.get(url, headers={"Range": asked_for, "If-Range": etag})
        assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/{size}")
        assert body(answer) == whole[first : last + 1]
    for asked_for in (f"bytes={size}-", "bytes=-0"):
        answer = client.get(url, headers={"Range": asked_for})
        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{size}")
    for headers in (
        {"Range": "bytes=0-1,4-5"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=1-2", "If-Range": '"another"'},
    ):
        assert (client.get(url, headers=headers).status_code, body(client.get(url, headers=headers))) == (200, whole)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    head = client.head(url)
    assert (head.status_code, int(head["Content-Length"]), body(head)) == (200, size, b"")


def test_the_same_asked_again_while_it_is_made_is_the_same_job(lived: World) -> None:
    client = with_token()
    first = asked(client)
    assert asked(client)["id"] == first["id"]
    assert asked(client, cluster="best")["id"] != first["id"]
    done(client, first)
    assert asked(client)["id"] != first["id"]


def test_nobody_asks_for_more_than_a_few_at_once(lived: World) -> None:
    client = with_token()
    for n in range(services.MOST_OPEN):
        asked(client, **{"from": f"2026-01-0{n + 1}"})
    refused = client.get("/api/v1/export/reports.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")


def test_what_cannot_be_exported_is_said_at_once_and_makes_no_job(lived: World) -> None:
    for path, status in (("reports.gif", 404), ("tractors.xlsx", 404), ("reports.kml?tables=1&job=1", 400),
                         ("reports.xlsx?cluster=nowhere", 400), ("reports.xlsx?job=yes", 400)):  # fmt: skip
        assert with_token().get(f"/api/v1/export/{path}").status_code == status, path
    assert not Job.objects.exists()


def test_jobs_are_seen_by_who_asked_and_by_the_maker_of_the_token(lived: World) -> None:
    maker, other = user("cluster_team", "team", clusters=[lived.cluster]), user("administrator", "admin")
    token = Client(headers={"Authorization": f"Bearer {accounts.make_api_token('nightly', lived.cluster, maker)}"})
    told = asked(token)
    for client, status in ((token, 200), (as_user(maker), 200), (as_user(other), 404), (with_token(), 404)):
        assert client.get(told["url"]).status_code == status
        assert client.get(told["url"] + "/file").status_code == 404
        assert [job["id"] for job in client.get("/api/v1/jobs").json()["items"]] == [told["id"]] * (status == 200)


def test_a_cancelled_job_leaves_nothing_behind(lived: World) -> None:
    client = with_token()
    told = asked(client)
    job = Job.objects.get()
    services.cancel(job)
    assert done(client, told)["state"] == "cancelled"
    assert not folder_of(job).exists()
    assert client.delete(told["url"]).status_code == 204
    assert client.get(told["url"]).status_code == 404


def test_a_job_that_is_cancelled_while_it_is_made_stops_and_leaves_nothing_behind(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(with_token())
    job = Job.objects.get()

    def cancelled(progress: services.Progress, count: int) -> None:
        services.cancel(job)
        progress.cancelled = True
        raise services.Cancelled

    monkeypatch.setattr(services.Progress, "__call__", cancelled)
    call_command("work", once=True)
    job.refresh_from_db()
    assert (job.state, folder_of(job).exists()) == ("cancelled", False)


def test_a_job_that_fails_says_so_and_leaves_nothing_behind(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = with_token()
    told = asked(client, "reports.gpkg")

    def broken(*args: Any) -> Any:
        raise RuntimeError("the disk is gone")
        yield

    monkeypatch.setitem(READERS, "reports", broken)
    told = done(client, told)
    assert (told["state"], told["file"]) == ("failed", None)
    assert "Ask again" in told["problem"]
    assert "disk" not in told["problem"]
    assert not folder_of(Job.objects.get()).exists()


def test_a_token_that_was_revoked_gets_no_file_and_none_is_made(lived: World) -> None:
    maker = user("cluster_team", "team", clusters=[lived.cluster])
    secret = accounts.make_api_token("nightly", lived.cluster, maker)
    token = Client(headers={"Authorization": f"Bearer {secret}"})
    first = done(token, asked(token))
    second = asked(token, cluster="best")
    accounts.revoke_api_token(ApiToken.objects.get())
    assert token.get(first["file"]["url"]).status_code == 403
    told = done(as_user(maker), second)
    assert (told["state"], told["file"]) == ("failed", None)
    assert as_user(maker).get(first["file"]["url"]).status_code == 403


def test_whose_scope_has_changed_asks_again(lived: World) -> None:
    maker = user("cluster_team", "team", clusters=[lived.cluster])
    told = done(as_user(maker), asked(as_user(maker)))
    maker.clusters.clear()
    answer = as_user(maker).get(told["file"]["url"])
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_changed")


def test_a_job_whose_worker_is_gone_begins_anew_and_not_for_ever(lived: World) -> None:
    client = with_token()
    told = asked(client)
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(state="running", alive_at=long_ago)
    half = folder_of(Job.objects.get()) / ".part-x"
    half.mkdir(parents=True)
    call_command("work", once=True)
    assert client.get(told["url"]).json()["state"] == "done"
    assert not half.exists()
    for _ in range(services.TRIES):
        Job.objects.update(state="running", alive_at=long_ago)
        services.tidy()
    assert client.get(told["url"]).json()["state"] == "failed"


def test_a_job_with_a_sign_of_life_is_let_be(lived: World) -> None:
    asked(with_token())
    Job.objects.update(state="running", alive_at=timezone.now())
    services.tidy()
    assert Job.objects.get().state == "running"


def test_files_go_after_some_days_and_those_without_a_job_at_once(lived: World, settings: Settings) -> None:
    client = with_token()
    done(client, asked(client))
    job = Job.objects.get()
    assert file_of(job).is_file()
    services.tidy()
    assert file_of(job).is_file()
    Job.objects.update(finished_at=timezone.now() - timedelta(days=services.KEEP_DAYS, hours=1))
    services.tidy()
    assert not folder_of(job).exists()
    assert not Job.objects.exists()
