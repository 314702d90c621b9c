"""The page of downloads: a file is asked for, made, fetched and removed; and what its columns mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from backend.accounts import services as accounts
from backend.exports.models import Job
from tests.integration.world import World, user


@pytest.fixture
def page(world: World, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.EXPORTS = tmp_path
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    client = Client()
    client.force_login(user("cluster_team", "team", clusters=[world.cluster]))
    return client


def text(page: Client, address: str = "/downloads", **query: str) -> str:
    answer = page.get(address, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_file_is_asked_for_made_fetched_and_removed(page: Client) -> None:
    assert "You have no files yet." in text(page)
    assert (
        page.post("/downloads", {"what": "villages", "format": "xlsx", "cluster": "best"})["Location"] == "/downloads"
    )
    waiting = text(page)
    assert "Waits for its turn" in waiting
    assert "<progress" in waiting
    assert "console/downloads.js" in waiting
    call_command("work", once=True)
    ready = text(page)
    job = Job.objects.get()
    assert (job.kind, job.format, job.filters) == ("villages", "xlsx", "cluster=best")
    assert f"/api/v1/jobs/{job.key}/file" in ready
    assert job.sha256 in ready
    assert "console/downloads.js" not in ready
    assert page.get(f"/api/v1/jobs/{job.key}/file").status_code == 200
    page.post(f"/downloads/{job.key}/forget")
    assert not Job.objects.exists()
    assert "You have no files yet." in text(page)


def test_answers_to_a_form_come_with_their_repeats(page: Client) -> None:
    page.post(
        "/downloads", {"what": "submissions:village_report", "format": "gpkg", "tables": "1", "from": "2026-01-01"}
    )
    job = Job.objects.get()
    assert (job.kind, job.form, job.tables, job.filters) == ("submissions", "village_report", True, "from=2026-01-01")


@pytest.mark.parametrize(
    "wrong",
    [{"what": "tractors"}, {"format": "gif"}, {"from": "soon"}, {"cluster": "nowhere"}, {"what": "submissions:none"},
     {"from": "2026-02-01", "to": "2026-01-01"}],
)  # fmt: skip
def test_what_cannot_be_is_said_on_the_page_and_keeps_what_was_chosen(page: Client, wrong: dict[str, str]) -> None:
    answer = page.post("/downloads", {"what": "reports", "format": "csv"} | wrong)
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.content.decode()
    assert not Job.objects.exists()


def test_files_of_others_are_not_seen_and_those_of_ones_tokens_are(page: Client, world: World) -> None:
    page.post("/downloads", {"what": "reports", "format": "csv"})
    key = Job.objects.get().key
    other = Client()
    other.force_login(boss := user("administrator", "boss"))
    assert "You have no files yet." in text(other)
    assert other.post(f"/downloads/{key}/forget").status_code == 404
    token = accounts.make_api_token("Nightly", None, boss)
    Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/export/reports.xlsx")
    assert "by the token Nightly" in text(other)


def test_the_columns_are_told_in_each_language_of_the_form(page: Client) -> None:
    in_hindi = text(page, "/downloads/columns", of="reports", words="hi")
    assert "कितनी काम करती हैं?" in in_hindi
    assert '<option value="hi" selected>' in in_hindi
    of_form = text(page, "/downloads/columns", of="form:village_report", words="en")
    assert "village_report__ewaste" in of_form
    assert "Medical electronics" in of_form
    assert "respondent_name" not in of_form
    assert page.get("/downloads/columns", {"of": "form:none"}).status_code == 404
    assert page.get("/downloads/columns", {"of": "tractors"}).status_code == 404


def test_the_pages_speak_hindi(page: Client) -> None:
    page.cookies["django_language"] = "hi"
    assert "डाउनलोड" in text(page)
    assert "कॉलम" in text(page, "/downloads/columns")
