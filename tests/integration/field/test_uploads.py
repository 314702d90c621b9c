"""Files in pieces: whatever breaks, each arrives once, whole, and at its report."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http.request import UnreadablePostError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backend.accounts import services as accounts
from backend.accounts.models import Device, Officer
from backend.errors import Unreadable
from backend.field import uploads
from backend.field.models import Upload
from backend.submissions import attachments, blobs, reviewing
from backend.submissions.models import Attachment, EarlyFile, KeptAside
from tests.integration.field.photos import photo, send, sha256, stored
from tests.integration.field.test_phones_and_receipts import receipts
from tests.integration.world import World, user

HEADERS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"
PHOTO = photo()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path / "uploads"


def metadata(**said: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


def announce(
    world: World, instance_id: str = "uuid:d1", name: str = "one.jpg", content: bytes = PHOTO, **changed: Any
) -> Any:
    said = {"instance_id": instance_id, "filename": name, "sha256": sha256(content), "filetype": "image/jpeg"}
    headers = {**HEADERS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(**said), **changed}
    body = changed.pop("body", b"")
    return world.client().post("/api/v1/uploads/", body, content_type=PIECE if body else "text/plain", headers=headers)


def ask(world: World, address: str) -> Any:
    return world.client().head(address, headers=HEADERS)


def offset(world: World, address: str) -> int:
    return int(ask(world, address)["Upload-Offset"])


def add(world: World, address: str, at: int, piece: bytes, **headers: str) -> Any:
    headers = {**HEADERS, "Upload-Offset": str(at), **headers}
    return world.client().patch(address, piece, content_type=PIECE, headers=headers)


def upload(world: World, **said: Any) -> Any:
    """In one piece; the answer to it."""
    return add(world, announce(world, **said)["Location"], 0, said.get("content", PHOTO))


def attached(instance_id: str = "uuid:d1", name: str = "one.jpg") -> str | None:
    row = Attachment.objects.filter(version__instance_id=instance_id, name=name).select_related("blob").first()
    return row.blob.sha256 if row is not None and row.blob is not None else None


def test_the_server_says_what_it_understands(client: Client, settings: Settings) -> None:
    settings.UPLOAD_LIMIT = 5000
    answer = client.options("/api/v1/uploads/")
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Max-Size"]) == (204, "1.0.0", "5000")
    assert set(answer["Tus-Extension"].split(",")) >= {"creation", "termination", "expiration", "checksum"}


def test_a_photo_in_pieces_is_attached_to_its_report(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    begun = announce(world)
    assert (begun.status_code, begun["Upload-Offset"], begun["Tus-Resumable"]) == (201, "0", "1.0.0")
    address = begun["Location"]
    answer = add(world, address, 0, PHOTO[:100])
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "100")
    assert answer["Upload-Expires"].endswith("GMT")
    assert (offset(world, address), attached()) == (100, None)
    assert add(world, address, 100, PHOTO[100:]).status_code == 204
    assert attached() == sha256(PHOTO)
    assert receipts(world, "uuid:d1")[0]["missing_attachments"] == []
    assert offset(world, address) == len(PHOTO)
    assert not list(Path(uploads.settings.UPLOADS).iterdir())


def test_the_first_piece_may_come_with_the_announcement(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    answer = announce(world, body=PHOTO)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert attached() == sha256(PHOTO)


def test_the_same_announced_again_goes_on_where_it_was(world: World) -> None:
    first = announce(world)
    add(world, first["Location"], 0, PHOTO[:50])
    again = announce(world)
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (200, first["Location"], "50")


def test_what_is_here_already_need_not_be_sent_again(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    upload(world)
    Upload.objects.all().delete()
    answer = announce(world)
    assert offset(world, answer["Location"]) == len(PHOTO)


def test_a_piece_at_another_place_is_refused(world: World) -> None:
    address = announce(world)["Location"]
    answer = add(world, address, 7, PHOTO[7:])
    assert (answer.status_code, answer.json()["code"], offset(world, address)) == (409, "wrong_offset", 0)


def test_more_than_was_announced_is_refused(world: World) -> None:
    assert add(world, announce(world)["Location"], 0, PHOTO + b"x").status_code == 413


def test_too_large_a_file_is_refused_before_it_is_sent(world: World, settings: Settings) -> None:
    settings.UPLOAD_LIMIT = len(PHOTO) - 1
    answer = announce(world)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_other_bytes_than_announced_begin_again(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    address = announce(world)["Location"]
    answer = add(world, address, 0, bytes(len(PHOTO)))
    assert (answer.status_code, answer.json()["code"]) == (460, "checksum_mismatch")
    assert (offset(world, address), attached()) == (0, None)
    assert add(world, address, 0, PHOTO).status_code == 204
    assert attached() == sha256(PHOTO)


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(world: World, algorithm: str) -> None:
    address = announce(world)["Location"]
    digest = base64.b64encode(hashlib.new(algorithm, PHOTO[:60]).digest()).decode()
    answer = add(world, address, 0, b"x" + PHOTO[1:60], **{"Upload-Checksum": f"{algorithm} {digest}"})
    assert (answer.status_code, offset(world, address)) == (460, 0)
    answer = add(world, address, 0, PHOTO[:60], **{"Upload-Checksum": f"{algorithm} {digest}"})
    assert (answer.status_code, offset(world, address)) == (204, 60)
    assert add(world, address, 60, PHOTO[60:], **{"Upload-Checksum": "md5 xx"}).status_code == 422


def test_what_is_no_photo_is_kept_aside_and_said(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    text = b"this is no photo"
    answer = upload(world, content=text)
    assert (answer.status_code, answer.json()["code"], attached()) == (422, "not_an_image", None)
    kept = KeptAside.objects.get()
    assert (kept.instance_id, kept.filename, kept.blob and kept.blob.sha256) == ("uuid:d1", "one.jpg", sha256(text))
    item = receipts(world, "uuid:d1")[0]
    assert (item["here"], item["missing_attachments"]) == (True, [])
    again = announce(world, content=text)
    assert int(again["Upload-Offset"]) == len(text)


def test_another_file_of_the_same_name_is_a_conflict_and_kept(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    upload(world)
    answer = upload(world, content=photo(0))
    assert (answer.status_code, answer.json()["code"]) == (409, "attachment_conflict")
    assert attached() == sha256(PHOTO)
    assert KeptAside.objects.get().blob == blobs.row(*blobs.put(io.BytesIO(photo(0))), "image/jpeg")


def test_a_file_may_come_before_its_report(world: World) -> None:
    assert upload(world).status_code == 204
    assert EarlyFile.objects.count() == 1
    answer = send(world, world.registration("uuid:d1", photo="one.jpg"))
    assert (answer.status_code, answer.json()["missing_attachments"]) == (201, [])
    assert (attached(), EarlyFile.objects.count()) == (sha256(PHOTO), 0)


def test_also_before_a_whole_outbox(world: World) -> None:
    upload(world)
    items = [world.registration("uuid:d0", photo="a.jpg"), world.registration("uuid:d1", photo="one.jpg")]
    answer = world.client().post("/api/v1/submissions/batch", {"submissions": items}, content_type="application/json")
    assert [r["missing_attachments"] for r in answer.json()["results"]] == [["a.jpg"], []]
    assert attached() == sha256(PHOTO)


def test_a_file_of_a_report_that_was_kept_aside_goes_with_it(world: World) -> None:
    upload(world, instance_id="uuid:odd", name="early.jpg")
    send(world, world.registration("uuid:odd", photo="one.jpg") | {"version": "1999"})
    assert not EarlyFile.objects.exists()
    assert upload(world, instance_id="uuid:odd").status_code == 204
    files = KeptAside.objects.filter(kind="attachment")
    assert sorted(files.values_list("filename", "code")) == [
        ("early.jpg", "with_unknown_version"), ("one.jpg", "with_unknown_version"),
    ]  # fmt: skip
    item = receipts(world, "uuid:odd")[0]
    assert (item["kept"], item["missing_attachments"]) == (True, [])


def test_its_files_are_there_when_it_is_tried_again(world: World) -> None:
    Officer.objects.update(forms=["village_report"])
    send(world, world.registration("uuid:odd", photo="one.jpg"))
    upload(world, instance_id="uuid:odd")
    Officer.objects.update(forms=[])
    body = KeptAside.objects.exclude(kind="attachment").get()
    reviewing.resolve(body, "retry", "", user("administrator", "boss"))
    assert attached("uuid:odd") == sha256(PHOTO)


def test_a_file_of_an_edit_goes_to_the_edit(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    send(world, world.registration("uuid:d1b", photo="two.jpg") | {"deprecated_id": "uuid:d1"})
    upload(world, instance_id="uuid:d1b", name="two.jpg", content=photo(9))
    assert (attached("uuid:d1b", "two.jpg"), attached("uuid:d1", "one.jpg")) == (sha256(photo(9)), None)


def test_what_a_broken_line_brought_stays(world: World) -> None:
    class Breaking:
        left = 3

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise UnreadablePostError
            return PHOTO[(2 - self.left) * 50 : (3 - self.left) * 50]

    address = announce(world)["Location"]
    row = Upload.objects.get()
    with pytest.raises(Unreadable):
        uploads.append(row, 0, Breaking(), len(PHOTO), None)
    assert offset(world, address) == 150
    assert add(world, address, 150, PHOTO[150:]).status_code == 204


def test_whoever_is_slower_with_the_same_bytes_writes_nothing(world: World) -> None:
    """A phone whose line died asks anew while the server still waits for the rest of the old request."""
    address = announce(world)["Location"]
    stale = Upload.objects.get()

    class Slow:
        def read(self, size: int, /) -> bytes:
            add(world, address, 0, PHOTO[:80])
            return b"x" * size

    with pytest.raises(Exception, match="goes on at byte 80"):
        uploads.append(stale, 0, Slow(), len(PHOTO), None)
    assert add(world, address, 80, PHOTO[80:]).status_code == 204


def test_a_crash_before_attaching_is_made_good_when_the_phone_asks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    address = announce(world)["Location"]
    with monkeypatch.context() as crash:
        crash.setattr(attachments, "arrive", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            add(world, address, 0, PHOTO)
    assert attached() is None
    assert (offset(world, address), attached()) == (len(PHOTO), sha256(PHOTO))


def test_bytes_that_were_counted_and_are_not_on_the_disk_are_asked_for_again(world: World) -> None:
    address = announce(world)["Location"]
    add(world, address, 0, PHOTO[:90])
    os.truncate(uploads._place(Upload.objects.get()), 10)
    assert offset(world, address) == 0


def test_an_upload_can_be_given_up(world: World) -> None:
    address = announce(world)["Location"]
    add(world, address, 0, PHOTO[:90])
    assert world.client().delete(address, headers=HEADERS).status_code == 204
    assert ask(world, address).status_code == 404
    assert not list(Path(uploads.settings.UPLOADS).iterdir())


def test_what_nobody_goes_on_with_is_forgotten_after_two_weeks(world: World) -> None:
    address = announce(world)["Location"]
    add(world, address, 0, PHOTO[:90])
    soon = Upload.objects.get().expires_at - timezone.now()
    assert dt.timedelta(days=13, hours=23) < soon <= dt.timedelta(days=14)
    Upload.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert ask(world, address).status_code == 404
    call_command("sweep_uploads")
    assert not Upload.objects.exists()
    assert not list(Path(uploads.settings.UPLOADS).iterdir())


def test_a_file_whose_report_never_came_is_kept_aside(world: World) -> None:
    upload(world)
    EarlyFile.objects.update(received_at=timezone.now() - dt.timedelta(days=15))
    uploads.sweep()
    assert (KeptAside.objects.get().code, EarlyFile.objects.count()) == ("report_missing", 0)


def test_uploads_of_others_are_not_there(world: World) -> None:
    address = announce(world)["Location"]
    accounts.enrol(accounts.make_code(Officer.objects.create(name="R", centre=world.centre)), "phone-1", "r" * 40)
    other = Client(headers={"Authorization": f"Bearer {'r' * 40}"})
    assert other.head(address, headers=HEADERS).status_code == 404


def test_a_colleagues_file_does_not_reach_ones_report(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    accounts.enrol(accounts.make_code(Officer.objects.create(name="R", centre=world.centre)), "phone-1", "r" * 40)
    attachments.take(Device.objects.get(installation_id="phone-1", officer__name="R"), "uuid:d1", "one.jpg",
                     blobs.row(*blobs.put(io.BytesIO(PHOTO)), "image/jpeg"), timezone.now())  # fmt: skip
    assert attached() is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Tus-Resumable": "0.2"}, 412),
        ({"Upload-Length": "-1"}, 422),
        ({"Upload-Length": "many"}, 422),
        ({"Upload-Metadata": "filename ***"}, 422),
        ({"Upload-Metadata": ""}, 422),
        ({"Upload-Metadata": metadata(instance_id="u", filename="../../etc/passwd", sha256="0" * 64)}, 422),
        ({"Upload-Metadata": metadata(instance_id="u", filename="a.jpg", sha256="0" * 63)}, 422),
    ],
)
def test_what_is_not_announced_rightly_is_refused(world: World, changed: dict[str, str], status: int) -> None:
    answer = announce(world, **changed)
    assert (answer.status_code, answer["Tus-Resumable"]) == (status, "1.0.0")
    assert answer.json()["detail"]


def test_pieces_say_what_they_are(world: World) -> None:
    address = announce(world)["Location"]
    answer = world.client().patch(address, PHOTO, content_type="image/jpeg", headers={**HEADERS, "Upload-Offset": "0"})
    assert answer.status_code == 415


def test_an_empty_file_is_whole_at_once(world: World) -> None:
    stored(world, "uuid:d1", photo="one.jpg")
    answer = announce(world, name="empty.csv", content=b"")
    assert (answer.status_code, offset(world, answer["Location"])) == (201, 0)
    assert attached(name="empty.csv") == sha256(b"")


@pytest.mark.django_db(transaction=True)
def test_a_report_and_its_file_at_the_same_moment_find_each_other() -> None:
    from django.db import connection

    from tests.integration.world import make_world

    world = make_world()
    address = announce(world)["Location"]
    together = threading.Barrier(2)

    def run(what: Any) -> None:
        together.wait()
        what()
        connection.close()

    threads = [
        threading.Thread(target=run, args=[lambda: send(world, world.registration("uuid:d1", photo="one.jpg"))]),
        threading.Thread(target=run, args=[lambda: add(world, address, 0, PHOTO)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (attached(), EarlyFile.objects.count()) == (sha256(PHOTO), 0)
