"""Attachments' bytes: kept once, under their SHA-256, and never half-written under that name."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image, UnidentifiedImageError

from backend.errors import Invalid
from backend.submissions.models import Blob

if TYPE_CHECKING:
    from _typeshed import SupportsRead

CHUNK = 1024 * 1024
IMAGES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
OTHERS = {
    ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".wav": "audio/wav", ".ogg": "audio/ogg", ".amr": "audio/amr",
    ".mp4": "video/mp4", ".webm": "video/webm", ".3gp": "video/3gpp", ".csv": "text/csv", ".pdf": "application/pdf",
}  # fmt: skip
ENDINGS = frozenset(IMAGES) | frozenset(OTHERS)


def path_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def content_type(name: str, content: BinaryIO) -> str:
    """By the ending, proved by the content where a browser would draw it.

    Raises Invalid (not_an_image) for a file that is only called a photo.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in IMAGES:
        return OTHERS.get(suffix, "application/octet-stream")
    try:
        with Image.open(content) as image:
            image.verify()
        found = Image.MIME.get(image.format or "", "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        found = ""
    finally:
        content.seek(0)
    if found not in IMAGES.values():
        message = f"{name} is called a photo, but is none. Take the photo again, or send the file under its true name."
        raise Invalid(message, code="not_an_image", where=name)
    return found


def put(content: BinaryIO) -> tuple[str, int]:
    """Write the bytes; returns their SHA-256 and how many they are. Slow: done before any transaction.

    From the first byte, wherever a reader before left the file, and left there again.
    """
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    sha256 = digest.hexdigest()
    if not default_storage.exists(path_of(sha256)):
        _write(sha256, content)
    elif (there := _local(sha256)) is not None:
        os.utime(there)  # wanted again: the sweep leaves it to whoever is about to write its row
    content.seek(0)
    return sha256, size


def sha256_of(content: SupportsRead[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def sweep(older_than: dt.timedelta) -> int:
    """Delete files without a row, and halves of files: what a server left that died between the two. Returns how many.

    Only in a folder of ours; `older_than` is far more than a report takes to be stored.
    """
    if (root := _folder()) is None:
        return 0
    before, swept = time.time() - older_than.total_seconds(), 0
    for folder in sorted(path for path in root.glob("*/*") if path.is_dir()):
        old = {path.name: path for path in folder.iterdir() if path.stat().st_mtime <= before}
        wanted = set(Blob.objects.filter(sha256__in=old).values_list("sha256", flat=True))
        for name, path in old.items():
            if name not in wanted:
                path.unlink(missing_ok=True)
                swept += 1
    return swept


def _folder() -> Path | None:
    """Where attachments lie, if that is a folder of this machine."""
    location = getattr(default_storage, "base_location", None)
    return Path(location) if location else None


def _local(sha256: str) -> Path | None:
    root = _folder()
    return root / path_of(sha256) if root else None


def row(sha256: str, size: int, kind: str) -> Blob:
    """Of bytes that were `put`; the same bytes again give the row that is there."""
    return Blob.objects.get_or_create(sha256=sha256, defaults={"size": size, "content_type": kind})[0]


def _write(sha256: str, content: BinaryIO) -> None:
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "base_location"):
        default_storage.save(path_of(sha256), File(content))
        return
    target = Path(default_storage.path(path_of(sha256)))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as part:
        try:
            while chunk := content.read(CHUNK):
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
        except OSError:  # the disk is full: leave it no fuller
            os.unlink(part.name)
            raise
    os.replace(part.name, target)  # all of it under its name, or nothing
    for folder in target.parents[:3]:  # any of them may be new, and made by another at this moment
        _sync(folder)


def _sync(folder: Path) -> None:
    """The names in it onto the disk: a receipt stands for a file that a power cut does not take away."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
