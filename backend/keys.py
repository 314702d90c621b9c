"""The keys of an installation. Read here; made only by the commands that set a home up (`make`).

SECRET_KEY signs sessions and tokens; DATA_KEY encrypts personal values; AUDIT_KEY seals the audit log. They differ, so
that one can be changed alone.
"""

from __future__ import annotations

import base64
import os
import secrets
from functools import cache, lru_cache
from pathlib import Path

NAMES = ("SECRET_KEY", "DATA_KEY", "AUDIT_KEY")


def _read(home: Path, name: str) -> str | None:
    if value := os.environ.get(name):
        return value
    file = os.path.join(home, "keys", name)  # asked for at every report received: half the time of a Path
    try:
        return _content(file, os.stat(file).st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache
def _content(file: str, _changed: int) -> str:
    """Read again only when the file has changed."""
    return Path(file).read_text().strip()


def in_home(home: Path, name: str) -> bool:
    """Does it lie in the home? Otherwise it is the environment's to say."""
    return not os.environ.get(name) and (home / "keys" / name).is_file()


def replace(home: Path, name: str, value: str) -> None:
    """All of it or nothing: a running server reads the file anew when it has changed."""
    path = home / "keys" / name
    new = path.with_name(f".{name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def all_of(home: Path) -> dict[str, str]:
    """As they are in force, for a backup."""
    return {name: value for name in NAMES if (value := _read(home, name)) is not None}


def put(home: Path, name: str, value: str) -> None:
    """Write a key of a home that has none of the name: a file only its owner may read."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value)


def make(home: Path) -> None:
    """Make the keys that are neither in the environment nor in the home: files only their owner may read."""
    for name in NAMES:
        if _read(home, name) is None:
            put(home, name, new_key())


@cache
def _passing_key() -> str:
    return secrets.token_urlsafe(32)


def secret_key(home: Path) -> str:
    """The key of this home; one for this process alone where none was made yet (nothing kept depends on it then)."""
    return _read(home, "SECRET_KEY") or _passing_key()


def data_key(home: Path) -> bytes:
    """The key for personal values, urlsafe base64 of 32 bytes.

    Raises RuntimeError when the home has none: no personal value may be written under a key that will be lost.
    """
    return data_keys(home)[0]


def data_keys(home: Path) -> list[bytes]:
    """The one in force, then older ones that still open what they closed; with commas between in DATA_KEY.

    The last one never changes: it is what says "identical" of what is sent again (`submissions/secrets.py`).
    """
    if value := _read(home, "DATA_KEY"):
        return [part.strip().encode() for part in value.split(",") if part.strip()]
    raise RuntimeError(f"No DATA_KEY in {home / 'keys'}: run `gramreach migrate` once, or set DATA_KEY.")


def audit_key(home: Path) -> bytes:
    """The key that seals the audit log. Raises RuntimeError when the home has none."""
    if value := _read(home, "AUDIT_KEY"):
        return value.encode()
    raise RuntimeError(f"No AUDIT_KEY in {home / 'keys'}: run `gramreach migrate` once, or set AUDIT_KEY.")
