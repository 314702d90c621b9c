"""What a request for items asks: box, time, number, and properties. Anything else is refused, as the standard has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.deployments.filters import NAMES, Filters, parse
from backend.deployments.observed import INDIA
from backend.errors import BadFilter
from backend.exports.fields import Field, Type
from backend.exports.ogc.collections import Collection
from backend.exports.rows import Place, Row

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 10_000
OWN = ("bbox", "datetime", "limit", "after", "f")
_NOT_OURS = ("bbox", "from", "to")  # filters that have another name here, or another form


@dataclass(frozen=True)
class Asked:
    """`fits`: what the database does not look at; `nothing`: a property has a value that nothing has."""

    filters: Filters
    limit: int
    after: str
    fits: tuple[Callable[[Row], bool], ...]
    nothing: bool


def shared(collection: Collection) -> tuple[str, ...]:
    """The filters of every export that are no column here."""
    return tuple(name for name in NAMES if name not in (*_NOT_OURS, *collection.kind.names))


def asked(collection: Collection, query: Mapping[str, list[str]]) -> Asked:
    """`query`: the values of each parameter. Raises BadFilter with the parameter's name."""
    columns = {field.name: field for field in collection.kind.fields}
    allowed = {*OWN, *shared(collection), *columns}
    for name in query:
        if name not in allowed:
            raise BadFilter(f"There is no parameter {name!r}. There are: {', '.join(sorted(allowed))}.", where=name)
    given = {name: ",".join(values) for name, values in query.items()}
    known = {
        name: ",".join(part for part in text.split(",") if _exists(name, part)) if name in columns else text
        for name, text in given.items()
        if name in NAMES and name not in _NOT_OURS
    }
    filters = parse(known)
    fits = [_property(collection, columns[name], text) for name, text in given.items() if name in columns]
    if given.get("bbox"):
        filters, inside = _box(filters, given["bbox"])
        fits += inside
    if given.get("datetime"):
        filters = _time(collection, filters, given["datetime"])
    limit = _limit(given.get("limit", str(DEFAULT_LIMIT)))
    return Asked(filters, limit, given.get("after", ""), tuple(fits), nothing="" in known.values())


def _exists(name: str, value: str) -> bool:
    """A property that no feature has leaves nothing; it is no wrong question."""
    try:
        parse({name: value})
    except BadFilter:
        return False
    return True


def _limit(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise BadFilter(f"limit is a number from 1 to {LARGEST_LIMIT}.", where="limit")
    return min(int(text), LARGEST_LIMIT)


def _property(collection: Collection, field: Field, text: str) -> Callable[[Row], bool]:
    """Any of several values with commas between."""
    at = collection.kind.names.index(field.name)
    wanted = {_value(field, part.strip()) for part in text.split(",")}
    return lambda row: row[2][at] in wanted


def _value(field: Field, text: str) -> Any:
    try:
        return _READ[field.type](text)
    except (ValueError, KeyError) as error:
        raise BadFilter(f"{field.name} is of type {field.type}; {text!r} is none.", where=field.name) from error


_READ: dict[Type, Callable[[str], Any]] = {
    "text": str, "date": str, "datetime": str, "integer": int, "number": float,
    "boolean": lambda text: {"true": True, "false": False, "1": True, "0": False}[text.lower()],
}  # fmt: skip


def _box(filters: Filters, text: str) -> tuple[Filters, list[Callable[[Row], bool]]]:
    """Four numbers, or six with heights, which are passed over. West beyond east crosses the 180th meridian."""
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    except ValueError as error:
        raise BadFilter("bbox is west,south,east,north in degrees (CRS84).", where="bbox") from error
    if west <= east:
        return replace(filters, bbox=parse({"bbox": f"{west},{south},{east},{north}"}).bbox), []
    whole = parse({"bbox": f"-180,{south},180,{north}"}).bbox
    return replace(filters, bbox=whole), [lambda row: _is_across(row[1], west, east)]


def _is_across(place: Place, west: float, east: float) -> bool:
    return isinstance(place, tuple) and (place[0] >= west or place[0] <= east)


def _time(collection: Collection, filters: Filters, text: str) -> Filters:
    """A moment or an interval with `..` or nothing for an open end; days are days in India."""
    first, slash, last = text.partition("/")
    since, until = _day(first), _day(last if slash else first)
    if (since is None and until is None and not slash) or (since and until and since > until):
        raise BadFilter("datetime is a day, a time, or two with / between, the earlier first.", where="datetime")
    if collection.time is None:
        return filters
    return replace(filters, since=since, until=until)


def _day(text: str) -> dt.date | None:
    if text in ("", ".."):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        message = f"datetime holds days or times like 2026-11-22T10:00:00Z; not {text!r}."
        raise BadFilter(message, where="datetime") from error
    return moment.date() if moment.tzinfo is None else moment.astimezone(INDIA).date()
