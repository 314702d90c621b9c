"""No phone's token gets into a log, whatever writes there."""

from __future__ import annotations

import logging
import logging.config
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from backend.config import logs

TOKEN = "a-phones-token_of-random.letters"


@pytest.mark.parametrize(
    "line",
    [
        f'"GET /openrosa/key/{TOKEN}/formList HTTP/1.1" 403',
        f"Forbidden: /openrosa/key/{TOKEN}/submission?deviceID=1",
        f"https://example.org/openrosa/key/{TOKEN}",
        f"GET /openrosa/draft/{TOKEN}/formList",
        f"{{'Authorization': 'Bearer {TOKEN}'}}",
        f"authorization: basic {TOKEN}",
    ],
)
def test_a_line_loses_its_token_and_nothing_else(line: str) -> None:
    assert logs.without_tokens(line) == line.replace(TOKEN, "...")


def test_a_line_without_a_token_stays_as_it_is() -> None:
    line = "GET /phones/people 200, monkey/business, Basic settings: 12"
    assert logs.without_tokens(line) == line


def test_everything_that_is_logged_goes_through_it(tmp_path: Path) -> None:
    """The server's own settings, with a file in place of the terminal."""
    file = tmp_path / "log"
    handler = {"class": "logging.FileHandler", "filename": str(file), "formatter": "plain"}
    before = {name: logging.getLogger(name).handlers[:] for name in (None, "django", "django.server")}
    try:
        logging.config.dictConfig({**settings.LOGGING, "handlers": {"console": handler}})
        Client().get(f"/openrosa/key/{TOKEN}/no-such-page")  # Django itself tells of it, with the address
        try:
            raise ValueError(f"/openrosa/key/{TOKEN}/formList")
        except ValueError:
            logging.getLogger("django.request").exception("Internal Server Error: /key/%s/formList", TOKEN)
        logging.getLogger("django.server").info("GET /openrosa/key/%s/formList", TOKEN)
    finally:
        logging.config.dictConfig(settings.LOGGING)
        for name, handlers in before.items():
            logging.getLogger(name).handlers[:] = handlers
    written = file.read_text()
    assert "Not Found: /openrosa/key/.../no-such-page" in written
    assert "ValueError: /openrosa/key/.../formList" in written
    assert "GET /openrosa/key/.../formList" in written
    assert TOKEN not in written
