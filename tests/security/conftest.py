from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from backend.accounts import throttle
from tests.integration.world import World, make_world, user


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(user("administrator", "admin"))
    return client


@pytest.fixture(autouse=True)
def _forgiven() -> Iterator[None]:
    throttle.forget()
    yield
    throttle.forget()
