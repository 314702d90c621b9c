"""What every reader of a kind gives, and every writer of a format takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Where it is: longitude and latitude, or a line or an area as GeoJSON has them; None: nowhere, or nobody may know.
Place = tuple[float, float] | dict[str, Any] | None
# (feature id, place, values in the order of the kind's columns)
Row = tuple[str, Place, tuple[Any, ...]]
Chunks = Iterator[list[Row]]

DIGITS = 6  # of degrees, about 0.1 m: what RFC 7946 recommends

# The last line of a stream that has no end of its own: it stands where an id stands, so that nobody overlooks it.
BROKEN = "The export broke off here and is not whole. Ask again."


def at(lon: float | None, lat: float | None) -> Place:
    return None if lon is None or lat is None else (lon, lat)


def geometry(place: Place) -> dict[str, Any] | None:
    """As GeoJSON has it."""
    if place is None or isinstance(place, dict):
        return place
    return {"type": "Point", "coordinates": (round(place[0], DIGITS), round(place[1], DIGITS))}
