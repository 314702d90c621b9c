"""One file of many parts: a plain tar, whose last parts are a manifest with each part's SHA-256, and that one's own.

Written and read as a stream. A file that is cut off has no manifest; one with a changed byte does not fit it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import SupportsRead

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
KIND = 1
MB = 1024 * 1024
# Parts are named by us alone: no name can lead out of the folder that they are unpacked into.
_NAME = re.compile(r"database\.(sqlite3|pgdump)|keys\.json|attachments/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}")


class Hashing:
    """A file that is read, and the SHA-256 of what was."""

    def __init__(self, file: SupportsRead[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


class Writer:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: SupportsRead[bytes], size: int) -> str:
        """Returns the SHA-256 of what was written."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        read = Hashing(content)
        self.tar.addfile(info, read)
        self.parts[name] = {"size": size, "sha256": read.digest.hexdigest()}
        return read.digest.hexdigest()

    def end(self, manifest: dict[str, Any]) -> None:
        written = json.dumps(manifest | {"gramreach_backup": KIND, "parts": self.parts}, indent=1).encode()
        for name, content in ((MANIFEST, written), (SEAL, hashlib.sha256(written).hexdigest().encode())):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o600
            self.tar.addfile(info, io.BytesIO(content))


@contextmanager
def writing_to(target: Path) -> Iterator[Writer]:
    """Under another name until it is whole and on the disk; readable by its owner alone."""
    part = target.with_name(f"{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", bufsize=MB) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def check(source: Path) -> dict[str, Any]:
    """The manifest, after every byte was compared with it. Raises Invalid for a damaged file, or one of another kind."""
    found: dict[str, dict[str, Any]] = {}
    texts: dict[str, bytes] = {}
    with _reading(source) as tar:
        for info in tar:
            content = tar.extractfile(info)
            if content is None or info.name in found or info.name in texts:
                raise _damaged(f"it holds {info.name!r}, which is no part of a backup")
            if info.name in (MANIFEST, SEAL):
                texts[info.name] = content.read(256 * MB)
            elif _NAME.fullmatch(info.name):
                read, size = Hashing(content), 0
                while data := read.read(MB):
                    size += len(data)
                found[info.name] = {"size": size, "sha256": read.digest.hexdigest()}
            else:
                raise _damaged(f"it holds {info.name!r}, which is no part of a backup")
    return _fitting(texts, found)


def _fitting(texts: dict[str, bytes], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if set(texts) != {MANIFEST, SEAL}:
        raise _damaged("it is cut off, or is no backup of GramReach")
    if hashlib.sha256(texts[MANIFEST]).hexdigest().encode() != texts[SEAL]:
        raise _damaged("its list of parts was changed")
    manifest: dict[str, Any] = json.loads(texts[MANIFEST])
    if manifest.get("gramreach_backup") != KIND:
        raise Invalid("This backup was made by a newer version of GramReach. Restore it with that one.", where="FILE")
    for name in sorted(found.keys() | manifest["parts"].keys()):
        if found.get(name) != manifest["parts"].get(name):
            raise _damaged(f"{name} is not as it was written")
    return manifest


def extract(source: Path, folder: Path) -> None:
    """All parts below `folder`, each on the disk for good. Only of a file that `check` has passed."""
    with _reading(source) as tar:
        for info in tar:
            content = tar.extractfile(info)
            if content is None or not _NAME.fullmatch(info.name):
                continue
            target = folder / info.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                while data := content.read(MB):
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())


@contextmanager
def _reading(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r|", bufsize=MB) as tar:
            yield tar
    except tarfile.TarError as error:
        raise _damaged("it is cut off, or is no backup of GramReach") from error
    except OSError as error:
        if error.strerror is None:  # tarfile's own word for the end of the file
            raise _damaged("it is cut off, or is no backup of GramReach") from error
        raise Invalid(f"{source} cannot be read: {error.strerror}.", where="FILE") from error


def _damaged(how: str) -> Invalid:
    return Invalid(
        f"The backup is damaged: {how}. Nothing was restored; take another one.", where="FILE", code="damaged"
    )
