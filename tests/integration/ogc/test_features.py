"""OGC API - Features, request by request: what the standard asks for, and who sees what."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from django.test import Client

from backend.accounts import services as accounts
from backend.accounts.throttle import forget
from backend.deployments.models import Visit
from backend.exports import queries
from backend.exports.fields import KINDS
from backend.exports.ogc import items
from backend.registry.models import Cluster, Village
from tests.integration.exports.conftest import Send, as_user, deployment, fetched, ids, send, with_token  # noqa: F401
from tests.integration.world import World, user

COLLECTIONS = ("reports", "deployments", "villages", "centres")
HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def lived(world: World, send: Send, deployment: Any) -> World:  # noqa: F811
    first, second = deployment(), deployment(place=1)
    for n, uuid in enumerate((first, second, first, second, first)):
        send(world.report(uuid, f"uuid:r{n}", visit_date=f"2026-11-0{n + 1}", place=n % 2, working=n % 2 * 2, broken=1))
    return world


def get(path: str, client: Client | None = None, **query: Any) -> dict[str, Any]:
    response = (client or with_token()).get(f"/ogc/{path}", query)
    assert response.status_code == 200, response.content
    return dict(orjson.loads(response.content))


def of(name: str, **query: Any) -> list[str]:
    return ids(get(f"collections/{name}/items", **query))


def href(document: dict[str, Any], rel: str) -> str:
    return next((str(link["href"]) for link in document["links"] if link["rel"] == rel), "")


def test_every_link_of_every_document_leads_somewhere_of_its_type(lived: World) -> None:
    client, seen = with_token(), set()
    waiting = [("http://testserver/ogc/", "application/json")]
    while waiting:
        address, kind = waiting.pop()
        if (address, kind) in seen:
            continue
        seen.add((address, kind))
        response = client.get(address.removeprefix("http://testserver"))
        assert response.status_code == 200, address
        assert response["Content-Type"].split(";")[0] == kind.split(";")[0], address
        if "json" in kind:
            document = orjson.loads(response.content)
            inner = document.get("collections", []) + [f for f in document.get("features", []) if isinstance(f, dict)]
            for part in (document, *inner):
                waiting += [(link["href"], link["type"]) for link in part.get("links", [])]
    assert len(seen) > 30


def test_the_classes_it_keeps_to_are_named(db: None) -> None:
    classes = {name.rpartition("/")[2] for name in get("conformance", Client())["conformsTo"]}
    assert classes == {"core", "geojson", "html", "oas30"}


def test_landing_conformance_and_description_are_open_and_all_else_needs_a_token(lived: World) -> None:
    for path in ("", "conformance", "api"):
        assert Client().get(f"/ogc/{path}").status_code == 200
    for path in ("collections", "collections/reports", "collections/reports/schema", "collections/reports/items",
                 "collections/reports/items/uuid:r0"):  # fmt: skip
        refused = Client().get(f"/ogc/{path}")
        assert (refused.status_code, refused["WWW-Authenticate"].split()[0]) == (401, "Basic")


def test_a_token_is_taken_as_the_password_of_basic_and_wrong_ones_are_slowed_down(lived: World) -> None:
    def basic(password: str) -> Client:
        return Client(headers={"Authorization": "Basic " + base64.b64encode(f"qgis:{password}".encode()).decode()})

    forget()
    good = basic(accounts.make_api_token("qgis", lived.cluster))
    assert len(get("collections/reports/items", good)["features"]) == 5
    statuses = [basic("guess").get("/ogc/collections").status_code for _ in range(12)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert good.get("/ogc/collections").status_code == 200
    assert lived.client().get("/ogc/collections/reports/items").status_code == 403, "phones read no features"
    forget()


@pytest.mark.parametrize("name", COLLECTIONS)
def test_features_are_those_of_the_export(lived: World, name: str) -> None:
    told = get(f"collections/{name}/items", limit=1000)
    exported = fetched(name)
    assert told["features"] == exported["features"]
    assert told["numberReturned"] == len(told["features"])
    first = told["features"][0]
    one = get(f"collections/{name}/items/{first['id']}")
    assert {key: one[key] for key in first} == first
    properties = get(f"collections/{name}/schema")["properties"]
    assert list(properties)[1:] == list(KINDS[name].names)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_pages_by_next_hold_every_feature_once(lived: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 3)
    client, found = with_token(), []
    address = f"/ogc/collections/{name}/items?limit=2"
    while address:
        page = orjson.loads(client.get(address).content)
        assert len(page["features"]) <= 2
        found += ids(page)
        address = href(page, "next").removeprefix("http://testserver")
    assert found == ids(fetched(name))


def test_a_page_keeps_its_place_when_reports_come_and_go(lived: World, send: Send) -> None:  # noqa: F811
    first = get("collections/reports/items", limit=3)
    send(lived.report(str(Visit.objects.filter(kind="report").first().deployment_uuid), "uuid:new"))  # type: ignore[union-attr]
    second = orjson.loads(with_token().get(href(first, "next").removeprefix("http://testserver")).content)
    assert ids(first) + ids(second) == ["uuid:r0", "uuid:r1", "uuid:r2", "uuid:r3", "uuid:r4", "uuid:new"]


@pytest.mark.parametrize(
    ("box", "found"),
    [("74.925,13.17,74.935,13.19", ["demo:0"]), ("74,13,75,14", ["demo:0", "demo:1", "demo:2"]), ("0,0,1,1", []),
     ("74.925,13.17,-10,74.935,13.19,900", ["demo:0"]), ("74.935,-90,74.925,90", ["demo:1", "demo:2"]),
     ("170,-90,-170,90", [])],
)  # fmt: skip
def test_bbox_takes_four_numbers_or_six_and_crosses_the_date_line(lived: World, box: str, found: list[str]) -> None:
    found = [key for key in found if key != "demo:0" or "74.935,-90" not in box]
    assert of("villages", bbox=box) == found


def test_a_small_box_finds_what_a_large_one_finds_there(lived: World) -> None:
    south, west = lived.villages[0].lat, lived.villages[0].lon
    assert south is not None
    assert west is not None
    small = f"{west - 0.001},{south - 0.001},{west + 0.001},{south + 0.001}"
    within = {f["id"] for f in fetched("reports", bbox=small)["features"]}
    assert set(of("reports", bbox=small)) == within == {"uuid:r0", "uuid:r2", "uuid:r4"}


def test_a_home_is_found_where_it_is_shown(world: World, send: Send, deployment: Any) -> None:  # noqa: F811
    village = Village.objects.get(code="demo:0")
    village.lat, village.lon = 13.5, 74.5  # far from where the home is
    village.save()
    send(world.report(deployment(site_kind="home"), "uuid:home"))
    assert of("reports", bbox="74.49,13.49,74.51,13.51") == ["uuid:home"]
    assert of("reports", bbox="74.925,13.17,74.935,13.19") == []


@pytest.mark.parametrize(
    ("interval", "found"),
    [("2026-11-02/2026-11-03", 2), ("2026-11-04/..", 2), ("../2026-11-01", 1), ("2026-11-03", 1), ("/2026-11-02", 2),
     ("2026-11-02T20:00:00Z/2026-11-03T00:00:00Z", 1)],
)  # fmt: skip
def test_datetime_takes_moments_and_intervals(lived: World, interval: str, found: int) -> None:
    assert len(of("reports", datetime=interval)) == found
    assert len(of("villages", datetime=interval)) == 3, "villages have no time: all of them match"


@pytest.mark.parametrize(
    ("query", "found"),
    [({"village": "demo:1"}, ["uuid:r1", "uuid:r3"]), ({"condition": "broken"}, ["uuid:r0", "uuid:r2", "uuid:r4"]),
     ({"village": "demo:1,demo:0", "broken": "1", "visit_date": "2026-11-02"}, ["uuid:r1"]), ({"counted": "false"}, []),
     ({"technology": "no-such-thing"}, []), ({"cluster": "best", "limit": "2"}, ["uuid:r0", "uuid:r1"])],
)  # fmt: skip
def test_properties_and_the_shared_filters_narrow(lived: World, query: dict[str, str], found: list[str]) -> None:
    assert of("reports", **query) == found


@pytest.mark.parametrize(
    ("query", "where"),
    [({"colour": "red"}, "colour"), ({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"bbox": "1,2,3"}, "bbox"),
     ({"datetime": "soon"}, "datetime"), ({"datetime": ".."}, "datetime"), ({"cluster": "nowhere"}, "cluster"),
     ({"broken": "many"}, "broken"), ({"f": "xml"}, "f")],
)  # fmt: skip
def test_a_wrong_parameter_is_named(lived: World, query: dict[str, str], where: str) -> None:
    refused = with_token().get("/ogc/collections/reports/items", query)
    assert (refused.status_code, refused.json()["where"]) == (400, where)
    assert refused.json()["description"]


def test_what_is_not_there_is_404_and_a_large_limit_is_the_largest(lived: World) -> None:
    for path in (
        "tractors",
        "tractors/items",
        "reports/items/uuid:none",
        "deployments/items/x",
        "villages/items/demo:9",
    ):
        assert with_token().get(f"/ogc/collections/{path}").status_code == 404, path
    assert len(of("reports", limit=1_000_000)) == 5


def test_a_scope_holds_for_pages_and_single_features(lived: World) -> None:
    other = Cluster.objects.create(
        slug="pkc", name="Pune", short_name="PKC", city="Pune", state=lived.cluster.state, lat=18.5, lon=73.8,
        letters="Pu", colour="#111111",
    )  # fmt: skip
    outside = Client(headers={"Authorization": f"Bearer {accounts.make_api_token('pkc', other)}"})
    deployed = ids(fetched("deployments"))[0]
    for name, key in (("reports", "uuid:r0"), ("deployments", deployed), ("villages", "demo:0"), ("centres", "nitte")):
        assert ids(get(f"collections/{name}/items", outside)) == []
        assert outside.get(f"/ogc/collections/{name}/items/{key}").status_code == 404, name
    inside = as_user(user("coordinator", "here", centres=[lived.centre]))
    assert len(get("collections/reports/items", inside)["features"]) == 5


def test_a_page_that_few_match_is_cut_short_but_leads_on(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 1)
    monkeypatch.setattr(items, "CHUNK", 1)
    monkeypatch.setattr(items, "MOST_LOOKED_AT", 1)
    first = get("collections/reports/items", condition="broken", limit=3)
    second = orjson.loads(with_token().get(href(first, "next").removeprefix("http://testserver")).content)
    assert ids(first) == ["uuid:r0"]
    assert ids(second)[0] == "uuid:r2"


def test_people_get_pages(lived: World) -> None:
    client = with_token()
    for path in ("", "conformance", "api", "collections", "collections/reports", "collections/reports/schema",
                 "collections/reports/items", "collections/reports/items/uuid:r0"):  # fmt: skip
        response = client.get(f"/ogc/{path}", headers=HTML)
        assert response["Content-Type"].startswith("text/html"), path
        text = response.content.decode()
        assert text.count("<h1>") == 1
        assert "<script>" not in text
        assert "style=" not in text
    assert "uuid:r0" in client.get("/ogc/collections/reports/items?f=html").content.decode()
