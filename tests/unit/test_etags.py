"""Answers with an ETag."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from backend.etags import with_etag

LONG = b"a village, and another " * 100


def asked(**headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers)
    return with_etag(request, HttpResponse(LONG, content_type="text/csv"))


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_caller_has_is_not_sent_again(known: str) -> None:
    again = asked(**{"If-None-Match": known.format(asked()["ETag"])})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", asked()["ETag"])


def test_another_content_is_sent() -> None:
    assert asked(**{"If-None-Match": '"other"'}).content == LONG


def test_a_long_answer_is_packed_for_who_takes_it_and_keeps_its_etag() -> None:
    packed = asked(**{"Accept-Encoding": "gzip"})
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", LONG)
    assert packed["ETag"] == asked()["ETag"]
    assert "Content-Encoding" not in asked()


def test_the_better_packing_is_taken_unless_it_was_said_not_to_be() -> None:
    packed = asked(**{"Accept-Encoding": "gzip, deflate, br"})
    assert (packed["Content-Encoding"], brotli.decompress(packed.content)) == ("br", LONG)
    assert asked(**{"Accept-Encoding": "br; q=0, gzip"})["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in asked(**{"Accept-Encoding": "brand"})


def test_letters_and_photos_are_not_packed_twice() -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in with_etag(request, HttpResponse(LONG, content_type="font/woff2"))
