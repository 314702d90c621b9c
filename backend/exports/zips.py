"""ZIPs that are made while they are sent: several tables as CSV, photos. Their directory comes last, so one that was cut
off opens nowhere.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from stream_zip import ZIP_64, stream_zip

from backend.exports import tables as csv
from backend.exports.sources import Source

_MODE = 0o644
Member = tuple[str, Iterable[bytes]]


def tables(source: Source) -> Iterator[bytes]:
    return zipped((f"{part.kind.name}.csv", csv.lines(part.kind, part.rows())) for part in source.parts)


def zipped(members: Iterable[Member], level: int = 6) -> Iterator[bytes]:
    """`level` 0: as they are, for what is compressed already."""
    now = dt.datetime.now(dt.UTC)
    entries: Any = ((name, now, _MODE, ZIP_64, content) for name, content in members)
    yield from stream_zip(entries, get_compressobj=lambda: zlib.compressobj(wbits=-zlib.MAX_WBITS, level=level))
