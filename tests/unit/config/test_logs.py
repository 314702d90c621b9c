"""Log lines carry the request's id, and no secret, in either form."""

from __future__ import annotations

import json
import logging

from backend.config.logs import AsJson, WithoutTokens
from backend.origin import Origin, coming_from


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("gramreach", logging.WARNING, "", 0, message, (), None)


def test_both_forms_name_the_request() -> None:
    with coming_from(Origin("abc123", "10.0.0.7")):
        told = json.loads(AsJson().format(record("of a report")))
        line = WithoutTokens("%(request_id)s %(message)s").format(record("of a report"))
    assert (told["request"], told["address"], told["message"]) == ("abc123", "10.0.0.7", "of a report")
    assert line == "abc123 of a report"


def test_json_lines_hold_no_token() -> None:
    assert "secret" not in AsJson().format(record("GET /openrosa/key/secret-token/formList"))
