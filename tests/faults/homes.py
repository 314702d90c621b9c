"""Installations of their own for tests: a home, a database of either kind, the commands and the server as processes."""

from __future__ import annotations

import atexit
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

GRAMREACH = Path(sys.executable).with_name("gramreach")
PATIENCE = 120  # seconds; a busy machine starts slowly
OURS = {
    "DATABASE_URL", "SECRET_KEY", "DATA_KEY", "AUDIT_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "BACKUP_PASSPHRASE",
    "DEBUG", "REVIEW_REQUIRED", "TRUSTED_PROXIES", "REQUIRE_2FA",
}  # fmt: skip
TOKEN = "the-token-that-the-phone-made-for-itself"  # of the world's phone
WORLD = "from tests.integration.world import make_world; make_world()"


@dataclass
class Home:
    """`database`: its DATABASE_URL; empty: SQLite in the home."""

    path: Path
    database: str = ""
    also: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The tests' own settings, keys and addresses must not reach what is started."""
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        clean |= {"GRAMREACH_HOME": str(self.path), "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        return clean | ({"DATABASE_URL": self.database} if self.database else {}) | self.also

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GRAMREACH, *command], env=self.environ | environ, capture_output=True, text=True, timeout=PATIENCE * 3
        )

    def ok(self, *command: str, **environ: str) -> str:
        done = self.run(*command, **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """In a process of its own, with Django set up."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=self.environ, capture_output=True, text=True, timeout=PATIENCE * 3,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def with_world(self) -> Home:
        """Brought up to date, with the small world of the integration tests in it."""
        self.ok("migrate", "--verbosity", "0")
        self.python(WORLD)
        return self


_templates: dict[str, Home] = {}


def home_with_world(path: Path, kind: str) -> Home:
    """A copy: the world is made once a process."""
    if kind not in _templates:
        folder = Path(tempfile.mkdtemp(prefix="gramreach-world-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        database = postgresql_url() if kind == "postgresql" else ""
        _templates[kind] = Home(folder / "home", database).with_world()
    made = _templates[kind]
    shutil.copytree(made.path, path)
    return Home(path, postgresql_url(urlsplit(made.database).path.lstrip("/")) if made.database else "")


def empty_home(path: Path, kind: str) -> Home:
    return Home(path, postgresql_url() if kind == "postgresql" else "")


def postgresql_url(like: str = "template1") -> str:
    """Of a new database on the tests' own server, empty or a copy."""
    import psycopg

    from tests.postgres import settings_of_a_running_server

    folder = settings_of_a_running_server()["HOST"]
    name = f"faults_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as opened:
        opened.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"postgresql://postgres@/{name}?host={folder}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
    return found


class Server:
    """`gramreach serve`, started again as often as it is killed."""

    def __init__(self, home: Home, port: int | None = None, *arguments: str) -> None:
        self.home, self.port, self.arguments = home, port or free_port(), arguments
        self.log = home.path.parent / f"{home.path.name}-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> Server:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [GRAMREACH, "serve", "--port", str(self.port), *self.arguments],
                env=self.home.environ, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def answers(self, path: str = "/readyz") -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """All of it at once, as a power cut does."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def end(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)
