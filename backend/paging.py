"""Lists in pages by key, never by offset: a row that comes or goes shifts nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from backend.errors import BadFilter

LARGEST_PAGE = 1000
Row = TypeVar("Row", bound=Model)


def page(rows: QuerySet[Row], item: Callable[[Row], Any], cursor: str | None, limit: int) -> dict[str, Any]:
    """`{"items": [...], "next": cursor or null}`, ordered by the primary key. Raises BadFilter for a foreign cursor."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadFilter(f"limit is 1 to {LARGEST_PAGE}.", where="limit")
    found = list(rows.filter(pk__gt=after(cursor)).order_by("pk")[: limit + 1])
    more = len(found) > limit
    return {"items": [item(row) for row in found[:limit]], "next": str(found[limit - 1].pk) if more else None}


def after(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.isdecimal() or len(cursor) > 18:
        raise BadFilter("This cursor is not one that this list gave. Begin without a cursor.", where="cursor")
    return int(cursor)
