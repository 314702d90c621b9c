"""Pages of features by key, never by offset: a report that comes or goes shifts none of them."""

from __future__ import annotations

from dataclasses import dataclass

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.errors import NotFound
from backend.exports.ogc.asking import Asked
from backend.exports.ogc.collections import Collection
from backend.exports.queries import CHUNK
from backend.exports.rows import Row

# A page whose properties few features have is cut short after so many were looked at, once it holds any.
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Page:
    """`after`: the key after which the next page begins; empty where there is none."""

    rows: list[Row]
    after: str


def page(collection: Collection, who: Who, asked: Asked) -> Page:
    who.require(who.may_export, "read features")
    begin = collection.key(asked.after) if asked.after else 0
    if asked.nothing:
        return Page([], "")
    rows: list[Row] = []
    looked_at = 0
    for chunk in collection.read(who, asked.filters, begin, min(asked.limit, CHUNK)):
        for number, row in enumerate(chunk, 1):
            if all(fits(row) for fits in asked.fits):
                rows.append(row)
                if len(rows) == asked.limit:
                    return Page(rows, row[0] if _more(collection, chunk[number:]) else "")
        looked_at += len(chunk)
        if rows and looked_at > MOST_LOOKED_AT:
            return Page(rows, chunk[-1][0] if chunk else rows[-1][0])
    return Page(rows, "")


def _more(collection: Collection, left: list[Row]) -> bool:
    """A collection that is read at once knows; of the others the next page may turn out to be empty."""
    return bool(left) or collection.name != "centres"


def one(collection: Collection, who: Who, key: str) -> Row:
    who.require(who.may_export, "read features")
    for chunk in collection.one(who, Filters(), key):
        for row in chunk:
            if row[0] == key:
                return row
    raise NotFound("There is no such feature in your scope.", where="featureId")
