"""The demonstration's home: made by it, marked by a file, and the only kind of home that it ever empties."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Any

import orjson

from backend.errors import Conflict

MARKER = "DEMO"
CREDENTIALS = "demo.json"
_DONE = "reports written"


def is_ours(home: Path) -> bool:
    return (home / MARKER).is_file()


def claim(home: Path, day: dt.date) -> None:
    """Make the home and mark it; `day`: which the reports lead up to. Raises Conflict for one that somebody else made."""
    if is_ours(home):
        return
    if home.exists() and any(not child.name.startswith(".") for child in home.iterdir()):
        raise Conflict(
            f"{home} is an installation of its own. Give the demonstration another home: GRAMREACH_HOME=...",
            where="GRAMREACH_HOME",
        )
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _mark(home, day)


def empty(home: Path) -> None:
    """Take away everything in a home of the demonstration. Raises Conflict for any other, and touches nothing there."""
    if not home.exists() or (home.is_dir() and not any(home.iterdir())):
        return
    if not is_ours(home):
        raise Conflict(
            f"{home} was not made by `gramreach demo`, so --fresh does not touch it.", where="GRAMREACH_HOME"
        )
    for child in home.iterdir():
        if child.name == MARKER:
            continue  # the last to go: an interrupted --fresh can be begun again
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    (home / MARKER).unlink()


def _mark(home: Path, day: dt.date, more: str = "") -> None:
    (home / MARKER).write_text(f"made by `gramreach demo`\nday: {day}\n{more}")


def day(home: Path) -> dt.date:
    """The day that the home was made for: a set-up that was broken off goes on with the same reports."""
    lines = (home / MARKER).read_text().splitlines()
    return dt.date.fromisoformat(next(line for line in lines if line.startswith("day: ")).removeprefix("day: "))


def finished(home: Path) -> bool:
    return is_ours(home) and _DONE in (home / MARKER).read_text()


def finish(home: Path, reports: int) -> None:
    _mark(home, day(home), f"{_DONE}: {reports}\n")


def read(home: Path) -> dict[str, Any] | None:
    """What the demonstration handed out, or None where nothing readable lies."""
    with contextlib.suppress(FileNotFoundError, orjson.JSONDecodeError):
        found = orjson.loads((home / CREDENTIALS).read_bytes())
        return found if isinstance(found, dict) else None
    return None


def write(home: Path, credentials: dict[str, Any]) -> None:
    """For its owner alone, and never half: scripts read it while the server starts."""
    passing = home / f".{CREDENTIALS}.{os.getpid()}"
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(credentials, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    passing.replace(home / CREDENTIALS)
