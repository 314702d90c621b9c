"""An export that breaks off in the middle, as a client of the real server meets it: it never passes as a whole one."""

from __future__ import annotations

import csv
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPORTS = 5000  # ten chunks; too many to lie in the line's buffers when the worker dies
BROKEN = "The export broke off here and is not whole. Ask again."
_TOKEN = """
import django; django.setup()
from backend.accounts.models import ApiToken
from backend.accounts.tokens import token_hash
ApiToken.objects.create(name="script", token_hash=token_hash("script"))
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home = tmp_path_factory.mktemp("home")
    environ = os.environ | {
        "GRAMREACH_HOME": str(home), "DJANGO_SETTINGS_MODULE": "backend.config.settings", "N": str(REPORTS),
    }  # fmt: skip
    environ.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "tests.bench.geojson", "fill"], env=environ, check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", _TOKEN], env=environ, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    arguments = ["--interface", "wsgi", "--port", str(number), "--blocking-threads", "4", "--respawn-failed-workers"]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", *arguments, "tests.faults.breaking:application"],
        env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _answers(number)
        yield number
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # a worker of it has just died: it need not end well
        server.wait(30)


def _answers(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            _get(port, "/healthz", "")
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def _get(port: int, path: str, breaks: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": "Bearer script", "X-Break": breaks})
        response = connection.getresponse()
        assert response.status == 200
        return response.read()
    finally:
        connection.close()


def _read_json(content: bytes) -> int:
    return len(json.loads(content)["features"])


def _read_lines(content: bytes) -> int:
    return len([json.loads(line) for line in content.splitlines()])


def _read_csv(content: bytes) -> int:
    return len(list(csv.reader(content.decode().splitlines(keepends=True), strict=True))) - 1


READ = {"geojson": _read_json, "geojsonseq": _read_lines, "csv": _read_csv}


@pytest.mark.parametrize("form", READ)
def test_a_whole_export_is_read_and_one_whose_database_went_away_is_not(port: int, form: str) -> None:
    path = f"/api/v1/export/reports.{form}"
    assert READ[form](_get(port, path, "")) == REPORTS
    broken = _get(port, path, "lost")  # granian ends this response as it ends a whole one
    with pytest.raises((ValueError, csv.Error)):
        READ[form](broken)


@pytest.mark.parametrize("form", ["geojsonseq", "csv"])
def test_gdal_which_passes_over_what_it_cannot_read_shows_that_it_broke_off(
    port: int, form: str, tmp_path: Path
) -> None:
    import pyogrio

    path = tmp_path / f"reports.{form}"
    path.write_bytes(_get(port, f"/api/v1/export/reports.{form}", "lost"))
    frame = pyogrio.read_dataframe(path)
    assert 0 < len(frame) < REPORTS
    assert frame["instance_id"].iloc[-1] == BROKEN


def test_a_worker_that_only_exports_loads_neither_pandas_nor_what_draws_maps(port: int) -> None:
    _get(port, "/api/v1/export/reports.geojson", "")
    loaded = set(_get(port, "/loaded", "").decode().split())
    assert "backend.exports.reports" in loaded
    assert not loaded & {"pandas", "geopandas", "scipy", "folium", "matplotlib", "pyogrio", "pyproj"}


def test_a_worker_that_dies_breaks_the_connection_off(port: int) -> None:
    """The last test of this server: it may not begin another worker so soon."""
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        _get(port, "/api/v1/export/reports.geojsonseq", "killed")
