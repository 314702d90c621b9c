"""Photos of different content, and a report that names one."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import orjson
from PIL import Image

from backend.deployments.models import Deployment
from tests.integration.world import World


def photo(shade: int = 255, side: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("L", (side, side), shade).save(out, "JPEG")
    return out.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def send(world: World, item: dict[str, Any]) -> Any:
    return world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")


def stored(world: World, instance_id: str, **answers: Any) -> Deployment:
    """A registration, received."""
    answer = send(world, world.registration(instance_id, **answers))
    assert answer.status_code == 201, answer.content
    return Deployment.objects.get(instance_id=instance_id)
