"""Pictures without what a camera writes into them: where, when and with which device they were taken, and by whom.

JPEG and PNG part by part, as they stand in the file: nothing is decoded, the picture stays the same to the bit, and
memory does not grow with it. What turns a JPEG upright is kept. Other kinds, which no phone makes, are drawn anew.
No library that is kept and free to use does this without reading the whole file: piexif rests since 2019 and leaves XMP
and what stands behind the picture, exiv2 is under the GPL, Pillow would compress the picture once more.
Sources: ITU-T T.81 annex B, Exif 2.32 section 4.5.4, PNG (third edition) section 5.3.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

CHUNK = 64 * 1024
MOST_PIXELS = 40_000_000  # of what is drawn anew
_START, _END, _SCAN, _EXIF = b"\xd8", b"\xd9", b"\xda", b"\xe1"
_TURNED = 0x0112
_ALONE = frozenset(bytes([code]) for code in (0x01, *range(0xD0, 0xD8)))  # markers without a length
_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # not a stuffed byte, nor a restart within a scan
# What an application's segment may hold and stay: how colours are meant.
_COLOURS = {b"\xe0": b"JFIF\0", b"\xe2": b"ICC_PROFILE\0", b"\xee": b"Adobe"}
_OTHERS = frozenset(bytes([code]) for code in (*range(0xE0, 0xF0), 0xFE))  # of applications, and remarks
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT".split()  # nothing but the picture
)


def bare(file: BinaryIO, kind: str) -> Iterator[bytes]:
    """`kind`: its content type. What cannot be followed ends there, and nothing of the rest is given."""
    if kind == "image/jpeg":
        return _jpeg(file)
    return _png(file) if kind == "image/png" else _anew(file)


def _jpeg(file: BinaryIO) -> Iterator[bytes]:
    if file.read(2) != b"\xff" + _START:
        return
    yield b"\xff" + _START
    while (code := _code(file)) not in (b"", _END):  # behind the end phones put films and second pictures
        if code in _ALONE:
            yield b"\xff" + code
            continue
        length = file.read(2)
        content = file.read(max(0, int.from_bytes(length) - 2))
        if code == _EXIF:
            yield _upright(content)
        elif code not in _OTHERS or content.startswith(_COLOURS.get(code, b"\0none")):
            yield b"\xff" + code + length + content
        if code == _SCAN:
            yield from _scan(file)
    yield b"\xff" + _END


def _code(file: BinaryIO) -> bytes:
    """Of the marker that stands here; empty where none does."""
    if file.read(1) != b"\xff":
        return b""
    while (code := file.read(1)) == b"\xff":
        pass
    return code


def _scan(file: BinaryIO) -> Iterator[bytes]:
    """The compressed picture up to the next marker, before which the file is left."""
    while chunk := file.read(CHUNK):
        if found := _MARKER.search(chunk):
            file.seek(found.start() - len(chunk), io.SEEK_CUR)
            yield chunk[: found.start()]
            return
        whole = (
            chunk[:-1] if len(chunk) == CHUNK and chunk.endswith(b"\xff") else chunk
        )  # a marker may begin at the seam
        file.seek(len(whole) - len(chunk), io.SEEK_CUR)
        yield whole


def _upright(content: bytes) -> bytes:
    """A segment that says how the picture is turned, and no more; empty where it is not."""
    if not content.startswith(b"Exif\0\0"):
        return b""  # XMP
    found = Image.Exif()
    try:
        found.load(content)
        turned = found.get(_TURNED)
    except (ValueError, SyntaxError, OSError, KeyError, TypeError):
        return b""
    if turned not in range(2, 9):
        return b""
    told = Image.Exif()
    told[_TURNED] = turned
    written = told.tobytes()
    return b"\xff" + _EXIF + (len(written) + 2).to_bytes(2) + written


def _png(file: BinaryIO) -> Iterator[bytes]:
    yield file.read(len(_PNG))
    while len(head := file.read(8)) == 8:
        length, name = int.from_bytes(head[:4]), head[4:]
        if name not in _DRAWN:
            file.seek(length + 4, io.SEEK_CUR)
            continue
        yield head
        left = length + 4  # with the check sum
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
        if name == b"IEND":
            return


def _anew(file: BinaryIO) -> Iterator[bytes]:
    out = io.BytesIO()
    try:
        with Image.open(file) as image:
            if image.format is None or image.width * image.height > MOST_PIXELS:
                return
            image.load()
            image.info.clear()
            image.save(out, image.format)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return
    yield out.getvalue()
