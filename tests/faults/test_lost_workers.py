"""The worker for exports is killed while it makes a file: another begins it anew, and what is fetched is whole."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyogrio
import pytest

REPORTS = 30_000
_TOKEN = "import django; django.setup(); from backend.accounts.services import make_api_token; print(make_api_token('x', None))"


class Server:
    def __init__(self, home: Path) -> None:
        self.environ = os.environ | {
            "GRAMREACH_HOME": str(home), "DJANGO_SETTINGS_MODULE": "backend.config.settings", "N": str(REPORTS),
        }  # fmt: skip
        self.environ.pop("DATABASE_URL", None)
        self.run("-m", "tests.bench.geojson", "fill")
        self.token = self.run("-c", _TOKEN).strip()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.begin()

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout

    def begin(self) -> None:
        program = [sys.executable, "-m", "backend.config.cli", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            program,
            env=self.environ,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        while "Serving" not in (line := self.process.stdout.readline()):
            assert line or self.process.poll() is None, "the server ended"

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own address
            return bytes(answer.read())

    def told(self, path: str) -> dict[str, Any]:
        return dict(json.loads(self.get(path)))

    def workers(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "work" in child.cmdline() and "--parent" in child.cmdline()]

    def until(self, path: str, state: str, seconds: int = 90) -> dict[str, Any]:
        ends = time.monotonic() + seconds
        while (told := self.told(path))["state"] != state:
            assert time.monotonic() < ends, told
            time.sleep(0.05)
        return told


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("home"))
    try:
        yield made
    finally:
        made.end()


def test_a_killed_worker_is_begun_again_and_its_job_is_made_whole(server: Server, tmp_path: Path) -> None:
    job = server.told("/api/v1/export/reports.gpkg")["url"]
    server.until(job, "running")
    (worker,) = server.workers()
    worker.kill()
    told = server.until(job, "done")
    _is_whole(server, told, tmp_path / "reports.gpkg")


def test_a_killed_server_goes_on_with_its_jobs_when_it_is_begun_again(server: Server, tmp_path: Path) -> None:
    job = server.told("/api/v1/export/reports.fgb")["url"]
    server.until(job, "running")
    (worker,) = server.workers()
    os.kill(server.process.pid, signal.SIGKILL)  # alone: its worker must notice
    worker.wait(10)
    server.end()
    server.begin()
    told = server.until(job, "done")
    _is_whole(server, told, tmp_path / "reports.fgb")


def _is_whole(server: Server, told: dict[str, Any], path: Path) -> None:
    content = server.get(told["file"]["url"])
    assert hashlib.sha256(content).hexdigest() == told["file"]["sha256"]
    path.write_bytes(content)
    assert pyogrio.read_info(path)["features"] == told["rows"] == REPORTS
    folder = Path(server.environ["GRAMREACH_HOME"]) / "exports" / told["id"]
    assert [file.name for file in folder.iterdir()] == [told["file"]["name"]]
