"""Which deployments are likely one: told by technology, distance and time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from backend.deployments.doubles import Placed, likely

DAY = dt.date(2026, 11, 1)
METRE = 1 / 111_320  # degrees of latitude


def placed(pk: int, **changed: Any) -> Placed:
    values: dict[str, Any] = {"technology": 1, "village": 1, "lat": 20.0, "lon": 80.0, "accuracy": 5.0, "began": DAY}
    return Placed(pk, **values | changed)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        ({"lat": 20 + 100 * METRE}, True),
        ({"lat": 20 + 250 * METRE}, False),
        ({"lat": 20 + 250 * METRE, "accuracy": 300.0}, True),  # it may well stand nearer
        ({"lat": 20 + 5000 * METRE, "accuracy": 9000.0}, False),  # so weak a position says nothing
        ({"technology": 2}, False),
        ({"began": DAY + dt.timedelta(days=60)}, True),
        ({"began": DAY - dt.timedelta(days=61)}, False),
        ({"village": 2}, True),  # the village may be the wrong one
        ({"village": None}, True),
        ({"lat": None, "lon": None}, True),  # in the same village, and nothing says where
        ({"lat": None, "lon": None, "village": 2}, False),
    ],
)
def test_two_are_likely_one(other: dict[str, Any], together: bool) -> None:
    assert bool(likely([placed(1), placed(2, **other)])) is together


@pytest.mark.parametrize("lat", [20.0, 20.0099, 20.01, 20.0199, -0.0001])
@pytest.mark.parametrize("lon", [80.0, 79.9999, 80.01])
def test_neighbours_are_found_wherever_a_square_of_the_search_ends(lat: float, lon: float) -> None:
    pair = [placed(1, lat=lat, lon=lon, village=1), placed(2, lat=lat + 150 * METRE, lon=lon + 50 * METRE, village=2)]
    assert [(found.first, found.second) for found in likely(pair)] == [(1, 2)]


def test_each_pair_is_told_once_the_nearest_first() -> None:
    three = [placed(1), placed(2, lat=20 + 150 * METRE), placed(3, lat=20 + 20 * METRE)]
    assert [(pair.first, pair.second) for pair in likely(three)] == [(1, 3), (2, 3), (1, 2)]
