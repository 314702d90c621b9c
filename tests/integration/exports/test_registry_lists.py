"""The registry's lists: readable by every account, paged by key, GeoJSON on request."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from tests.integration.exports.conftest import ids, with_token
from tests.integration.world import World


@pytest.mark.parametrize(
    ("path", "key", "first"),
    [("clusters", "slug", "best"), ("centres", "slug", "nitte"), ("technologies", "slug", "cutter"),
     ("villages", "code", "demo:0")],
)  # fmt: skip
def test_each_list_is_read_by_phones_and_scripts(world: World, path: str, key: str, first: str) -> None:
    for client in (world.client(), with_token(), with_token(world.cluster, "of-best")):
        found = client.get(f"/api/v1/{path}").json()
        assert found["items"][0][key] == first
    assert Client().get(f"/api/v1/{path}").status_code == 401
    collection = orjson.loads(with_token().get(f"/api/v1/{path}", headers={"Accept": "application/geo+json"}).content)
    assert collection["type"] == "FeatureCollection"
    assert ids(collection)[0] == first


def codes(**query: Any) -> list[str]:
    return [item["code"] for item in with_token().get("/api/v1/villages", query).json()["items"]]


def test_villages_are_searched_by_how_their_name_begins_and_filtered(world: World) -> None:
    assert codes(q="village 1") == ["demo:1"]
    assert codes(q="demo:2") == ["demo:2"]
    assert codes(q="illage") == []
    assert codes(state="karnataka", centre="nitte", limit=2) == ["demo:0", "demo:1"]
    assert codes(district=world.villages[0].district.slug) == ["demo:0", "demo:1", "demo:2"]
    answer = with_token().get("/api/v1/villages", {"state": "atlantis"})
    assert (answer.status_code, answer.json()["where"]) == (400, "state")


def test_a_centre_lists_its_sites_and_lies_at_the_first(world: World) -> None:
    (centre,) = with_token().get("/api/v1/centres").json()["items"]
    assert (centre["lon"], centre["lat"], centre["sites"][0]["name"]) == (74.93, 13.18, "Nitte")
    assert centre["illustrative"] is False


def test_the_fields_are_given_as_json(world: World) -> None:
    found = with_token().get("/api/v1/export/fields").json()
    assert found["reports"]["fields"][0]["name"] == "instance_id"
