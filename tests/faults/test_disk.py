"""A full disk and a read-only one, for real: a small file system of its own. Nothing is lost; the service comes back."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.clients import FieldApp, Phone, Single, TryAgain
from tests.faults.homes import Home, Server, free_port, home_with_world
from tests.faults.outboxes import Writer, check_exactly_once


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB in memory, which only root may make."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", place], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def served(small: Path) -> Iterator[tuple[Server, Writer]]:
    home = home_with_world(small / "home", "sqlite")
    server = Server(home)
    server.log = small.parent / "log"
    writer = Writer(home)
    server.start()
    yield server, writer
    server.kill()


def refused(phone: Phone, path: str = "/api/v1/submissions/batch") -> tuple[int, str, str]:
    items = [filled.item for filled in phone.outbox.values()]
    answer = phone.session.post(f"{phone.url}{path}", json={"submissions": items}, timeout=60)
    return answer.status_code, answer.headers.get("Retry-After", ""), answer.text


def fill(place: Path) -> Path:
    """To the last byte."""
    ballast = place / "ballast"
    for size in (65536, 1):
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * size)
    assert shutil.disk_usage(place).free == 0
    return ballast


def test_a_full_disk_is_said_and_nothing_is_lost(small: Path, served: tuple[Server, Writer]) -> None:
    server, writer = served
    phone = FieldApp(server.port, writer.outbox(40, 3), timeout=60)
    sent = list(phone.outbox.values())
    before = FieldApp(server.port, writer.outbox(3, 1, seed=2), timeout=60)
    sent += list(before.outbox.values())
    before.sync_until_done()
    ballast = fill(small)
    status, retry, text = refused(phone)
    assert (status, json.loads(text)["code"]) == (507, "disk_full"), text
    assert int(retry) > 0
    with pytest.raises(TryAgain):
        phone.sync()
    assert phone.receipts == {}
    assert server.answers("/api/v1/openapi.json")
    ballast.unlink()
    phone.sync_until_done()
    server.kill()
    check_exactly_once(server.home, sent, phone.receipts | before.receipts)


def test_a_read_only_disk_is_said_and_the_service_comes_back(small: Path, tmp_path: Path) -> None:
    """Under the photos first: an open database keeps a disk from being made read-only. Then under all of the home."""
    home = home_with_world(tmp_path / "home", "sqlite")
    (home.path / "attachments").symlink_to(small)
    writer, server = Writer(home), Server(home)
    server.start()
    try:
        phone = Single(server.port, writer.outbox(3, 1), timeout=60)
        sent = list(phone.outbox.values())
        remount(small, "ro")
        with pytest.raises(TryAgain, match="30"):
            phone.sync()
        assert not any(filled.photos for filled in sent if filled.instance_id in phone.receipts)
        remount(small, "rw")
        phone.sync_until_done()
    finally:
        server.kill()
    check_exactly_once(home, sent, phone.receipts)


def test_a_server_in_a_read_only_home_says_so_at_once(small: Path) -> None:
    home = home_with_world(small / "home", "sqlite")
    remount(small, "ro")
    ended = home.run("serve", "--port", str(free_port()))
    assert ended.returncode == 1
    assert "read-only" in ended.stderr
    assert "Traceback" not in ended.stderr


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)


def test_a_database_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    """PostgreSQL refuses this database's connections for a while, and ends those that are open."""
    import psycopg

    from tests.postgres import settings_of_a_running_server

    home: Home = home_with_world(tmp_path / "home", "postgresql")
    writer, server = Writer(home), Server(home)
    server.start()
    name = home.database.partition("@/")[2].partition("?")[0]
    try:
        phone = FieldApp(server.port, writer.outbox(6, 1), timeout=60)
        sent = list(phone.outbox.values())
        folder = settings_of_a_running_server()["HOST"]
        with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as away:
            away.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            away.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            answers = [refused(phone) for _ in range(14)]  # every thread's connection once
            assert {(status, json.loads(text)["code"]) for status, _, text in answers} == {(503, "unavailable")}
            assert not server.answers("/readyz")
            assert server.answers("/healthz")
            away.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        phone.sync_until_done()
    finally:
        server.kill()
    check_exactly_once(home, sent, phone.receipts)
    shutil.rmtree(home.path)
