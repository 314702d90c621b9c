"""The API's description says how to sign in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def description() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return found


OPEN = {("post", "/api/v1/auth/enrol"), ("options", "/api/v1/uploads/")}


def test_tokens_are_a_bearer_scheme_and_sessions_a_cookie() -> None:
    schemes = description()["components"]["securitySchemes"]
    told = {(scheme["type"], scheme.get("scheme") or scheme.get("name")) for scheme in schemes.values()}
    assert told == {("http", "bearer"), ("apiKey", "sessionid")}


def test_every_operation_names_both_but_the_open_ones() -> None:
    page = description()
    schemes = set(page["components"]["securitySchemes"])
    for path, verbs in page["paths"].items():
        for verb, operation in verbs.items():
            named = {name for one in operation.get("security", []) for name in one}
            assert named == (set() if (verb, path) in OPEN else schemes), (verb, path)
