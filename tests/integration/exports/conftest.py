from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from backend.accounts.models import ApiToken, User
from backend.accounts.tokens import token_hash
from backend.deployments.models import Deployment
from backend.registry.models import Cluster
from tests.integration.world import World

Send = Callable[..., str]


@pytest.fixture
def send(world: World) -> Send:
    """Sends an item as the phone does; gives its instance id."""

    def sent(item: dict[str, Any]) -> str:
        answer = world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return str(item["instance_id"])

    return sent


@pytest.fixture
def deployment(world: World, send: Send) -> Callable[..., str]:
    """Registers a deployment; gives its UUID."""

    def registered(**answers: Any) -> str:
        return str(Deployment.objects.get(instance_id=send(world.registration(**answers))).uuid)

    return registered


def with_token(cluster: Cluster | None = None, name: str = "script") -> Client:
    ApiToken.objects.get_or_create(name=name, token_hash=token_hash(name), cluster=cluster)
    return Client(headers={"Authorization": f"Bearer {name}"})


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def fetched(kind: str, client: Client | None = None, **query: Any) -> dict[str, Any]:
    """The collection as any GeoJSON reader would have it."""
    response = (client or with_token()).get(f"/api/v1/export/{kind}.geojson", query)
    content = body(response)
    assert response.status_code == 200, content
    assert response["Content-Type"] == "application/geo+json"
    return dict(orjson.loads(content))


def ids(collection: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in collection["features"]]


def only(collection: dict[str, Any]) -> dict[str, Any]:
    (feature,) = collection["features"]
    return dict(feature["properties"])
