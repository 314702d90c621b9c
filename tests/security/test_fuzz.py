"""Whatever is asked, and whoever asks: no fault of ours, and no answer that the description does not know."""

from __future__ import annotations

import os
from typing import Any

import orjson
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core import NotSet

from backend.api import api
from backend.config.wsgi import application
from backend.deployments import filters
from backend.errors import GramReachError
from tests.described import outside
from tests.integration.world import World, user
from tests.soak import examples

ROLES = ("nobody", "phone", "cluster_team", "coordinator", "administrator")
schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
schema.app = application


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_the_api_has_no_fault(role: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each operation some times; without its signature, which would need a server's own process."""
    client = Client(raise_request_exception=False)
    if role == "phone":
        client = Client(headers={"Authorization": f"Bearer {world.token}"}, raise_request_exception=False)
    elif role != "nobody":
        client.force_login(user(role, role, centres=[world.centre], clusters=[world.cluster]))
    faults: list[str] = []

    def ask(case: Case) -> None:
        body: Any = b"" if isinstance(case.body, NotSet) else case.body
        if not isinstance(body, str | bytes):
            body = orjson.dumps(body, default=str)
        names = {name: str(text) for name, text in (case.headers or {}).items() if str(text).isprintable()}
        answer = client.generic(
            case.method, case.formatted_path, body, content_type="application/json", headers=names,
            query_params={name: str(value) for name, value in (case.query or {}).items()},
        )  # fmt: skip
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
        what = f"{case.method} {case.formatted_path} {case.query} {body[:300]!r}"
        if answer.status_code >= 500:
            faults.append(f"{what}: {answer.status_code}")
        elif found := outside(
            case.method, case.path, answer.status_code, answer.headers.get("Content-Type", ""), content
        ):
            faults.append(f"{what}: not described: {found}")

    for result in schema.get_all_operations():
        operation = result.ok()
        run = given(case=operation.as_strategy())(lambda case: ask(case))
        settings(
            max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
            derandomize="SEED" not in os.environ, database=None,
        )(run)()  # fmt: skip
    assert faults == []


@pytest.mark.django_db
def test_filters_answer_or_refuse(world: World) -> None:
    refused: set[int] = set()

    @given(query=st.dictionaries(st.sampled_from(filters.NAMES), st.text(max_size=40), max_size=4))
    @settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
    def run(query: dict[str, str]) -> None:
        try:
            filters.parse(query)
        except GramReachError as error:
            refused.add(error.status)

    run()
    assert refused == {400}
