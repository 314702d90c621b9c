"""One answer: its text in the instance XML <-> its JSON value. Pure; a text or value that does not fit is a ValueError.

Source of the text forms: https://getodk.github.io/xforms-spec/#data-types
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from field_forms.schema import QuestionType

_INT = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# XForms' int has 32 bits: phones refuse more, and so do the columns that figures lie in.
MAX_INT = 2**31 - 1


def _string(text: str) -> str:
    return text


def _int(text: str) -> int:
    if text.isdigit() and text.isascii() and len(text) < 10:
        return int(text)
    if not _INT.fullmatch(text.strip()):
        raise ValueError(f"'{text.strip()}' is not a whole number")
    return _in_range(int(text))


def _in_range(number: int) -> int:
    if abs(number) > MAX_INT:
        raise ValueError(f"{number} is too large: at most {MAX_INT}")
    return number


def _decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text.strip()) or not isfinite(number := float(text)):
        raise ValueError(f"'{text.strip()}' is not a number")
    return number


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text.strip()]
    except KeyError:
        raise ValueError(f"'{text.strip()}' is neither true nor false") from None


def _date(text: str) -> str:
    # Some clients add the time of day to a date; the day is what was asked.
    day = text.strip().partition("T")[0]
    if not _DATE.fullmatch(day):
        raise ValueError(f"'{text.strip()}' is not a date such as 2026-11-22")
    return date.fromisoformat(day).isoformat()


def _time(text: str) -> str:
    time.fromisoformat(text.strip())
    return text.strip()


def _date_time(text: str) -> str:
    if "T" not in text:
        raise ValueError(f"'{text.strip()}' is not a date with time such as 2026-11-22T10:30:00+05:30")
    datetime.fromisoformat(text.strip())
    return text.strip()


def _names(text: str) -> list[str]:
    return text.split()


def _stripped(text: str) -> str:
    return text.strip()


def _position(text: str) -> tuple[list[float], float | None]:
    """`lat lon altitude accuracy` -> ([lon, lat, altitude?], accuracy or None)."""
    numbers = [_decimal(part) for part in text.split()]
    if not 2 <= len(numbers) <= 4:
        raise ValueError(f"'{text.strip()}' is not a position: latitude, longitude, altitude, accuracy")
    latitude, longitude, *rest = numbers
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError(f"'{text.strip()}' lies outside of the earth's degrees")
    # ODK writes 0 for an altitude it does not know.
    altitude = [rest[0]] if rest and rest[0] != 0 else []
    return [longitude, latitude, *altitude], rest[1] if len(rest) == 2 else None


def _point(text: str) -> dict[str, Any]:
    coordinates, accuracy = _position(text)
    point: dict[str, Any] = {"type": "Point", "coordinates": coordinates}
    if accuracy is not None:
        point["properties"] = {"accuracy": accuracy}
    return point


def _positions(text: str) -> list[list[float]]:
    return [_position(part)[0] for part in text.split(";") if part.strip()]


def _line(text: str) -> dict[str, Any]:
    if len(coordinates := _positions(text)) < 2:
        raise ValueError("a line needs two positions or more")
    return {"type": "LineString", "coordinates": coordinates}


def _area(text: str) -> dict[str, Any]:
    coordinates = _positions(text)
    if len(coordinates) < 4 or coordinates[0] != coordinates[-1]:
        raise ValueError("an area needs three corners or more and ends where it begins")
    return {"type": "Polygon", "coordinates": [coordinates]}


_PARSERS: Mapping[QuestionType, Callable[[str], Any]] = {
    "string": _string,
    "int": _int,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
    "select_one": _stripped,
    "select_multiple": _names,
    "rank": _names,
    "geopoint": _point,
    "geotrace": _line,
    "geoshape": _area,
    "binary": _stripped,
    "barcode": _string,
    "trigger": _stripped,
    "note": _string,
}


def parse(kind: QuestionType, text: str) -> Any:
    """Text of an instance -> JSON value. Errors: ValueError with words for people. The text must not be blank."""
    return _PARSERS[kind](text)


def parser_of(kind: QuestionType) -> Callable[[str], Any]:
    """`parse` for one type, to be called many times."""
    return _PARSERS[kind]


def _number_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    if isinstance(value, int):
        return str(value)
    try:
        # XForms decimals have no exponent.
        return format(Decimal(repr(value)), "f")
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None


def _int_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return str(_in_range(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    if match := _NOT_XML.search(value):
        raise ValueError(f"the character {match.group()!r} cannot be stored; leave it out")
    return value


def _boolean_text(value: Any) -> str:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return "true" if value else "false"


def _name_text(value: Any) -> str:
    if len(_text(value).split()) != 1:
        raise ValueError(f"{value!r} is not one name without spaces")
    return _text(value)


def _names_text(value: Any) -> str:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of names")
    return " ".join(_name_text(name) for name in value)


def _coordinates(value: Any, kind: str) -> Any:
    if not isinstance(value, dict) or value.get("type") != kind or not isinstance(value.get("coordinates"), list):
        raise ValueError(f"this is not a GeoJSON {kind} with coordinates")
    return value["coordinates"]


def _position_text(coordinates: Any, accuracy: Any = None) -> str:
    if not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3:
        raise ValueError(f"{coordinates!r} is not [longitude, latitude] or [longitude, latitude, altitude]")
    longitude, latitude, *altitude = map(_number_text, coordinates)
    parts = [latitude, longitude, *altitude]
    if accuracy is not None:
        parts = [latitude, longitude, altitude[0] if altitude else "0", _number_text(accuracy)]
    text = " ".join(parts)
    _position(text)
    return text


def _point_text(value: Any) -> str:
    properties = value.get("properties") if isinstance(value, dict) else None
    if properties is not None and not isinstance(properties, dict):
        raise ValueError("the properties of a position are an object, such as {'accuracy': 5}")
    return _position_text(_coordinates(value, "Point"), (properties or {}).get("accuracy"))


def _line_text(value: Any) -> str:
    text = "; ".join(f"{_position_text(point)}" for point in _coordinates(value, "LineString"))
    _line(text)
    return text


def _area_text(value: Any) -> str:
    rings = _coordinates(value, "Polygon")
    if len(rings) != 1 or not isinstance(rings[0], list):
        raise ValueError("an area has one ring, without holes")
    text = "; ".join(_position_text(point) for point in rings[0])
    _area(text)
    return text


def _checked(kind: QuestionType) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        _PARSERS[kind](text := _text(value))
        return text

    return write


_WRITERS: Mapping[QuestionType, Callable[[Any], str]] = {
    "string": _text,
    "int": _int_text,
    "decimal": _number_text,
    "boolean": _boolean_text,
    "date": _checked("date"),
    "time": _checked("time"),
    "dateTime": _checked("dateTime"),
    "select_one": _name_text,
    "select_multiple": _names_text,
    "rank": _names_text,
    "geopoint": _point_text,
    "geotrace": _line_text,
    "geoshape": _area_text,
    "binary": _text,
    "barcode": _text,
    "trigger": _text,
    "note": _text,
}


def write(kind: QuestionType, value: Any) -> str:
    """JSON value -> text of an instance, "" for None. Errors: ValueError with words for people."""
    return "" if value is None else _WRITERS[kind](value)
