"""The app's built files: compressed ahead, cached by name, under a policy of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for name, text in {
        "index.html": "<!doctype html>the app",
        "sw.js": "// worker",
        "app.webmanifest": "{}",
        "icon.svg": "<svg/>",
        "files.json": "{}",
        ".built": "secret",
        "assets/main-abc.js": "plain",
        "assets/main-abc.js.br": "as br",
        "assets/main-abc.js.gz": "as gz",
    }.items():
        (dist / name).write_text(text)
    (tmp_path / "outside.txt").write_text("not yours")
    settings.FIELD_APP = dist
    return dist


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/field/", "/field/outbox", "/field/form/village_report"])
def test_every_place_inside_opens_the_app(client: Client, built: Path, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, body(answer)) == (200, b"<!doctype html>the app")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Permissions-Policy"] == "camera=(self), geolocation=(self), microphone=(self)"


@pytest.mark.parametrize(
    ("accepted", "encoding", "sent"),
    [("gzip, deflate, br", "br", b"as br"), ("gzip", "gzip", b"as gz"), ("", None, b"plain")],
)
def test_the_smallest_form_that_is_understood_is_sent(
    client: Client, built: Path, accepted: str, encoding: str | None, sent: bytes
) -> None:
    answer = client.get("/field/assets/main-abc.js", headers={"Accept-Encoding": accepted})
    assert (answer.get("Content-Encoding"), body(answer)) == (encoding, sent)
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert "Accept-Encoding" in answer["Vary"]


def test_what_a_browser_has_is_not_sent_again(client: Client, built: Path) -> None:
    etag = client.get("/field/")["ETag"]
    assert client.get("/field/", headers={"If-None-Match": etag}).status_code == 304


def test_the_worker_is_allowed_the_whole_place(client: Client, built: Path) -> None:
    answer = client.get("/sw.js")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    assert client.get("/field/app.webmanifest")["Content-Type"] == "application/manifest+json"


@pytest.mark.parametrize(
    "path",
    ["/field/../outside.txt", "/field/assets/%2e%2e/%2e%2e/outside.txt", "/field/.built", "/field/a%00.js",
     "/field/assets/none.js", "/field/assets/main-abc.js.br", f"/field/{'a' * 300}.js"],
)  # fmt: skip
def test_nothing_else_is_served(client: Client, built: Path, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_a_build_the_page_says_what_to_do(client: Client, tmp_path: Path, settings: Settings) -> None:
    settings.FIELD_APP = tmp_path / "none"
    answer = client.get("/field/")
    assert answer.status_code == 503
    assert b"make setup" in answer.content
    assert "field.W001" in {message.id for message in run_checks()}


def test_with_a_build_no_check_complains(built: Path) -> None:
    assert "field.W001" not in {message.id for message in run_checks()}
