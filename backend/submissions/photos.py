"""Photos used again: a report that shows another visit's photo asks for a look.

How a photo looks is said by its name, if the app made it, before it has come; and by itself, once it has (`looks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import islice
from operator import or_

from django.db.models import Q

from backend.deployments.observed import Filled
from backend.statements import Insert
from backend.submissions import facts, listing
from backend.submissions.arrivals import Prepared
from backend.submissions.facts import FlagRow
from backend.submissions.history import filled_of
from backend.submissions.models import Attachment, Flag, PhotoLook, ReportRow

NAMED = re.compile(r"-([0-9a-f]{16})\.jpg$")
ALIKE = 3  # of 64 bits: what saving a picture again changes
PARTS = 4  # more than ALIKE: two that are alike have one part in common, so that an index finds them
EDGES = range(8, 57)  # fewer or more say too little: a dark picture, a wall; all of them look alike

_PUT = Insert(PhotoLook)


def bits_of(name: str) -> int | None:
    """How a photo looks, by its name; None where the name does not say, and where it would say too little."""
    found = NAMED.search(name)
    bits = int(found[1], 16) if found else 0
    return bits if bits.bit_count() in EDGES else None


def keep_looks(versions: Iterable[tuple[Prepared, int]]) -> None:
    """How the photos of new versions look; each with the key of its version."""
    keep_named((key, name) for item, key in versions for name in dict.fromkeys(item.attachments))


def keep_named(photos: Iterable[tuple[int, str]]) -> None:
    """How photos look by their names: the keys of their versions, and these."""
    looks = ((key, name, bits_of(name)) for key, name in photos)
    _PUT.many([{"version_id": key, "name": name[:255], **_row(bits)} for key, name, bits in looks if bits is not None])


def used_again(item: Prepared, version: int, said: Filled) -> list[FlagRow]:
    """A flag for each photo of a version that an earlier one shows of another visit. `keep_looks` came before."""
    return [flag for name, bits in _looks(item.attachments) for flag in _flags(version, said, name, bits)]


def seen(attachment: Attachment, bits: int) -> None:
    """How a photo that came looks. Flags its version, and later ones that show it too: their photos may have come before."""
    version, name = attachment.version, attachment.name
    if bits.bit_count() not in EDGES or version.submission.deleted_at is not None:
        return
    known = PhotoLook.objects.filter(version=version, name=name)
    if not any(_alike(look, bits) for look in known):
        PhotoLook.objects.create(version=version, name=name, **_row(bits))
    said = filled_of(version, version.submission)
    for flag in _flags(version.pk, said, name, bits):
        _put_flag(version.pk, flag)
    for look in _others(said, bits, Q(version_id__gt=version.pk)):
        _put_flag(look.version_id, _flag(look.name, said.submission))


def _put_flag(version: int, flag: FlagRow) -> None:
    code, where, detail = flag
    told = Flag.objects.filter(version=version, code=code, where=where[:200]).exists()
    if not told:
        facts.put_flags([(version, (code, where, detail))])
        for submission in ReportRow.objects.filter(version=version).values_list("submission_id", flat=True):
            listing.follow_flags(submission, version)


def _looks(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in dict.fromkeys(names):
        bits = bits_of(name)
        if bits is not None:
            yield name[:255], bits


def _row(bits: int) -> dict[str, int]:
    return {"bits": bits - (1 << 63), **{f"part_{n}": bits >> 16 * n & 0xFFFF for n in range(PARTS)}}


def _flags(version: int, said: Filled, name: str, bits: int) -> Iterator[FlagRow]:
    for look in islice(_others(said, bits, Q(version_id__lt=version)), 1):
        yield _flag(name, look.version.submission.instance_id)


def _flag(name: str, other: str) -> FlagRow:
    return "photo_reused", name, f"This photo is in another report too: {other}."


def _others(said: Filled, bits: int, which: Q) -> Iterator[PhotoLook]:
    """Photos that look alike and are of other visits, newest first."""
    own = _row(bits)
    parts = reduce(or_, (Q(**{f"part_{n}": own[f"part_{n}"]}) for n in range(PARTS)))
    rows = PhotoLook.objects.filter(parts, which, version__submission__deleted_at=None)
    others = rows.exclude(version__submission__instance_id=said.submission)
    for look in others.select_related("version__submission", "version__device").order_by("-version_id"):
        if _alike(look, bits) and not _one_visit(said, filled_of(look.version, look.version.submission)):
            yield look


def _alike(look: PhotoLook, bits: int) -> bool:
    return ((look.bits + (1 << 63)) ^ bits).bit_count() <= ALIKE


def _one_visit(one: Filled, other: Filled) -> bool:
    """A registration and a report of the same hour may share a photo."""
    said = [(filled.officer, filled.stated_date, filled.text("village")) for filled in (one, other)]
    return said[0] == said[1]
