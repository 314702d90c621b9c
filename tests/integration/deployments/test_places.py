"""A place looked up alone and among many is the same place."""

from __future__ import annotations

import random

import pytest

from backend.deployments import places
from backend.deployments.observed import Point
from backend.registry.models import District
from maps import boundaries
from tests.integration.world import World


def test_one_by_one_and_together_the_places_are_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    state = world.cluster.state
    missing = set(boundaries.district_slugs()) - set(District.objects.values_list("slug", flat=True))
    District.objects.bulk_create(District(slug=slug, name=slug, state=state) for slug in sorted(missing))
    rng = random.Random(7)
    points: list[Point | None] = [Point(rng.uniform(5, 37), rng.uniform(66, 99), 5.0) for _ in range(300)]
    points += [None, Point(0.0, 0.0, None), Point(89.0, 179.0, 1.0)]
    alone = places.places(points)
    monkeypatch.setattr(places, "WORTH_VECTORS", 0)
    assert places.places(points) == alone
    assert len({place.district_id for place in alone}) > 50
