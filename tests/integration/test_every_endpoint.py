"""Every address of the server, asked by everybody: the statuses stand in a table here, and an address that is missing
from it fails the test. What lies outside one's scope answers 404, as if it did not exist.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from pytest_django import DjangoDbBlocker, Settings

from backend.accounts import services as accounts
from backend.accounts import throttle
from backend.accounts.models import ApiToken, User
from backend.accounts.tokens import token_hash
from backend.api import api
from backend.deployments.filters import today
from backend.deployments.models import Deployment
from backend.exports import services
from backend.field import uploads
from backend.registry.models import Centre, Cluster
from backend.submissions.models import Flag, FormDraft, FormVersion, KeptAside, SubmissionVersion
from maps.timeline import moments
from tests.described import outside
from tests.integration.world import World, make_world, user

pytestmark = pytest.mark.django_db
ROLES = (
    "anonymous", "bad token", "revoked phone", "phone", "cluster team", "coordinator elsewhere", "coordinator here",
    "administrator", "token of all India", "token of the cluster", "token of another cluster",
)  # fmt: skip

# One status: the same for everybody. Otherwise in the order of ROLES:
#   none bad rev | phone | team else here admin | all-India cluster other
READERS = "401 403 403  200  200 200 200 200  200 200 200"
NO_PHONES = "401 403 403  403  200 200 200 200  200 200 200"
IN_SCOPE = "401 403 403  200  200 404 200 200  200 200 404"
OWN_JOB = "401 403 403  403  404 404 404 404  {} 404 404"  # asked for with the token of all India
REVIEWERS = "401 403 403  403  403 404 200 200  403 403 404"
SENDERS = "401 403 403  {}  403 403 403 403  403 403 403"
SIGNED_IN = "302 302 302  302  200 200 200 200  302 302 302"
ENROLLERS = "302 302 302  302  403 {} {} {}  302 302 302"
OWN_PAGES = "302 302 302  302  404 404 200 200  302 302 302"
OWN_LISTS = "302 302 302  302  403 404 {0} {0}  302 302 302"
ADMIN_PAGES = "302 302 302  302  403 403 403 {}  302 302 302"
AUDITORS = "302 302 302  302  403 403 403 200  302 302 302"
ADMINISTRATORS = "302 302 302  302  403 403 403 {}  302 302 302"
MAPS = "302 403 403  403  200 200 200 200  200 200 200"
# By Basic or the phone's own token; a console's session is no way in.
PHONES = "401 403 403  {0}  401 401 401 401  403 403 403"
ADMINISTERS = "302 302 302  302  403 403 403 {}  302 302 302"
ADMIN = "302 302 302  302  302 302 302 {}  302 302 302"

API = {
    "POST /api/v1/auth/enrol": "200",
    "GET /api/v1/me": READERS,
    "GET /api/v1/clusters": READERS,
    "GET /api/v1/centres": READERS,
    "GET /api/v1/technologies": READERS,
    "GET /api/v1/villages": READERS,
    "GET /api/v1/deployments": READERS,
    "GET /api/v1/reach": NO_PHONES,
    "GET /api/v1/reach/cells": NO_PHONES,
    "GET /api/v1/reach/villages": NO_PHONES,
    "GET /api/v1/export/fields": READERS,
    "GET /api/v1/export/{kind}.{form}": NO_PHONES,
    "GET /api/v1/export/photos.zip": NO_PHONES,
    "GET /api/v1/dashboard": NO_PHONES,
    "GET /api/v1/dashboard.schema.json": READERS,
    "GET /api/v1/jobs": NO_PHONES,
    "GET /api/v1/jobs/{key}": OWN_JOB.format(200),
    "GET /api/v1/jobs/{key}/file": OWN_JOB.format(200),
    "HEAD /api/v1/jobs/{key}/file": OWN_JOB.format(200),
    "DELETE /api/v1/jobs/{key}": OWN_JOB.format(204),  # last: the file is gone
    "GET /api/v1/forms": READERS,
    "GET /api/v1/forms/{form_id}/versions/{version}.schema.json": READERS,
    "GET /api/v1/forms/{form_id}/versions/{version}.xml": READERS,
    "GET /api/v1/forms/{form_id}/versions/{version}/media/{filename}": READERS,
    "GET /api/v1/kept-aside": "401 403 403  403  403 200 200 200  403 403 403",
    "POST /api/v1/kept-aside/{kept_id}/resolve": "401 403 403  403  403 404 200 200  403 403 403",
    "GET /api/v1/submissions": READERS,
    "POST /api/v1/submissions": SENDERS.format(201),
    "POST /api/v1/submissions/batch": SENDERS.format(200),
    "GET /api/v1/submissions/{instance_id}": IN_SCOPE,
    "GET /api/v1/submissions/{instance_id}/attachments/{name}": IN_SCOPE,
    "GET /api/v1/submissions/{instance_id}/lists/{filename}": "401 403 403  403  403 404 200 200  403 403 404",
    "POST /api/v1/submissions/{instance_id}/review": REVIEWERS,
}
API |= {
    "GET /api/v1/sync": SENDERS.format(200),
    "GET /api/v1/sync/outlines": SENDERS.format(200),
    "POST /api/v1/sync/phone": SENDERS.format(204),
    "POST /api/v1/sync/receipts": SENDERS.format(200),
    "GET /api/v1/deployments/{uuid}/last-photo": IN_SCOPE,
    "OPTIONS /api/v1/uploads/": "204",
    "POST /api/v1/uploads/": SENDERS.format(201),
    "HEAD /api/v1/uploads/{key}": SENDERS.format(200),
    "PATCH /api/v1/uploads/{key}": SENDERS.format(204),
    "DELETE /api/v1/uploads/{key}": SENDERS.format(204),
}
PAGES = {
    "GET /sw.js": "200",
    "GET /field/": "200",
    "GET /preview/": "200",
    "GET /preview/{name}": "200",
    "GET /field/{name}": "200",
    "GET /phones/import": ENROLLERS.format(200, 200, 200),
    "POST /phones/import": ENROLLERS.format(422, 200, 200),
    "GET /": SIGNED_IN,
    "GET /manage": SIGNED_IN,
    "GET /reports": SIGNED_IN,
    "GET /reports/views": SIGNED_IN,
    "POST /reports/views/{view_id}/forget": "302 302 302  302  404 404 404 404  302 302 302",
    "POST /reports/approve": ENROLLERS.format(302, 302, 302),
    "POST /reports/undo/{decisions}": ENROLLERS.format(302, 302, 302),
    "GET /reports/{instance_id}/edit": ENROLLERS.format(404, 302, 302),
    "POST /reports/{instance_id}/review": ENROLLERS.format(404, 302, 302),
    "POST /reports/{instance_id}/flags/{flag}": ENROLLERS.format(404, 302, 302),
    "POST /reports/{instance_id}/flags/{flag}/again": ENROLLERS.format(404, 302, 302),
    "GET /reports/{instance_id}": "302 302 302  302  200 404 200 200  302 302 302",
    "GET /reports/{instance_id}/photos/{version_id}/{name}": "302 302 302  302  200 404 200 200  302 302 302",
    "GET /kept-aside": ENROLLERS.format(200, 200, 200),
    "GET /kept-aside/{kept_id}": ENROLLERS.format(404, 200, 200),
    "POST /kept-aside/{kept_id}/resolve": ENROLLERS.format(404, 302, 302),
    "GET /deployments": SIGNED_IN,
    "GET /deployments/plates": ENROLLERS.format(200, 200, 200),
    "GET /villages/never": SIGNED_IN,
    "GET /villages/match": ENROLLERS.format(200, 200, 200),
    "POST /villages/match/one": ENROLLERS.format(302, 302, 302),
    "GET /quality": SIGNED_IN,
    "GET /quality/officers/{officer_id}": "302 302 302  302  200 404 200 200  302 302 302",
    "GET /quality/doubles": ENROLLERS.format(200, 200, 200),
    "POST /quality/doubles/merge": ENROLLERS.format(404, 404, 404),  # names none
    "POST /quality/doubles/{deployment}/unmerge": ENROLLERS.format(404, 404, 404),  # was not merged
    "GET /people": ADMINISTRATORS.format(200),
    "GET /people/add": ADMINISTRATORS.format(200),
    "GET /people/{user_id}": ADMINISTRATORS.format(200),
    "POST /people/{user_id}/password": ADMINISTRATORS.format(200),
    "GET /published": SIGNED_IN,
    "POST /published/publish": ADMINISTRATORS.format(302),
    "GET /published/{month}": "302 302 302  302  404 404 404 404  302 302 302",  # none is
    "GET /phones/people/{officer_id}": ENROLLERS.format(404, 200, 200),
    "GET /forms": SIGNED_IN,
    "GET /forms/upload": ADMINISTERS.format(200),
    "POST /forms/upload": ADMINISTERS.format(422),
    "GET /forms/drafts/{form_id}": ADMINISTERS.format(200),
    "GET /forms/drafts/{form_id}/form.xml": ADMINISTERS.format(200),
    "GET /forms/drafts/{form_id}/media/{filename}": ADMINISTERS.format(200),
    "POST /forms/drafts/{form_id}/try": ADMINISTERS.format(200),
    "POST /forms/drafts/{form_id}/publish": ADMINISTERS.format(422),  # this one has nothing that could be published
    "POST /forms/drafts/{form_id}/discard": ADMINISTERS.format(302),
    "GET /forms/{form_id}/versions": SIGNED_IN,
    "POST /forms/{form_id}/state": ADMINISTERS.format(302),
    "GET /forms/{form_id}/versions/{version}/source": ADMINISTERS.format(200),
    "GET /conflicts": ENROLLERS.format(200, 200, 200),
    "GET /conflicts/{uuid}": ENROLLERS.format(404, 404, 404),  # nothing is in conflict here
    "POST /conflicts/{uuid}": ENROLLERS.format(404, 404, 404),
    "GET /phones": ENROLLERS.format(200, 200, 200),
    "POST /phones/office": ENROLLERS.format(422, 302, 302),
    "POST /phones/people": ENROLLERS.format(422, 200, 200),
    "POST /phones/people/{officer_id}/code": ENROLLERS.format(404, 200, 200),
    "POST /phones/people/{officer_id}/collect": ENROLLERS.format(404, 200, 200),
    "POST /phones/people/{officer_id}/withdraw": ENROLLERS.format(404, 302, 302),
    "POST /phones/{device_id}/revoke": ENROLLERS.format(404, 302, 302),
    "GET /downloads": SIGNED_IN,
    "POST /downloads": SIGNED_IN.replace("200", "302"),
    "GET /downloads/columns": SIGNED_IN,
    "POST /downloads/{job}/forget": "302 302 302  302  404 404 404 404  302 302 302",  # asked for by a token of nobody's
    "GET /tokens": SIGNED_IN,
    "POST /tokens": "302 302 302  302  200 422 422 200  302 302 302",
    "POST /tokens/{token_id}/revoke": "302 302 302  302  302 404 404 404  302 302 302",  # the team's own
    "GET /audit": AUDITORS,
    "GET /login/code": "302",
    "POST /login/code": "302",  # nobody's password was asked before
    "GET /account": SIGNED_IN,
    "POST /account/password": "302 302 302  302  422 422 422 422  302 302 302",
    "GET /account/second-step": SIGNED_IN,
    "POST /account/second-step": "302 302 302  302  422 422 422 422  302 302 302",
    "POST /account/second-step/off": "302 302 302  302  422 422 422 422  302 302 302",
    "POST /account/recovery-codes": "302 302 302  302  422 422 422 422  302 302 302",
    "POST /account/sessions/end": "302",
    "POST /account/sessions/{pk}/end": "302",
    "GET /audit.csv": AUDITORS,
    "GET /login": "200 200 200  200  302 302 302 302  200 200 200",
    "POST /login": "302",
    "POST /logout": "302",
    "POST /language": "302",
    "GET /privacy": "200",
    "GET /favicon.ico": "301",
    "GET /api/v1/docs": "200",
    "GET /api/v1/openapi.json": "200",
    "GET /api/v1/": "404",
    "GET /healthz": "200",
    "GET /readyz": "200",
    "GET /centres": SIGNED_IN,
    "GET /centres/{slug}": OWN_PAGES,
    "GET /centres/{slug}/list": OWN_LISTS.format(200),
    "POST /centres/{slug}/list": OWN_LISTS.format(200),
    "POST /centres/{slug}/list/undo": OWN_LISTS.format(302),
    "GET /centres/{slug}/list/villages.json": OWN_LISTS.format(200),
    "GET /centres/{slug}/list/inside.json": OWN_LISTS.format(200),
    "GET /clusters/{slug}": "302 302 302  302  200 404 404 200  302 302 302",
    "GET /registry/{kind}": ADMIN_PAGES.format(200),
    "GET /registry/{kind}/new": ADMIN_PAGES.format(200),
    "POST /registry/{kind}/new": ADMIN_PAGES.format(422),
    "GET /registry/{kind}/{slug}": ADMIN_PAGES.format(200),
    "POST /registry/{kind}/{slug}": ADMIN_PAGES.format(422),
    "POST /registry/centres/{slug}/places/{site_id}": ADMIN_PAGES.format(422),
    "GET /villages/{code}": OWN_LISTS.format(200),
    "POST /villages/{code}": "302 302 302  302  403 404 403 422  302 302 302",
    "GET /maps/reach": MAPS,
    "GET /maps/reach/{kind}.{part}": MAPS,
    "GET /maps/reach/moment.json": MAPS,
    "GET /maps/reach/village.json": MAPS,
    "GET /maps/reach.html": MAPS,
    "GET /maps/reach.png": MAPS,
    "GET /maps/assets/{name}": "200",
    "GET /admin/login/": "302 302 302  302  403 403 403 302  302 302 302",
}
# By Bearer, Basic or a session; landing page, conformance and description are open.
PAGES |= {
    "GET /ogc": "302",
    "GET /ogc/": "200",
    "GET /ogc/conformance": "200",
    "GET /ogc/api": "200",
    "GET /ogc/collections": READERS,
    "GET /ogc/collections/{collection}": READERS,
    "GET /ogc/collections/{collection}/schema": READERS,
    "GET /ogc/collections/{collection}/items": NO_PHONES,
    "GET /ogc/collections/{collection}/items/{feature}": "401 403 403  403  200 404 200 200  200 200 404",
}
PAGES |= dict.fromkeys(
    ("GET /maps/public", "GET /maps/public.js", "GET /maps/public.css", "GET /maps/public.json"), "404"
)
SITE = {
    "GET /admin/": ADMIN.format(200),
    "POST /admin/logout/": ADMIN.format(200),
    "GET /admin/password_change/": ADMIN.format(200),
    "GET /admin/password_change/done/": ADMIN.format(200),
    "GET /admin/jsi18n/": ADMIN.format(200),
    "GET /admin/autocomplete/": ADMIN.format(403),  # asked without the names of a model and a field
    "GET /admin/r/{content_type_id}/{object_id}/": ADMIN.format(404),
    "GET /admin/^({app_label})/$": ADMIN.format(200),
    "GET /admin/({url})$": ADMIN.format(404),
    "GET /admin/accounts/user/{id}/password/": ADMIN.format(404),
}
OPENROSA = {
    "GET /openrosa/formList": PHONES.format(200),
    "GET /openrosa/forms/{form_id}/{version}.xml": PHONES.format(200),
    "GET /openrosa/forms/{form_id}/{version}/media/{filename}": PHONES.format(200),
    "GET /openrosa/manifest/{form_id}/{version}": PHONES.format(200),
    "GET /openrosa/integrity/deployments": PHONES.format(200),
    "POST /openrosa/submission": PHONES.format(400),
}
# With a token in the path it does not matter who else one is.
DRAFTS = {row: "200" for row in OPENROSA if "integrity" not in row} | {"POST /openrosa/submission": "400"}
OPENROSA |= {
    row.replace("/openrosa/", "/openrosa/key/{token}/"): statuses.split()[3] for row, statuses in OPENROSA.items()
}
OPENROSA |= {row.replace("/openrosa/", "/openrosa/draft/{token}/"): status for row, status in DRAFTS.items()}
# What the administration keeps: may rows be added there, and deleted?
MODELS = {
    "accounts/apitoken": (403, 403),
    "accounts/device": (403, 403),
    "accounts/officer": (200, 302),
    "accounts/user": (200, 302),
    "registry/adoption": (200, 302),
    "registry/catchmentvillage": (200, 302),
    "registry/centre": (200, 302),
    "registry/centresite": (200, 302),
    "registry/cluster": (200, 302),
    "registry/district": (200, 302),
    "registry/state": (200, 302),
    "registry/technology": (200, 302),
    "registry/theme": (200, 302),
    "registry/track": (200, 302),
    "registry/village": (200, 302),
    "registry/villagechange": (200, 302),
}


def of_models() -> dict[str, str]:
    """Rows are asked for by an id that is none: the administration then leads back to its first page."""
    table = {}
    for model, (add, delete) in MODELS.items():
        for page, status in (
            ("", 200), ("add/", add), ("{object_id}/", 302), ("{object_id}/change/", 302),
            ("{object_id}/delete/", delete), ("{object_id}/history/", 302),
        ):  # fmt: skip
            table[f"GET /admin/{model}/{page}"] = ADMIN.format(status)
    return table


TABLE = API | PAGES | SITE | OPENROSA | of_models()


def expected(row: str) -> dict[str, int]:
    statuses = [int(status) for status in row.split()]
    return dict(zip(ROLES, statuses * len(ROLES) if len(statuses) == 1 else statuses, strict=True))


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", r"{\1\2}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_the_table_names_every_address() -> None:
    operations = {
        f"{verb.upper()} {path}" for path, verbs in api.get_openapi_schema()["paths"].items() for verb in verbs
    }
    found = {re.sub(r"[()^$]", "", route) for route in routes(get_resolver().url_patterns)}
    named = {re.sub(r"[()^$]", "", row.split(" ", 1)[1]) for row in TABLE}
    missing, gone = (operations - API.keys()) | (found - named), (API.keys() - operations) | (named - found)
    assert not missing, f"not in the table: {', '.join(sorted(missing))}"
    assert not gone, f"in the table, but no longer on the server: {', '.join(sorted(gone))}"


DESCRIBED = API.keys() - {"GET /api/v1/openapi.json", "GET /api/v1/docs"}


@dataclass
class Scene:
    world: World
    clients: dict[str, Client]
    fill: dict[str, str]
    bodies: dict[str, Any]

    def ask(self, role: str, endpoint: str) -> int:
        """Whatever it changes is undone."""
        throttle.forget()  # so many wrong tokens come from one address only here
        verb, path = endpoint.split(" ", 1)
        url = re.sub(r"\{(\w+)\}", lambda name: self.fill[name[1]], URLS.get(endpoint, path))
        with transaction.atomic():
            if verb in ("GET", "OPTIONS") or (verb != "POST" and path.startswith("/api/v1/jobs")):
                response = self.clients[role].generic(verb, url)
            elif path.startswith("/api/v1/uploads"):
                response = self.clients[role].generic(verb, url, self.bodies.get(endpoint, b""), **TUS[verb])
            elif path == "/phones/import":
                response = self.clients[role].post(url, {"file": SimpleUploadedFile("unsent.json", self.bodies[path])})
            else:
                kind = {} if path in FORM_PAGES else {"content_type": "application/json"}
                response = self.clients[role].post(url, self.bodies.get(path, {}), **kind)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        if endpoint in DESCRIBED:
            kind = response.headers.get("Content-Type", "")
            assert outside(verb, path, response.status_code, kind, content) == "", f"{endpoint} as {role}"
        self.clients[role].cookies.update(self.cookies[role])
        return response.status_code

    def __post_init__(self) -> None:
        self.cookies = {role: client.cookies.copy() for role, client in self.clients.items()}


_ANNOUNCED = (("instance_id", "uuid:d1"), ("filename", "photo.jpg"), ("sha256", "0" * 64))
TUS: dict[str, dict[str, Any]] = {
    "POST": {
        "headers": {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "8",
            "Upload-Metadata": ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in _ANNOUNCED),
        }
    },
    "PATCH": {
        "content_type": "application/offset+octet-stream",
        "headers": {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    },
    "HEAD": {"headers": {"Tus-Resumable": "1.0.0"}},
    "DELETE": {"headers": {"Tus-Resumable": "1.0.0"}},
}
FORM_PAGES = (
    "/login", "/login/code", "/account/password", "/account/second-step", "/account/second-step/off",
    "/account/recovery-codes", "/account/sessions/end", "/account/sessions/{pk}/end", "/logout", "/language", "/admin/logout/",
    "/phones/people", "/phones/office", "/phones/people/{officer_id}/code",
    "/phones/people/{officer_id}/withdraw", "/phones/{device_id}/revoke", "/tokens", "/tokens/{token_id}/revoke", "/phones/import",
    "/phones/people/{officer_id}/collect",
    "/forms/upload", "/forms/drafts/{form_id}/try", "/forms/drafts/{form_id}/publish", "/forms/drafts/{form_id}/discard",
    "/forms/{form_id}/state",
    "/reports/approve", "/reports/undo/{decisions}", "/reports/{instance_id}/review", "/kept-aside/{kept_id}/resolve",
    "/reports/{instance_id}/flags/{flag}", "/reports/{instance_id}/flags/{flag}/again",
    "/reports/views/{view_id}/forget", "/villages/match/one", "/quality/doubles/merge",
    "/quality/doubles/{deployment}/unmerge", "/people/{user_id}/password", "/published/publish", "/downloads",
    "/downloads/{job}/forget",
)  # fmt: skip
URLS = {  # where a name means something else than elsewhere
    **{row: row.split(" ")[1].replace("{token}", "{draft_token}") for row in OPENROSA if "/draft/" in row},
    "GET /maps/reach/{kind}.{part}": "/maps/reach/national.js",
    "GET /maps/reach/moment.json": f"/maps/reach/moment.json?month={moments(today())[-2].key}",
    "GET /maps/reach/village.json": "/maps/reach/village.json?village=demo:0",
    "GET /maps/assets/{name}": "/maps/assets/css/fonts.css",
    **{row: row.split(" ")[1].replace("{slug}", "nitte") for row in PAGES if "/centres/{slug}" in row},
    "GET /centres/{slug}/list/villages.json": "/centres/nitte/list/villages.json?bbox=74,12,76,14",
    "GET /centres/{slug}/list/inside.json": "/centres/nitte/list/inside.json?at=13.18,74.93&km=5",
    "POST /registry/centres/{slug}/places/{site_id}": "/registry/centres/nitte/places/new",
    "GET /clusters/{slug}": "/clusters/best",
    **{row: row.split(" ")[1].format(kind="technologies", slug="cutter") for row in PAGES if "/registry/{kind}" in row},
    "GET /villages/{code}": "/villages/demo:0",
    "POST /villages/{code}": "/villages/demo:0",
    **{row: f"/api/v1/jobs/{{job}}{'/file' if row.endswith('/file') else ''}" for row in API if "/jobs/" in row},
    "GET /field/{name}": "/field/outbox",
    "GET /preview/{name}": "/preview/preview.html",
    "GET /admin/^({app_label})/$": "/admin/registry/",
    "GET /admin/({url})$": "/admin/nothing-here",
}


def bearer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def everybody(world: World) -> dict[str, Client]:
    elsewhere = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    other = Cluster.objects.create(
        slug="pkc", name="Pune", short_name="PKC", city="Pune", state=world.cluster.state, lat=18.5, lon=73.8,
        letters="Pn", colour="#3A70D4",
    )  # fmt: skip
    revoked = accounts.enrol(accounts.make_code(world.officer), "phone-2", "r" * 40)
    accounts.revoke(revoked)
    clients = (
        Client(),
        bearer("no-such-token"),
        bearer("r" * 40),
        world.client(),
        signed_in(user("cluster_team", "team", clusters=[world.cluster])),
        signed_in(user("coordinator", "elsewhere", centres=[elsewhere])),
        signed_in(user("coordinator", "here", centres=[world.centre])),
        signed_in(user("administrator", "admin")),
        bearer(accounts.make_api_token("all", None)),
        bearer(accounts.make_api_token("cluster", world.cluster)),
        bearer(accounts.make_api_token("other", other)),
    )
    return dict(zip(ROLES, clients, strict=True))


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return out.getvalue()


def report_with_photo(world: World) -> str:
    filled = world.registration(photo="photo.jpg", photo_people="none")
    file = SimpleUploadedFile("photo.jpg", photo(), content_type="image/jpeg")
    response = world.client().post(
        "/api/v1/submissions", {"submission": orjson.dumps(filled).decode(), "photo.jpg": file}
    )
    assert response.status_code == 201, response.json()
    return str(filled["instance_id"])


def finished_job(client: Client) -> str:
    key = str(client.get("/api/v1/export/villages.csv?job=1").json()["id"])
    services.make_file.func(key)
    return key


def make_scene() -> Scene:
    world = make_world()
    instance_id = report_with_photo(world)
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    form = world.forms["village_report"]
    fill = {
        "instance_id": instance_id,
        "name": "photo.jpg",
        "kept_id": str(KeptAside.objects.get().pk),
        "kind": "reports",
        "collection": "deployments",
        "feature": str(Deployment.objects.get().uuid),
        "form": "geojson",
        "form_id": form.form.form_id,
        "version": form.version,
        "filename": "villages.csv",
        "token": world.token,
        "draft_token": tried(form),
        "officer_id": str(world.officer.pk),
        "device_id": str(world.device.pk),
        "id": "0",
        "pk": "0",
        "object_id": "0",
        "content_type_id": "0",
        "user_id": str(User.objects.create_user("lata", password="a-long-password").pk),
        "month": "24000",
        "deployment": str(Deployment.objects.get().uuid),
        "view_id": "0",
        "version_id": str(SubmissionVersion.objects.get().pk),
        "flag": str(Flag.objects.create(version=SubmissionVersion.objects.get(), code="accuracy_low").pk),
        "decisions": "0",
        "uuid": str(Deployment.objects.get().uuid),
        "key": uploads.begin(world.device, uploads.Announced(instance_id, "other.jpg", "1" * 64, 8))[0].key,
    }
    enrolment = {"code": accounts.make_code(world.officer), "installation_id": "phone-3", "token": "t" * 40}
    bodies = {
        "/api/v1/auth/enrol": enrolment,
        "/api/v1/submissions": world.registration(),
        "/api/v1/submissions/batch": {"submissions": [world.registration()]},
        "/api/v1/submissions/{instance_id}/review": {"action": "approve"},
        "/api/v1/kept-aside/{kept_id}/resolve": {"action": "discard", "reason": "made for a test"},
        "/login": {"username": "here", "password": "a-long-password"},
        "/phones/office": {"phone": "+91 00000 00000", "centre": world.centre.slug},
        "/phones/people": {"names": "Geeta Rawat\nMohan Pandey", "centre": world.centre.slug},
        "/downloads": {"what": "reports", "format": "csv"},
        "/tokens": {"name": "Reports", "reads": world.cluster.slug, "days": "90"},
        "/reports/{instance_id}/review": {"action": "approve"},
        "/reports/{instance_id}/flags/{flag}": {"comment": "made for a test"},
        "/kept-aside/{kept_id}/resolve": {"action": "discard", "reason": "made for a test"},
        "/language": {"language": "hi", "next": "/login"},
        "/api/v1/sync/phone": {"app_version": "1", "unsent": 0},
        "/api/v1/sync/receipts": {"instance_ids": [instance_id]},
        "PATCH /api/v1/uploads/{key}": b"half",
        "/phones/import": orjson.dumps(
            {"gramreach_unsent": 1, "device_id": world.device.pk, "installation_id": "phone-1", "reports": []}
        ),
    }
    clients = everybody(world)
    fill["job"] = finished_job(clients["token of all India"])
    accounts.make_api_token("the team's", world.cluster, User.objects.get(username="team"))
    fill["token_id"] = str(ApiToken.objects.get(name="the team's").pk)
    return Scene(world, clients, fill, bodies)


def tried(form: FormVersion) -> str:
    """The token of a draft that is like a published form, but for its source, which is none."""
    token = "the-token-that-a-draft-is-tried-with"
    FormDraft.objects.create(
        form_id=form.form.form_id, version=form.version, filename="broken.md", source=b"", xform=form.xform,
        schema=form.schema, md5=form.md5, token_hash=token_hash(token),
    )  # fmt: skip
    return token


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_scene()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _built(settings: Settings, tmp_path: Path) -> None:
    """The field app, whether this machine has built it or not."""
    (tmp_path / "preview").mkdir()
    for name in ("index.html", "sw.js", "preview/preview.html"):
        (tmp_path / name).write_text("built")
    settings.FIELD_APP, settings.UPLOADS = tmp_path, tmp_path / "uploads"


@pytest.mark.parametrize("endpoint", TABLE)
def test_who_may_what(scene: Scene, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.console.maps.slide", lambda drawn: b"")  # drawn for six roles it takes longest of all
    assert {role: scene.ask(role, endpoint) for role in ROLES} == expected(TABLE[endpoint])


@pytest.mark.parametrize("path", ["/api/v1/submissions", "/api/v1/deployments", "/api/v1/kept-aside"])
def test_lists_hold_what_is_in_scope(scene: Scene, path: str) -> None:
    def length(role: str) -> int:
        return len(scene.clients[role].get(path).json()["items"])

    assert length("coordinator elsewhere") == 0
    assert length("coordinator here") == 1
    assert length("administrator") == 1


def test_what_is_outside_looks_as_if_it_were_not_there(scene: Scene) -> None:
    client = scene.clients["coordinator elsewhere"]
    outside = client.get(f"/api/v1/submissions/{scene.fill['instance_id']}")
    nowhere = client.get("/api/v1/submissions/uuid:nowhere")
    assert (outside.status_code, outside.json()) == (nowhere.status_code, nowhere.json())


SESSION_WRITES = [row for row in API if row.startswith("POST") and "enrol" not in row]


@pytest.mark.parametrize("endpoint", SESSION_WRITES)
def test_a_session_writes_only_with_its_csrf_token(scene: Scene, endpoint: str) -> None:
    path = endpoint.removeprefix("POST ")
    url = re.sub(r"\{(\w+)\}", lambda name: scene.fill[name[1]], path)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="here"))
    refused = strict.post(url, scene.bodies.get(path, {}), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")


def test_with_the_csrf_token_a_session_may_write(scene: Scene) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="here"))
    strict.get("/api/v1/docs")
    url = f"/api/v1/submissions/{scene.fill['instance_id']}/review"
    with transaction.atomic():
        headers = {"X-CSRFToken": strict.cookies["csrftoken"].value}
        answer = strict.post(url, {"action": "approve"}, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    assert answer.status_code == 200


def test_a_token_in_the_header_needs_no_csrf_token(scene: Scene) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {scene.world.token}"})
    with transaction.atomic():
        answer = strict.post(
            "/api/v1/submissions", scene.bodies["/api/v1/submissions"], content_type="application/json"
        )
        transaction.set_rollback(True)
    assert answer.status_code == 201


@pytest.mark.parametrize("path", FORM_PAGES)
def test_pages_refuse_forged_forms(scene: Scene, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    if path != "/login":
        strict.force_login(User.objects.get(username="here"))
    url = re.sub(r"\{(\w+)\}", lambda name: scene.fill[name[1]], path)
    body = scene.bodies.get(path, {})
    assert strict.post(url, body if isinstance(body, dict) else {}).status_code == 403
