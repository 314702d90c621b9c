"""A phone gets the same answer by the short way as by the long one."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client, override_settings

from backend.config.straight import VIEWS
from tests.integration.world import World

LONG = [name for name in settings.MIDDLEWARE if name != "backend.config.straight.Straight"]
SINGLE, BATCH = VIEWS
JSON = "application/json"


def _sent(world: World) -> list[tuple[str, bytes, dict[str, Any]]]:
    report = orjson.dumps(world.filled("village_need", "uuid:one"))
    token = {"authorization": f"Bearer {world.token}"}
    return [
        (SINGLE, report, {"content_type": JSON, "headers": token}),
        (SINGLE, report, {"content_type": JSON, "headers": token}),
        (SINGLE, b"{", {"content_type": JSON, "headers": token}),
        (SINGLE, b"<data", {"content_type": "application/xml", "headers": token}),
        (SINGLE, b"[]", {"content_type": JSON, "headers": token}),
        (SINGLE, b" " * (settings.BODY_LIMIT + 1), {"content_type": JSON, "headers": token}),
        (SINGLE, report, {"content_type": JSON, "headers": {"authorization": "Bearer wrong"}}),
        (SINGLE, report, {"content_type": JSON, "headers": {"authorization": "Basic abc"}}),
        (SINGLE, report, {"content_type": JSON, "headers": {"authorization": ""}}),
        (SINGLE, report, {"content_type": JSON}),
        (SINGLE, report, {"content_type": JSON, "headers": token | {"host": "elsewhere.example"}}),
        (BATCH, b'{"submissions": [%s, 5]}' % report, {"content_type": JSON, "headers": token}),
        (
            BATCH,
            gzip.compress(b'{"submissions": []}'),
            {"content_type": JSON, "headers": token | {"content-encoding": "gzip"}},
        ),
        (BATCH, b'{"submissions": 1}', {"content_type": JSON, "headers": token}),
    ]


@pytest.mark.parametrize("number", range(14))
def test_both_ways_answer_alike(world: World, number: int) -> None:
    from django.db import transaction

    address, body, how = _sent(world)[number]
    answers = []
    for middleware in (settings.MIDDLEWARE, LONG):
        with override_settings(MIDDLEWARE=middleware), transaction.atomic():
            client = Client()
            if number == 1:  # a resend
                client.post(address, body, **how)
            answer = client.post(address, body, **how)
            answers.append(
                (
                    answer.status_code,
                    answer.content,
                    answer.headers["Content-Type"],
                    answer.headers.get("X-Content-Type-Options"),
                )
            )
            transaction.set_rollback(True)
    assert answers[0] == answers[1]


def test_the_short_way_is_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, SINGLE, lambda request: {"short": True})
    answer = Client().post(SINGLE, b"{}", content_type=JSON, headers={"authorization": f"Bearer {world.token}"})
    assert answer.json() == {"short": True}
