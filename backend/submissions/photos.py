"""Photos used again: the app names each by how it looks, and a report that shows another visit's photo asks for a look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from django.db.models import Q

from backend.deployments.observed import Filled
from backend.statements import Insert
from backend.submissions.arrivals import Prepared
from backend.submissions.facts import FlagRow
from backend.submissions.history import filled_of
from backend.submissions.models import PhotoLook

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
    _PUT.many(
        [
            {"version_id": key, "name": name, **_row(bits)}
            for item, key in versions
            for name, bits in _looks(item.attachments)
        ]
    )


def used_again(item: Prepared, version: int, said: Filled) -> list[FlagRow]:
    """A flag for each photo of a version that an earlier one shows of another visit. `keep_looks` came before."""
    return [flag for name, bits in _looks(item.attachments) for flag in _flags(version, said, name, bits)]


def _looks(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in dict.fromkeys(names):
        bits = bits_of(name)
        if bits is not None:
            yield name[:255], bits


def _row(bits: int) -> dict[str, int]:
    return {"bits": bits - (1 << 63), **{f"part_{n}": bits >> 16 * n & 0xFFFF for n in range(PARTS)}}


def _flags(version: int, said: Filled, name: str, bits: int) -> Iterator[FlagRow]:
    own = _row(bits)
    parts = reduce(or_, (Q(**{f"part_{n}": own[f"part_{n}"]}) for n in range(PARTS)))
    rows = PhotoLook.objects.filter(parts, version_id__lt=version, version__submission__deleted_at=None)
    others = rows.exclude(version__submission__instance_id=said.submission)
    for look in others.select_related("version__submission", "version__device").order_by("-version_id"):
        alike = ((look.bits + (1 << 63)) ^ bits).bit_count() <= ALIKE
        if alike and not _one_visit(said, filled_of(look.version, look.version.submission)):
            other = look.version.submission.instance_id
            yield "photo_reused", name, f"This photo is in another report too: {other}."
            return


def _one_visit(one: Filled, other: Filled) -> bool:
    """A registration and a report of the same hour may share a photo."""
    said = [(filled.officer, filled.stated_date, filled.text("village")) for filled in (one, other)]
    return said[0] == said[1]
