"""Small things that would become large, and XML that would fetch: refused quickly, with little memory."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from backend.submissions.models import KeptAside, Submission
from tests.integration.world import World

pytestmark = pytest.mark.django_db
MB = 1024 * 1024


@pytest.fixture(autouse=True)
def _quickly_and_with_little() -> Iterator[None]:
    tracemalloc.start()
    begun = time.process_time()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * MB
    assert time.process_time() - begun < 30


LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "ha">%s]><data id="village_report"><x>&j;</x></data>"""
    % b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(9))
)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE data [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<data id="village_report"><x>&e;</x></data>"""
DTD = b"""<?xml version="1.0"?><!DOCTYPE data SYSTEM "http://127.0.0.1:9/x.dtd"><data id="village_report"/>"""
DEEP = b"<data id='village_report'>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</data>"
WIDE = b"<data id='village_report' " + b" ".join(b"a%d='x'" % n for n in range(100_000)) + b"/>"


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, DTD, DEEP, WIDE], ids=["laughs", "outside", "dtd", "deep", "wide"])
def test_xml(world: World, xml: bytes) -> None:
    answer = world.client().post("/api/v1/submissions", xml, content_type="application/xml")
    assert 400 <= answer.status_code < 500
    assert b"root:" not in answer.content
    assert not Submission.objects.exists()
    assert KeptAside.objects.count() == 1  # an officer's phone sent it: somebody looks


def test_gzip(world: World) -> None:
    zipper, blank = zlib.compressobj(9, wbits=31), b" " * MB
    body = b"".join([zipper.compress(b"["), *(zipper.compress(blank) for _ in range(300)), zipper.flush()])
    headers = {"Content-Encoding": "gzip"}
    answer = world.client().post("/api/v1/submissions/batch", body, content_type="application/json", headers=headers)
    assert answer.status_code == 413


def test_json_nested_deeply(world: World) -> None:
    body = b'{"submissions":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    answer = world.client().post("/api/v1/submissions/batch", body, content_type="application/json")
    assert answer.status_code in (400, 413, 422)


def png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_picture_that_claims_to_be_huge_is_never_decoded(world: World) -> None:
    import orjson

    item = orjson.dumps(world.registration("uuid:1", photo="photo.png")).decode()
    file = SimpleUploadedFile("photo.png", png(60_000, 60_000), content_type="image/png")
    answer = world.client().post("/api/v1/submissions", {"submission": item, "photo.png": file})
    assert answer.status_code in (201, 422)
    from django.test import Client

    from tests.integration.world import user

    client = Client()
    client.force_login(user("administrator", "admin"))
    for row in Submission.objects.all():
        version = row.versions.get()
        shown = client.get(f"/reports/{row.instance_id}/photos/{version.pk}/photo.png")
        assert shown.status_code in (200, 404)


def test_a_zip_of_villages_that_would_fill_the_memory(world: World, tmp_path: Path) -> None:
    target = tmp_path / "villages.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("villages.csv", "w") as file:
        file.write(b"Village Code,Village Name,State Name,District Name\n")
        line = b"x" * MB
        for _ in range(300):
            file.write(line)
    with pytest.raises(CommandError):
        call_command("load_villages", str(target), rejects=tmp_path / "rejects.csv")


def test_a_form_with_too_many_parts(world: World) -> None:
    body = {f"file{n}": io.BytesIO(b"x") for n in range(2_000)}
    answer = world.client().post("/api/v1/submissions", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
