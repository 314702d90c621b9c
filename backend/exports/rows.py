"""What every reader of a kind gives, and every writer of a format takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# (feature id, longitude, latitude, values in the order of the kind's columns)
Row = tuple[str, float | None, float | None, tuple[Any, ...]]
Chunks = Iterator[list[Row]]

# The last line of a stream that has no end of its own: it stands where an id stands, so that nobody overlooks it.
BROKEN = "The export broke off here and is not whole. Ask again."
