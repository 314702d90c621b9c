"""What is personal leaves by no way out without the right to it, and what everybody may see is aggregated: every address
that gives something is asked, and every file is opened.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from backend.accounts import services as accounts
from backend.accounts.who import of_token, of_user
from backend.api import api
from backend.console import public
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, Visit
from backend.exports.sources import FORMS, NAMES, source
from backend.exports.streams import TYPES, written
from backend.registry.models import Centre
from backend.submissions.models import PersonalValue
from maps.public import LEAST
from tests.integration.test_every_endpoint import URLS, photo, routes, signed_in
from tests.integration.world import World, user

NAME, PHONE, HAMLET = "Sita Devi Kharwar", "9876501234", "Mango tree hamlet"
LON, LAT = 74.934567, 13.187654
EXACT = ("74.9345", "13.1876")  # as far as a house
DEVICE = "the-phone-s-own-number"


@pytest.fixture
def home(world: World) -> str:
    """A report from a home: with names, a phone number, a photo, a device's number and the exact place."""
    exact = {"type": "Point", "coordinates": [LON, LAT], "properties": {"accuracy": 4.0}}
    common: dict[str, Any] = {"position": exact, "notice_read": "yes", "hamlet": HAMLET, "photo_people": "agreed"}
    site = world.registration(
        "uuid:home", site_kind="home", owner_name=NAME, owner_phone=PHONE, photo="home.jpg", **common
    )
    _sent(world, site, "home.jpg")
    uuid = str(Deployment.objects.get().uuid)
    report = world.report(
        uuid,
        "uuid:report",
        respondent_name=NAME,
        respondent_phone=PHONE,
        photo="seen.jpg",
        deviceid=DEVICE,
        sc=3,
        **common,
    )
    _sent(world, report, "seen.jpg")
    assert PersonalValue.objects.count() == 4
    return uuid


def _sent(world: World, item: dict[str, Any], name: str) -> None:
    file = SimpleUploadedFile(name, photo(), content_type="image/jpeg")
    answer = world.client().post("/api/v1/submissions", {"submission": orjson.dumps(item).decode(), name: file})
    assert answer.status_code == 201, answer.content


def outsiders(world: World) -> dict[str, Client]:
    elsewhere = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    maker = user("coordinator", "maker", centres=[world.centre])
    return {
        "anonymous": Client(),
        "token of all India": bearer(accounts.make_api_token("all", None)),
        "token of the cluster": bearer(accounts.make_api_token("best", world.cluster)),
        "token of the very centre": bearer(accounts.make_api_token("nitte", None, maker, centres=[world.centre])),
        "cluster team": signed_in(user("cluster_team", "team", clusters=[world.cluster])),
        "coordinator elsewhere": signed_in(user("coordinator", "else", centres=[elsewhere])),
    }


def bearer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


PERSONAL = (NAME, PHONE, DEVICE)


def leaks(content: bytes) -> list[str]:
    """Personal answers and the exact place, as text, as numbers, and within archives."""
    place = Visit.objects.exclude(digipin="").values_list("digipin", flat=True)
    words = [*PERSONAL, HAMLET, *EXACT, *place]
    numbers = [struct.pack(order, number) for order in ("<d", ">d") for number in (LON, LAT)]
    parts = [content, *_unpacked(content)]
    found = [word for word in words if any(word.encode() in part for part in parts)]
    return found + ["a coordinate" for number in numbers if any(number in part for part in parts)]


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    if content.startswith(b"PAR1"):
        yield repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()


def addresses(world: World, uuid: str) -> list[str]:
    """Every address that answers to GET, with names that lead to the home."""
    fill = {
        "kind": "reports", "form": "geojson", "form_id": "village_report", "version": world.forms["village_report"].version,
        "filename": "deployments.csv", "uuid": uuid, "collection": "reports", "feature": "uuid:report", "name": "seen.jpg",
    }  # fmt: skip
    operations = [path for path, verbs in api.get_openapi_schema()["paths"].items() if "get" in verbs]
    found = {path for path in (*operations, *routes(get_resolver().url_patterns)) if not path.startswith("/admin/")}
    listed = []
    for path in sorted(found):
        path = URLS.get(f"GET {path}", path)
        for key in ("uuid:report", "uuid:home"):
            names = fill | {"instance_id": key}
            listed.append(re.sub(r"\{(\w+)\}", lambda name, names=names: names.get(name[1], "1"), path))  # type: ignore[misc]
    for kind in (*(f"{name}." for name in NAMES if name != "submissions"),):
        listed += [f"/api/v1/export/{kind}{form}?updated_since=" if form == "geojson" else f"/api/v1/export/{kind}{form}"
                   for form in ("geojson", "geojsonseq", "csv", "kml")]  # fmt: skip
    for form in world.forms:
        listed += [f"/api/v1/export/submissions.{kind}?form={form}" for kind in ("geojson", "csv", "kml")]
        listed += [f"/api/v1/export/submissions.csv?tables=1&form={form}", f"/api/v1/export/photos.zip?form={form}"]
    for name in ("reports", "deployments", "villages", "centres"):
        listed += [f"/ogc/collections/{name}/items{more}" for more in ("", "?f=html", f"/{uuid}")]
    listed += ["/maps/public", "/maps/public.js", "/maps/public.json", "/api/v1/reach/cells?zoom=12"]
    return sorted(set(listed))


def test_no_address_tells_what_is_personal_or_where_a_home_is(
    home: str, world: World, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.console.maps.slide", lambda drawn: b"")
    settings.PUBLIC_MAPS, settings.EXPORTS, settings.FIELD_APP = True, tmp_path, tmp_path
    told: dict[str, Any] = {}
    answered = 0
    for role, client in outsiders(world).items():
        for address in addresses(world, home):
            response = client.get(address)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            answered += response.status_code == 200
            if found := leaks(content):
                told[f"{role}: {address}"] = found
    assert answered > 200
    assert told == {}, "\n".join(f"{address} {found}" for address, found in told.items())


def test_no_file_of_any_format_tells_it(home: str, world: World, tmp_path: Path) -> None:
    whos = [
        of_token(accounts.make_api_token("all", None)),
        of_user(user("cluster_team", "team", clusters=[world.cluster])),
    ]
    told, count = {}, 0
    for who in whos:
        for name in NAMES:
            for form in FORMS.values() if name == "submissions" else ("",):
                asked = source(name, who, Filters(), form=form)
                for kind in TYPES:
                    with written(asked, kind, tmp_path) as path:
                        content = path.read_bytes()
                    count += 1
                    if found := leaks(content):
                        told[f"{who.role}: {name} {form} {kind}"] = found
    assert count > 100
    assert told == {}


def test_who_has_the_right_to_it_sees_the_place(home: str, world: World) -> None:
    """Else the walk above would prove nothing."""
    own = signed_in(user("coordinator", "own", centres=[world.centre]))
    content = b"".join(own.get("/api/v1/export/reports.geojson").streaming_content)
    assert set(EXACT) <= set(leaks(content))
    detail = own.get("/api/v1/submissions/uuid:report").content
    assert {NAME, PHONE} <= set(leaks(detail))


def test_the_public_map_is_off_and_once_on_tells_of_five_villages_or_more(
    world: World, home: str, settings: Settings
) -> None:
    for path in ("", ".js", ".css", ".json"):
        assert Client().get(f"/maps/public{path}").status_code == 404
    settings.PUBLIC_MAPS, settings.EMBED_ORIGINS = True, ["https://dashboard.example.org"]
    public.forget_public()
    page = Client().get("/maps/public")
    assert page.status_code == 200
    assert "frame-ancestors https://dashboard.example.org;" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert Deployment.objects.values("village").distinct().count() < LEAST
    told = Client().get("/maps/public.json").json()
    (technology,) = told["clusters"][0]["technologies"]
    assert (technology["villages"], technology["status"], technology["states"]) == (None, None, [])
    script = Client().get("/maps/public.js").content.decode()
    assert "demo:0" not in script
    assert "Village 0" not in script
    settings.EMBED_ORIGINS = []
    assert "frame-ancestors 'none';" in Client().get("/maps/public")["Content-Security-Policy"]
