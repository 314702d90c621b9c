"""The hash chain: HMAC-SHA-256 under AUDIT_KEY over the hash before and the whole entry.

Whoever changes the database alone, without the key, cannot make a changed, removed or inserted entry fit. Cut off at the
end it would fit: so the head (number and hash) is told by `doctor` and kept in every backup, to be compared with.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from backend.audit.models import Entry
from backend.keys import audit_key

BEGINNING = "0" * 64
_FIELDS = ("actor_kind", "actor_key", "actor", "action", "subject", "detail", "address", "request")


@dataclass(frozen=True)
class Head:
    number: int = 0
    hash: str = BEGINNING

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True)
class Checked:
    """`broken`: the number of the first entry that does not fit, and why; None: the chain is whole."""

    head: Head
    broken: tuple[int, str] | None = None


def seal(entry: Entry, before: str) -> str:
    said = [entry.number, _utc(entry.at), *(getattr(entry, name) for name in _FIELDS)]
    message = json.dumps([before, said], ensure_ascii=False, separators=(",", ":")).encode()
    return hmac.new(audit_key(settings.GRAMREACH_HOME), message, hashlib.sha256).hexdigest()


def written(detail: dict[str, Any]) -> str:
    """Text that is the same on both databases, which arrange JSON of their own in different ways."""
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str) if detail else ""


def head() -> Head:
    last = Entry.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*last) if last else Head()


def verify(known: Head | None = None) -> Checked:
    """The whole chain, entry by entry. `known`: a head noted earlier, which must still be in it."""
    before = Head()
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != before.number + 1:
            return Checked(before, (before.number + 1, "it is missing"))
        if not hmac.compare_digest(seal(entry, before.hash), entry.hash):
            return Checked(before, (entry.number, "it was changed, or AUDIT_KEY is another one"))
        before = Head(entry.number, entry.hash)
        if known and known.number == before.number and known.hash != before.hash:
            return Checked(before, (entry.number, "it is not the one that was noted"))
    if known and known.number > before.number:
        return Checked(before, (before.number + 1, f"the log was cut off: {known.number} entries were noted"))
    return Checked(before)


def _utc(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
