"""What a phone or a script has already: a place in the change feed, and what that was seen through. Opaque to both."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from backend.deployments.models import Change

KIND = "1"  # another one where the rows of the answer become others
OLD = 30  # days: so long no cursor is trusted; what the feed does not tell is then read anew


@dataclass(frozen=True)
class Cursor:
    """`settled`: entries of the feed up to here were read. `seen_through`: scope, filters, registry, rules."""

    settled: int
    feed: str  # of which database: one restored from a backup counts on with other changes
    day: dt.date  # conditions change from day to day, with no entry in the feed
    seen_through: str

    def text(self) -> str:
        return "-".join((KIND, str(self.settled), self.feed, f"{self.day:%Y%m%d}", self.seen_through))


def cursor_at(settled: int, day: dt.date, seen_through: Any) -> Cursor:
    return Cursor(settled, _feed(settled), day, _digest(seen_through))


def still_good(text: str | None, now: Cursor) -> Cursor | None:
    """The cursor in `text`, where what changed since it can be told; None: send everything."""
    cursor = _read(text or "")
    if cursor is None or cursor.seen_through != now.seen_through or cursor.settled > now.settled:
        return None
    if not 0 <= (now.day - cursor.day).days <= OLD or cursor.feed != _feed(cursor.settled):
        return None
    return cursor


def _read(text: str) -> Cursor | None:
    parts = text.split("-")
    if len(parts) != 5 or parts[0] != KIND or not parts[1].isdecimal() or len(parts[1]) > 18:
        return None
    try:
        day = dt.datetime.strptime(parts[3], "%Y%m%d").date()  # a day, in no zone
    except ValueError:
        return None
    return Cursor(int(parts[1]), parts[2], day, parts[4])


def _feed(settled: int) -> str:
    newest = Change.objects.filter(id__lte=settled).order_by("-id").values_list("id", "kind", "key", "at").first()
    return _digest([str(part) for part in newest or ()])


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, default=str)).hexdigest()[:16]
