"""Files in pieces, as tus 1.0 has it. Each piece is on the disk before its bytes are counted.

Of the servers that others wrote, `django-tus` rests since 2020, `drf-tus` needs a second framework for its endpoints, and
`tuspyserver` is for FastAPI; none binds a file to a report, or takes up again what another request still holds.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.http.request import UnreadablePostError
from django.utils import timezone

from backend.accounts.models import Device
from backend.errors import Conflict, GramReachError, Invalid, Mismatch, NotFound, TooLarge, Unreadable
from backend.field.models import Upload
from backend.submissions import attachments, blobs
from backend.writing import writing

DAYS = 14  # until an unfinished upload is forgotten, counted from its last piece
READ = 16 * 1024  # bytes at once: little is lost when a thin line breaks
KEEP = 512 * 1024  # bytes, or
SECONDS = 2.0  # of reading, until what came is put on the disk and counted
CHECKED = 16 * 1024 * 1024  # bytes of a piece with a checksum, which is kept whole or not at all
MB = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Announced:
    instance_id: str
    filename: str
    sha256: str
    length: int


def begin(device: Device, file: Announced) -> tuple[Upload, bool]:
    """The upload of this file, and whether it is new: the same again is the same one. Whole, if the file is here.

    Raises TooLarge, and Invalid where the same file was announced with another length.
    """
    if file.length > settings.UPLOAD_LIMIT:
        limit = settings.UPLOAD_LIMIT // MB
        raise TooLarge(f"{file.filename} is larger than {limit} MB. Send a shorter one.", where="Upload-Length")
    here = attachments.is_here(device, file.instance_id, file.filename, file.sha256)
    with writing():
        upload, made = Upload.objects.get_or_create(
            device=device,
            instance_id=file.instance_id,
            filename=file.filename,
            sha256=file.sha256,
            defaults={
                "key": secrets.token_urlsafe(24),
                "length": file.length,
                "offset": file.length if here else 0,
                "finished_at": timezone.now() if here else None,
                "expires_at": _expiry(),
            },
        )
    if upload.length != file.length:
        raise Invalid("This very file was announced with another length.", where="Upload-Length")
    return (upload, True) if made else (as_it_is(upload), False)


def of(device: Device, key: str) -> Upload:
    found = Upload.objects.filter(device=device, key=key, expires_at__gt=timezone.now()).first()
    if found is None:
        raise NotFound("There is no such upload; it was finished long ago, or is too old. Begin again.", where="upload")
    return found


def as_it_is(upload: Upload) -> Upload:
    """What is left of it after a crash: all bytes here but not yet attached, or fewer on the disk than were counted."""
    if upload.finished_at is not None:
        return upload
    with _locked(upload) as file:
        upload.refresh_from_db()
        if upload.finished_at is None and _size(file) < upload.offset:
            _count(upload, 0)
    try:
        return finished(upload)
    except GramReachError:  # kept aside, or to be sent again: the offset says which
        upload.refresh_from_db()
        return upload


def append(upload: Upload, offset: int, body: Readable, length: int, checksum: tuple[str, bytes] | None) -> Upload:
    """Add a piece. What came before the line broke stays, unless the piece has a checksum.

    Raises Conflict (wrong_offset), TooLarge, Mismatch, Unreadable (the line broke), and what `finished` raises.
    """
    if offset != upload.offset:
        raise Conflict(f"This upload goes on at byte {upload.offset}.", code="wrong_offset", where="Upload-Offset")
    if offset + length > upload.length:
        raise TooLarge("This is more than was announced.", where="Upload-Offset")
    if checksum is not None:
        with _checked(body, length, *checksum) as whole:
            _write(upload, whole, length)
    else:
        _write(upload, body, length)
    return finished(upload)


def _write(upload: Upload, body: Readable, length: int) -> None:
    left, broken = length, False
    while left and not broken:
        piece, since = bytearray(), time.monotonic()
        while left and len(piece) < KEEP and time.monotonic() - since < SECONDS:
            try:
                read = body.read(min(READ, left))
            except (UnreadablePostError, OSError):
                read = b""
            if not read:
                broken = True
                break
            piece += read
            left -= len(read)
        _keep(upload, bytes(piece))
    if broken:
        raise Unreadable("The connection broke. Ask where to go on.", code="broken_off")


def _keep(upload: Upload, piece: bytes) -> None:
    """Onto the disk for good, then counted. Whoever was faster with the same bytes is ahead: then these are not needed."""
    if not piece:
        return
    with _locked(upload) as file:
        ours = upload.offset
        upload.refresh_from_db()
        if upload.offset != ours or upload.finished_at is not None:
            raise Conflict(f"This upload goes on at byte {upload.offset}.", code="wrong_offset", where="Upload-Offset")
        file.seek(ours)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        _count(upload, ours + len(piece))


def _count(upload: Upload, offset: int) -> None:
    upload.offset, upload.expires_at = offset, _expiry()
    with writing():
        upload.save(update_fields=["offset", "expires_at"])


@contextmanager
def _checked(body: Readable, length: int, algorithm: str, digest: bytes) -> Iterator[BinaryIO]:
    if length > CHECKED:
        raise TooLarge(f"A piece with a checksum has at most {CHECKED // MB} MB.", where="Upload-Checksum")
    found, left = hashlib.new(algorithm, usedforsecurity=False), length
    with tempfile.SpooledTemporaryFile(max_size=MB) as whole:
        while left and (read := body.read(min(READ, left))):
            found.update(read)
            whole.write(read)
            left -= len(read)
        if found.digest() != digest:
            raise Mismatch("This piece changed on the way. Send it again.", where="Upload-Checksum")
        whole.seek(0)
        yield whole  # type: ignore[misc]  # a file in all but name


def finished(upload: Upload) -> Upload:
    """Attach the file once it is whole.

    Raises Mismatch where the bytes are not those announced (then it begins again), Invalid where they are not what the
    name says and Conflict where the name is taken: the office keeps those aside, and the upload is done.
    """
    if upload.offset < upload.length or upload.finished_at is not None:
        return upload
    with _locked(upload) as file:
        upload.refresh_from_db()
        if upload.offset < upload.length or upload.finished_at is not None:
            return upload  # another request was faster
        file.truncate(upload.length)
        if _sha256(file) != upload.sha256:
            file.truncate(0)
            _count(upload, 0)
            raise Mismatch(f"{upload.filename} changed on the way. Send it again from the start.", where="sha256")
        file.seek(0)
        try:
            attachments.arrive(upload.device, upload.instance_id, upload.filename, file, timezone.now())
        except (Conflict, Invalid):
            _finish(upload)
            raise
        _finish(upload)
    return upload


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(MB):
        digest.update(chunk)
    return digest.hexdigest()


def _finish(upload: Upload) -> None:
    upload.finished_at, upload.expires_at = timezone.now(), _expiry()
    with writing():
        upload.save(update_fields=["finished_at", "expires_at"])
    _place(upload).unlink(missing_ok=True)


def end(upload: Upload) -> None:
    """Forget an upload and its pieces; what is attached stays."""
    with writing():
        Upload.objects.filter(pk=upload.pk).delete()
    _place(upload).unlink(missing_ok=True)


def sweep() -> int:
    """Forget what nobody went on with, and settle files whose report never came. Returns how many there were."""
    now = timezone.now()
    old = list(Upload.objects.filter(expires_at__lt=now))
    for upload in old:
        end(upload)
    kept = set(Upload.objects.filter(finished_at=None).values_list("key", flat=True))
    for path in Path(settings.UPLOADS).glob("*"):
        if path.name not in kept and path.stat().st_mtime < (now - dt.timedelta(days=DAYS)).timestamp():
            path.unlink(missing_ok=True)
    settled = attachments.settle_early(now - dt.timedelta(days=DAYS))
    return len(old) + settled + blobs.sweep(dt.timedelta(days=DAYS))


def _expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=DAYS)


def _place(upload: Upload) -> Path:
    return Path(settings.UPLOADS) / upload.key


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


@contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    """The file of the pieces, for one process and thread at a time; held for a write, never while a phone is waited for."""
    path = _place(upload)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
