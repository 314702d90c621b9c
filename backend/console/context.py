"""What every page shows: whether all this is a demonstration, and the version."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest

VERSION = ".".join(version("gramreach").split(".")[:2])


def console(request: HttpRequest) -> dict[str, Any]:
    return {"demo": settings.DEMO, "version": VERSION, "review_required": settings.REVIEW_REQUIRED}
