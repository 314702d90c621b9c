"""The project's settings for tests: an own home, fast password hashes, and either of the two databases.

TEST_DATABASE=sqlite (the default) or postgresql; `make test` runs both.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="gramreach-test-"))
os.environ["GRAMREACH_HOME"] = str(HOME)
os.environ.setdefault("SECRET_KEY", "tests only: not a secret, and long enough to be one")
os.environ.setdefault("AUDIT_KEY", "tests only: seals a log that nobody reads")
os.environ.setdefault("DATA_KEY", "dGVzdHMgb25seTogdGhpcnR5LXR3byBieXRlcyBrZXk=")
os.environ.pop("DATABASE_URL", None)

from backend.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if os.environ.get("TEST_DATABASE") == "postgresql":
    from tests.postgres import settings_of_a_running_server

    DATABASES = {"default": settings_of_a_running_server()}
else:
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
