"""Photos as cameras make them: with where, when and whose in them, and more behind their end."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageChops

OWNER = "Phone of Lakshmi"
_PLACE = {1: "N", 2: (13.0, 11.0, 15.5), 3: "E", 4: (74.0, 56.0, 1.5)}


def picture(size: int = 90) -> Image.Image:
    noise = Image.effect_noise((size, size // 2), 60)
    return Image.merge("RGB", (noise, noise.rotate(90), ImageChops.invert(noise)))


def exif(turned: int | None = 6) -> bytes:
    told = Image.Exif()
    told[0x010F], told[0x013B] = OWNER, OWNER
    if turned is not None:
        told[0x0112] = turned
    told.get_ifd(0x8825).update(_PLACE)
    return told.tobytes()


def taken(turned: int | None = 6, size: int = 90, **how: Any) -> bytes:
    """A JPEG with Exif, XMP, a remark and a film behind its end."""
    out = io.BytesIO()
    picture(size).save(out, "JPEG", exif=exif(turned), comment=OWNER, quality=85, **how)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + OWNER.encode() + b"</x:xmpmeta>"
    head, rest = out.getvalue()[:2], out.getvalue()[2:]
    return head + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2) + xmp + rest + b"MotionPhoto" + OWNER.encode()
