"""The Python client against the server: frames, copies, and downloads over a line that breaks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import httpx
import openpyxl
import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backend import client as client_module
from backend.accounts.services import make_api_token
from backend.client import Broken, GramReach, Job, Refused
from backend.exports.models import Job as StoredJob
from tests.integration.exports.conftest import Send, fetched, ids
from tests.integration.world import World

ROOT = Path(__file__).parents[3]


class Line(httpx.BaseTransport):
    """To the application in this process. `cuts`: so many bytes of each answer of a file arrive, then the line breaks."""

    def __init__(self, cuts: list[int] | None = None) -> None:
        self.inner = httpx.WSGITransport(app=get_wsgi_application())
        self.cuts = cuts or []
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)  # the test's own connection must not be closed
        response = self.inner.handle_request(request)
        if request.url.path.endswith("/file"):
            self.asked.append(request.headers.get("Range", ""))
            if self.cuts:
                return httpx.Response(
                    response.status_code, headers=response.headers, stream=Cut(response, self.cuts.pop(0))
                )
        return response


class Cut(httpx.SyncByteStream):
    def __init__(self, response: httpx.Response, count: int) -> None:
        self.response, self.count = response, count

    def __iter__(self) -> Iterator[bytes]:
        yield self.response.read()[: self.count]
        raise httpx.ReadError("the line broke")


@pytest.fixture
def token(world: World, send: Send, deployment: Any, settings: Settings, tmp_path: Path) -> str:
    settings.EXPORTS = tmp_path / "exports"
    settings.ALLOWED_HOSTS = ["*"]
    uuid = deployment()
    for n in range(3):
        send(world.report(uuid, f"uuid:r{n}", working=2, broken=1, cost=10.5))
    return make_api_token("script", None)


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While the client waits, the worker works."""
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    monkeypatch.setattr(client_module.time, "sleep", lambda seconds: call_command("work", once=True))
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def reach(token: str, line: Line | None = None) -> GramReach:
    return GramReach("http://testserver", token, transport=line or Line())


def test_a_frame_has_every_row_with_the_types_of_the_dictionary(token: str) -> None:
    with reach(token) as asked:
        frame = asked.to_geodataframe("reports", centre=["nitte"], from_="2026-01-01")
    assert list(frame.index) == ids(fetched("reports"))
    types = {
        name: str(frame[name].dtype) for name in ("village", "working", "cost", "counted", "visit_date", "received_at")
    }
    assert types == {
        "village": "string", "working": "Int64", "cost": "Float64", "counted": "boolean",
        "visit_date": types["visit_date"], "received_at": types["received_at"],
    }  # fmt: skip
    assert types["visit_date"].startswith("datetime64")
    assert "UTC" in types["received_at"]
    assert (frame.crs.to_epsg(), frame.geometry.iloc[0].x) == (4326, 74.93)
    with reach(token) as asked:
        assert len(asked.to_geodataframe("needs")) == 0
        assert len(asked.to_geodataframe("submissions", form="village_report")) == 3


def test_a_copy_follows_the_changes(token: str, world: World, send: Send, tmp_path: Path) -> None:
    with reach(token) as asked:
        copy = asked.copy("reports", tmp_path / "reports.sqlite")
        assert (copy.update(), copy.update()) == (3, 0)
        send(world.report(fetched("deployments")["features"][0]["id"], "uuid:new"))
        assert asked.copy("reports", tmp_path / "reports.sqlite").update() == 1
        assert list(copy.features()) == sorted(fetched("reports")["features"], key=lambda feature: str(feature["id"]))
        assert list(copy.to_geodataframe()["instance_id"]) == ["uuid:new", "uuid:r0", "uuid:r1", "uuid:r2"]


def test_a_download_goes_on_where_the_line_broke_and_is_proved(token: str, tmp_path: Path) -> None:
    line, heard = Line([100, 200]), list[str]()
    with reach(token, line) as asked:
        path = asked.download("reports", "xlsx", tmp_path / "reports.xlsx", told=lambda job: heard.append(job.state))
    assert openpyxl.load_workbook(path)["reports"].max_row == 4
    assert line.asked == ["", "bytes=100-", "bytes=300-"]
    assert heard[-1] == "done"
    assert [file.name for file in tmp_path.iterdir() if "reports" in file.name] == ["reports.xlsx"]
    assert not StoredJob.objects.exists(), "it is forgotten at the server"


def test_a_download_goes_on_after_a_new_start(token: str, tmp_path: Path) -> None:
    with reach(token) as asked:
        job = asked.wait(asked.ask("reports", "gpkg", cluster="best"))
        assert job.file is not None
        content = asked.http.get(job.file["url"]).content
        (tmp_path / f"x.gpkg.{job.id}.part").write_bytes(content[:5000])
    line = Line()
    with reach(token, line) as asked:
        asked.fetch(job, tmp_path / "x.gpkg")
    assert line.asked == ["bytes=5000-"]
    assert len(geopandas.read_file(tmp_path / "x.gpkg")) == 3


def test_what_did_not_arrive_as_it_was_sent_never_has_the_name(token: str, tmp_path: Path) -> None:
    with reach(token) as asked:
        job = asked.wait(asked.ask("reports", "csv"))
        assert job.file is not None
        (tmp_path / f"x.csv.{job.id}.part").write_bytes(b"x" * job.file["bytes"])
        with pytest.raises(Broken):
            asked.fetch(job, tmp_path / "x.csv")
    assert not [file for file in tmp_path.iterdir() if file.name.startswith("x.csv")]


def test_the_servers_words_are_told(token: str) -> None:
    with reach(token) as asked, pytest.raises(Refused, match="There is no cluster 'nowhere'") as error:
        asked.to_geodataframe("reports", cluster="nowhere")
    assert (error.value.status, error.value.code, error.value.where) == (400, "bad_filter", "cluster")
    with reach("guess") as asked, pytest.raises(Refused) as error:
        asked.fields()
    assert error.value.status == 403
    with reach(token) as asked, pytest.raises(Refused, match="has no file"):
        asked.fetch(Job("x", "/", "queued", 0, 0, None, None), "x")


def test_features_that_broke_off_are_told_as_broken(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(Line):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            whole = super().handle_request(request).read()
            return httpx.Response(200, content=whole[: len(whole) // 2])

    with reach(token, Short()) as asked, pytest.raises(Broken):
        list(asked.features("reports"))


def test_it_is_loaded_without_django_and_without_geopandas() -> None:
    program = "import sys, backend.client; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split()
    )
    assert not loaded & {"django", "geopandas", "pandas", "backend.errors"}


def test_the_example_of_the_readme_runs(token: str, live_server: LiveServer, world: World, tmp_path: Path) -> None:
    world.centre.slug = "rsvc-khunt"
    world.centre.save()
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    (tmp_path / "demo.json").write_text(json.dumps({"base_url": live_server.url, "api_tokens": [{"token": token}]}))
    environ = os.environ | {"GRAMREACH_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Village 0" in done.stdout
    assert "3 rows copied; again: 0" in done.stdout
