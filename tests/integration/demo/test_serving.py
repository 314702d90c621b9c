"""`gramreach demo` and `serve` as a person starts and ends them, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

GRAMREACH = Path(sys.executable).with_name("gramreach")
PATIENCE = 120  # seconds; a busy machine starts slowly


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
    return found


def _environment(home: Path) -> dict[str, str]:
    """The tests' own settings, keys and addresses must not reach what is started."""
    ours = {
        "DJANGO_SETTINGS_MODULE",
        "DATABASE_URL",
        "SECRET_KEY",
        "DATA_KEY",
        "AUDIT_KEY",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
    }
    return {k: v for k, v in os.environ.items() if k not in ours} | {"GRAMREACH_HOME": str(home)}


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GRAMREACH, *command], env=_environment(home), capture_output=True, text=True, timeout=PATIENCE
    )


class Started:
    def __init__(self, home: Path, log: Path, *command: str) -> None:
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [GRAMREACH, *command], env=_environment(home), stdout=file, stderr=file, start_new_session=True
            )

    def wait_for(self, text: str) -> str:
        end = time.monotonic() + PATIENCE
        while text not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)
        return self.log.read_text()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Started]]:
    running: list[Started] = []
    yield running
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def get(url: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # our own http addresses
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_serve_makes_a_home_answers_and_ends_at_ctrl_c(tmp_path: Path, port: int, started: list[Started]) -> None:
    home = tmp_path / "home"
    server = Started(home, tmp_path / "log", "serve", "--port", str(port), "--workers", "2")
    started.append(server)
    said = server.wait_for(f"Serving http://127.0.0.1:{port} ")
    assert "Bringing the database up to date" in said
    assert get(f"http://127.0.0.1:{port}/healthz") == (200, b'{"status": "ok"}')
    assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    assert get(f"http://127.0.0.1:{port}/static/admin/css/base.css")[0] == 200
    assert stat.S_IMODE((home / "keys" / "DATA_KEY").stat().st_mode) == 0o600
    token = "a-token-that-nobody-has-and-nobody-logs"
    assert get(f"http://127.0.0.1:{port}/openrosa/key/{token}/formList")[0] == 403
    assert get(f"http://127.0.0.1:{port}/openrosa/key/{token}/no-such-page")[0] == 404
    assert get(f"http://127.0.0.1:{port}/openrosa/formList", token)[0] == 403
    second = run(home, "serve", "--port", str(port))
    assert (second.returncode, second.stderr) == (1, _port_in_use(port))
    os.killpg(server.process.pid, signal.SIGINT)  # as a terminal does: to all of them
    assert server.process.wait(timeout=20) == 0
    assert server.log.read_text().endswith("Ended.\n")
    assert "Traceback" not in server.log.read_text()
    assert "no-such-page" in server.log.read_text()  # so addresses are logged, and none with its token
    assert token not in server.log.read_text()


def _port_in_use(port: int) -> str:
    return f"CommandError: Port {port} is in use. Choose another: --port {port + 1}\n"


def test_demo_sets_up_serves_and_is_there_again(tmp_path: Path, port: int, started: list[Started]) -> None:
    home = tmp_path / "home"
    server = Started(home, tmp_path / "log", "demo", "--reports", "40", "--port", str(port))
    started.append(server)
    said = server.wait_for(f"Serving http://127.0.0.1:{port} ")
    told = json.loads((home / "demo.json").read_bytes())
    assert told["base_url"] == f"http://127.0.0.1:{port}"
    assert all(user["password"] in said for user in told["users"])
    status, body = get(f"{told['base_url']}/api/v1/submissions?limit=1000", told["api_tokens"][0]["token"])
    assert status == 200
    assert len(json.loads(body)["items"]) == 40
    assert get(f"{told['base_url']}/api/v1/me", told["devices"][0]["token"])[0] == 200
    server.process.terminate()
    assert server.process.wait(timeout=20) == 0
    again = run(home, "demo", "--no-serve", "--port", str(port))
    assert again.returncode == 0, again.stderr
    assert json.loads((home / "demo.json").read_bytes()) == told
    open_to_all = run(home, "serve", "--host", "0.0.0.0", "--port", str(port))  # noqa: S104  # refused
    assert open_to_all.returncode == 1
    assert "127.0.0.1 only" in open_to_all.stderr
    fresh = run(home, "demo", "--fresh", "--no-serve", "--reports", "20", "--port", str(port))
    assert fresh.returncode == 0, fresh.stderr
    new = json.loads((home / "demo.json").read_bytes())
    assert {u["password"] for u in new["users"]}.isdisjoint(u["password"] for u in told["users"])


def test_migrate_makes_a_home_that_is_not_there_yet(tmp_path: Path) -> None:
    home = tmp_path / "below" / "home"
    done = run(home, "migrate", "--verbosity", "0")
    assert (done.returncode, done.stderr) == (0, "")
    assert {p.name for p in (home / "keys").iterdir()} == {"SECRET_KEY", "DATA_KEY", "AUDIT_KEY"}


@pytest.mark.parametrize("fresh", [[], ["--fresh"]])
def test_demo_leaves_the_home_of_an_installation_alone(tmp_path: Path, fresh: list[str]) -> None:
    (tmp_path / "gramreach.sqlite3").write_bytes(b"dear data")
    refused = run(tmp_path, "demo", "--no-serve", *fresh)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"CommandError: {tmp_path} ")
    assert [p.name for p in tmp_path.iterdir()] == ["gramreach.sqlite3"]
    assert (tmp_path / "gramreach.sqlite3").read_bytes() == b"dear data"
