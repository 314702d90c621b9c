"""DATABASE_URL -> Django's settings; SQLite in the home when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# WAL: readers never wait for a writer. FULL: an acknowledged report survives a pulled plug.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
)


def databases(environ: Mapping[str, str], home: Path) -> dict[str, dict[str, Any]]:
    url = environ.get("DATABASE_URL", "")
    return {"default": _postgresql(url) if url.startswith("postgres") else _sqlite(_sqlite_path(url, home))}


def _sqlite_path(url: str, home: Path) -> Path:
    if not url:
        return home / "gramreach.sqlite3"
    if not url.startswith("sqlite:///"):
        raise ValueError("DATABASE_URL begins with postgresql:// or sqlite:///")
    return Path(unquote(url.removeprefix("sqlite:///")))


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": query,
    }
