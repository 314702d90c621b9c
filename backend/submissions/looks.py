"""How photos look, worked out from their bytes: those of ODK Collect and of scripts have names that do not say it, and a name
may say what it likes. Done after they came, by `gramreach work`: nobody who sends waits for it, and no transaction either.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any, BinaryIO

import numpy as np
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from PIL import Image, ImageOps

from backend.submissions import blobs, photos
from backend.submissions.models import Attachment, Blob, PhotoLook
from backend.writing import hold, writing

AT_ONCE = 50
WIDE, HIGH = 9, 8
GREY = np.array([0.299, 0.587, 0.114], np.float32)
CLEARLY = 2  # grey levels of 256: less is the noise of saving again, in a white sky or a dark corner
DECODED = 256  # pixels of a side that are enough; a JPEG is decoded at an eighth of its size at best
MOST_PIXELS = 40_000_000  # after that
LOOKING = uuid.uuid5(uuid.NAMESPACE_URL, "gramreach:looks")
log = logging.getLogger(__name__)


def look_at_new(most: int = AT_ONCE) -> int:
    """Look at files that came and were not looked at, oldest first; returns how many. The same again changes nothing."""
    new = list(_new()[:most])
    seen = [(attachment, _bits(attachment.blob)) for attachment in new]
    if seen:
        with writing():
            hold([LOOKING])  # of two that came at one moment, one must see the other
            still = set(_new().filter(pk__in=[a.pk for a in new]).values_list("pk", flat=True))
            for attachment, bits in seen:
                if attachment.pk in still and bits is not None:
                    photos.seen(attachment, bits)
            Attachment.objects.filter(pk__in=still).update(looked=True)
    return len(seen)


def forget() -> None:
    """What the names say is written anew; what came is looked at again, by and by. Flags stay: they are facts."""
    with writing():
        hold([LOOKING])
        PhotoLook.objects.all().delete()
        photos.keep_named(Attachment.objects.order_by("pk").values_list("version_id", "name").iterator())
        Attachment.objects.filter(looked=True).update(looked=False)


def _new() -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(looked=False, blob__isnull=False).order_by("pk")
    return rows.select_related("blob", "version__submission", "version__device")


def _bits(blob: Blob | None) -> int | None:
    if blob is None or not blob.content_type.startswith("image/"):
        return None
    try:
        with default_storage.open(blobs.path_of(blob.sha256)) as file:
            return bits_of(file)
    except OSError:
        log.warning("a photo could not be read: %s", blob.sha256)
        return None


def bits_of(content: BinaryIO | File[Any]) -> int | None:
    """As the app has it: 64 bits, each whether a field of the picture's 9 x 8 is clearly darker than its right neighbour.
    None for what is no picture, or too large or small a one.
    """
    try:
        with Image.open(content) as image:
            image.draft("RGB", (DECODED, DECODED))
            if image.width * image.height > MOST_PIXELS:
                return None
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"), np.float32)
    except Exception:  # there is no list of what a decoder raises at damaged bytes
        return None
    high, wide = pixels.shape[:2]
    if high < HIGH or wide < WIDE:
        return None
    rows, columns = (-(-np.arange(parts) * size // parts) for parts, size in ((HIGH, high), (WIDE, wide)))
    sums = np.add.reduceat(np.add.reduceat(pixels @ GREY, rows, axis=0), columns, axis=1)
    means = sums / np.diff(rows, append=high)[:, None] / np.diff(columns, append=wide)
    darker = np.diff(means, axis=1) > CLEARLY
    return int.from_bytes(np.packbits(darker).tobytes(), "big")
