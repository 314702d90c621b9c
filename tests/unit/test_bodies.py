"""A body that was cut off between two parts is no smaller body."""

from __future__ import annotations

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest

from backend.bodies import multipart
from backend.errors import Unreadable

PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n<data/>\r\n'
    b'--b\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n\r\nphoto\r\n--b--\r\n'
)


def request(body: bytes, announced: int) -> WSGIRequest:
    return WSGIRequest(
        {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(announced),
         "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    )  # fmt: skip


def test_a_whole_one_is_read() -> None:
    assert set(multipart(request(PARTS, len(PARTS)))[1]) == {"xml_submission_file", "photo.jpg"}


@pytest.mark.parametrize("cut", [PARTS.index(b'--b\r\nContent-Disposition: form-data; name="photo"'), len(PARTS) - 20])
def test_one_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(Unreadable, match="Send it again"):
        multipart(request(PARTS[:cut], len(PARTS)))
