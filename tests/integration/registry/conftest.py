from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from backend.registry import services

DATA = Path(settings.BASE_DIR) / "data"


@pytest.fixture
def registry(db: None) -> None:
    services.load_registry(DATA)
