"""On SQLite one transaction writes at a time, of all threads and processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from backend import writing as module
from backend.writing import writing

HOLD = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That of a database in a file; those of tests lie in memory."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has many writers")
    path = tmp_path / "gramreach.sqlite3-writer"
    opened = module._opened(str(path), 0)
    monkeypatch.setattr(module, "_lock_file", lambda: opened)
    return path


@pytest.mark.django_db(transaction=True)
def test_another_process_that_writes_is_waited_for(lock: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    written = threading.Event()

    def write() -> None:
        with writing():
            written.set()
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert not written.wait(0.5)
    holder.communicate()
    assert written.wait(10)
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_within_a_write_another_may_begin_and_the_turn_ends_with_the_outer_one(lock: Path) -> None:
    script = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with writing():
        with writing():
            pass
        assert subprocess.run([sys.executable, "-c", script, lock], capture_output=True).returncode != 0
    assert subprocess.run([sys.executable, "-c", script, lock], capture_output=True).returncode == 0
