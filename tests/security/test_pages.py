"""Pages: nothing that was typed becomes a script, nobody frames them, nobody is led elsewhere, nothing is kept by a cache."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from django.core.management import call_command
from django.test import Client

from backend.accounts.models import Officer
from backend.deployments.models import Deployment
from backend.registry.models import Village
from backend.submissions.models import KeptAside, Submission
from tests.integration.world import TOKEN, World

pytestmark = pytest.mark.django_db
EVIL = "\"'><img src=x onerror=alert(1)></script><script>alert(1)</script>"
RUN = re.compile(r"<script>alert|<img src=x|onerror=alert\(1\)>")
PAGES = (
    "/", "/reports", "/reports/uuid:r", "/reports/uuid:v", "/kept-aside", "/phones", "/tokens", "/forms", "/manage", "/audit",
    "/account", "/maps/reach", "/login", "/nothing-here",
)  # fmt: skip


@pytest.fixture
def evil(world: World) -> World:
    """The same words in every text that a phone or an office can write."""
    Village.objects.filter(pk=world.villages[0].pk).update(name=EVIL[:80], name_local=EVIL[:80])
    Officer.objects.update(name=EVIL)
    type(world.technology).objects.update(name=EVIL[:100], name_hi=EVIL[:100], provider=EVIL[:100])
    type(world.centre).objects.update(name=EVIL[:100], short_name=EVIL[:30], partners=EVIL)
    type(world.cluster).objects.update(name=EVIL[:60], short_name=EVIL[:20])
    client = world.client()
    texts = {"owner_name": EVIL, "hamlet": EVIL, "remarks": EVIL}
    schema = set(orjson.loads(orjson.dumps(world.forms["deployment_registration"].schema)).__str__().split("'"))
    item = world.registration("uuid:r", **{name: text for name, text in texts.items() if name in schema})
    assert client.post("/api/v1/submissions", item, content_type="application/json").status_code == 201
    deployment = Deployment.objects.get()
    report = world.report(str(deployment.uuid), "uuid:v", remarks=EVIL)
    client.post("/api/v1/submissions", report, content_type="application/json")
    client.post("/api/v1/submissions", f"<{EVIL}".encode(), content_type="application/xml")
    assert Submission.objects.count() == 2
    assert KeptAside.objects.count() == 1
    return world


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_was_typed_runs(evil: World, admin: Client, path: str) -> None:
    answer = admin.get(path)
    assert not RUN.search(answer.content.decode())
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy


def test_not_in_a_kept_item_either(evil: World, admin: Client) -> None:
    answer = admin.get(f"/kept-aside/{KeptAside.objects.get().pk}?content=1")
    assert answer.status_code == 200
    assert not RUN.search(answer.content.decode())


def test_not_in_a_map_nor_in_its_file(evil: World, admin: Client, tmp_path: Path) -> None:
    """There the words lie inside scripts and data: nothing may end a script early."""
    out = tmp_path / "map.html"
    call_command("reach_map", out=out)
    for text in (
        out.read_text(),
        admin.get("/maps/reach").content.decode(),
        admin.get("/maps/reach/national.js").content.decode(),
    ):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize("form", ["csv", "geojson", "kml"])
def test_a_table_runs_no_formula(world: World, admin: Client, form: str) -> None:
    formula = '=HYPERLINK("http://evil","x")'
    Village.objects.filter(pk=world.villages[0].pk).update(name=formula)
    world.client().post(
        "/api/v1/submissions", world.registration("uuid:r", hamlet=formula), content_type="application/json"
    )
    answer = admin.get(f"/api/v1/export/deployments.{form}")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    if form == "csv":
        assert "HYPERLINK" in text
        assert not re.search(r'(^|,)"?=HYPER', text, re.M)
    if form == "kml":
        assert "<script" not in text


def test_a_workbook_runs_no_formula(world: World, tmp_path: Path) -> None:
    import zipfile

    Village.objects.filter(pk=world.villages[0].pk).update(name='=HYPERLINK("http://evil","x")')
    world.client().post("/api/v1/submissions", world.registration("uuid:r"), content_type="application/json")
    out = tmp_path / "deployments.xlsx"
    call_command("export", "deployments", format="xlsx", out=out)
    with zipfile.ZipFile(out) as book:
        sheets = b"".join(book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/"))
    assert b"<f>" not in sheets


@pytest.mark.parametrize("path", ["/", "/login", "/maps/reach", "/api/v1/me", "/field/", "/healthz"])
def test_every_answer_guards_itself(admin: Client, path: str) -> None:
    headers = admin.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers
    assert headers["X-Request-Id"]


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_nobody_is_led_elsewhere(world: World, to: str) -> None:
    from tests.integration.world import user

    user("coordinator", "asha")
    client = Client()
    answer = client.post("/login", {"username": "asha", "password": "a-long-password", "next": to})
    assert answer.headers["Location"] == "/"
    answer = client.post("/language", {"language": "hi", "next": to})
    assert answer.headers["Location"] == "/"


def test_another_host_name_is_refused(world: World) -> None:
    assert Client(headers={"Host": "evil.example"}).get("/login").status_code == 400


def test_a_new_line_in_a_parameter_becomes_no_header(admin: Client) -> None:
    answer = admin.get("/api/v1/export/reports%0d%0aSet-Cookie:%20a=b.csv")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    answer = admin.get("/api/v1/export/deployments.csv?state=a%0d%0aX-Evil:%201")
    assert answer.status_code == 400


def test_tokens_open_no_page_and_stand_in_none(evil: World, admin: Client) -> None:
    phone = Client(headers={"Authorization": f"Bearer {TOKEN}"})
    assert phone.get("/").status_code == 302
    for path in PAGES:
        assert TOKEN not in admin.get(path).content.decode()
