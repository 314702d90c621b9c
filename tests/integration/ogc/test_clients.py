"""Clients that others wrote read everything: GDAL (through pyogrio) as QGIS does, and OWSLib."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from owslib.ogcapi.features import Features
from pytest_django.live_server_helper import LiveServer

from backend.accounts.services import make_api_token
from backend.exports.fields import KINDS
from backend.exports.ogc import asking, documents
from tests.integration.exports.conftest import deployment, fetched, send  # noqa: F401
from tests.integration.exports.reading import PLACE, of_feature
from tests.integration.ogc import gdal
from tests.integration.world import World

COLLECTIONS = ["centres", "deployments", "reports", "villages"]
TYPES = {
    "text": ["OFTString", "OFSTNone"], "integer": ["OFTInteger", "OFSTNone"], "number": ["OFTReal", "OFSTNone"],
    "boolean": ["OFTInteger", "OFSTBoolean"], "date": ["OFTDate", "OFSTNone"], "datetime": ["OFTDateTime", "OFSTNone"],
}  # fmt: skip


@pytest.fixture
def token(world: World, send: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    for module in (asking, documents):
        monkeypatch.setattr(module, "LARGEST_LIMIT", 2)  # so that everything takes several pages
    first, second = deployment(), deployment(place=1)
    for n, uuid in enumerate((first, second, first, second, first)):
        send(world.report(uuid, f"uuid:r{n}", visit_date=f"2026-11-0{n + 1}", place=n % 2))
    return make_api_token("qgis", None)


def exported(name: str, **query: str) -> list[dict[str, Any]]:
    rows = [of_feature(feature) for feature in fetched(name, **query)["features"]]
    return [row | {PLACE: row[PLACE] and list(row[PLACE])} for row in rows]


def test_gdal_reads_every_collection_with_the_rows_and_types_of_the_export(token: str, live_server: LiveServer) -> None:
    assert gdal.asked(live_server.url, token) == COLLECTIONS
    for name in COLLECTIONS:
        told = gdal.asked(live_server.url, token, name)
        assert told["rows"] == exported(name)
        assert told["count"] == len(told["rows"]) > 0
        del told["types"]["id"]  # the feature's, beside the column it is
        # GDAL goes by the features: what none of them has is a text to it.
        bare = {f.name for f in KINDS[name].fields if all(row[f.name] is None for row in told["rows"])}
        expected = {f.name: TYPES["text" if f.name in bare else f.type] for f in KINDS[name].fields}
        assert told["types"] == expected


def test_gdal_asks_for_a_box_and_hands_conditions_on(token: str, live_server: LiveServer) -> None:
    box = [74.925, 13.17, 74.935, 13.19]
    told = gdal.asked(live_server.url, token, "reports", json.dumps({"bbox": box}))
    assert told["rows"] == exported("reports", bbox=",".join(map(str, box)))
    assert told["bounds"] == [74.93, 13.18, 74.93, 13.18]
    told = gdal.asked(live_server.url, token, "reports", json.dumps({"where": "village = 'demo:1'"}))
    assert [row["instance_id"] for row in told["rows"]] == ["uuid:r1", "uuid:r3"]


def test_owslib_reads_every_collection(token: str, live_server: LiveServer) -> None:
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    client = Features(f"{live_server.url}/ogc/", headers={"Authorization": f"Basic {basic}"})
    assert sorted(client.feature_collections()) == COLLECTIONS
    assert any(name.endswith("/conf/core") for name in client.conformance()["conformsTo"])
    assert client.api()["openapi"].startswith("3.0")
    for name in COLLECTIONS:
        page = client.collection_items(name, limit=2)
        features = list(page["features"])
        while after := next((link["href"] for link in page["links"] if link["rel"] == "next"), ""):
            page = client.collection_items(name, limit=2, after=parse_qs(urlsplit(after).query)["after"][0])
            features += page["features"]
        assert features == fetched(name)["features"], name
        assert client.collection_item(name, features[0]["id"])["properties"] == features[0]["properties"]
