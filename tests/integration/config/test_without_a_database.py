"""Commands in a home without a database, or with an old one: a sentence that says what to do, and no traceback."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from backend.config.cli import NEED_NO_DATABASE

ARGUMENTS = {
    "api_token": ["--name", "Script"],
    "backup": ["backup.tar"],
    "enrol_code": ["--officer", "Asha"],
    "export": ["reports", "--out", "reports.geojson"],
    "load_villages": ["villages.csv"],
    "publish_form": ["form.md"],
    "reach_map": ["--out", "map.html"],
    "personal_data": ["find", "Lakshmi"],
    "synthesize": ["--reports", "5"],
}
OURS = sorted(name for name, app in get_commands().items() if str(app).startswith("backend."))
PROGRAM = """
import json, sys
from backend.config.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["gramreach", *words]
    try:
        main()
    except SystemExit as end:
        print(end.code if isinstance(end.code, str) else "", file=sys.stderr)
        print(end.code)
"""  # many commands in one process: most of its time goes into the imports
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/nothing"


def gramreach(home: Path, *commands: list[str], **environ: str) -> list[str]:
    """The one line that each command ended with, which is no success."""
    clean = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    places = {"GRAMREACH_HOME": str(home), "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(commands)],
        env=clean | places | environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line]
    assert "0" not in ended.stdout.splitlines(), ended.stdout
    assert len(lines) == len(commands), ended.stderr
    return lines


def test_without_a_database_each_command_names_migrate_and_makes_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ours = [[name, *ARGUMENTS.get(name, [])] for name in OURS if name not in NEED_NO_DATABASE]
    assert len(ours) >= 7
    djangos = [["createsuperuser", "--noinput", "--username", "a"], ["clearsessions"]]
    for said in gramreach(home, *ours, *djangos):
        assert said.removeprefix("CommandError: ") == (
            f"There is no database in {home} yet. Run `gramreach migrate` first."
        )
    assert not home.exists()


def test_a_database_of_an_older_version_is_named_as_such(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "gramreach.sqlite3").close()
    [said] = gramreach(tmp_path, ["rebuild"])
    assert "The database is not up to date (" in said
    assert "Run `gramreach migrate` first." in said


def test_a_database_that_does_not_answer_is_named_as_such(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    for said in gramreach(tmp_path, ["rebuild"], ["migrate"], ["serve", "--port", port], DATABASE_URL=UNREACHABLE):
        assert "The database does not answer: " in said
        assert "DATABASE_URL" in said


def test_a_wrong_setting_is_said_in_a_sentence(tmp_path: Path) -> None:
    [said] = gramreach(tmp_path, ["rebuild"], DATABASE_URL="mysql://somewhere")
    assert said == "Settings: DATABASE_URL begins with postgresql:// or sqlite:///"


def test_help_needs_no_database(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="usage: gramreach rebuild"):
        gramreach(tmp_path / "home", ["rebuild", "--help"])  # ends well
