"""ODK's functions as Python, on the values that lxml's XPath hands over: lists of elements, floats, texts, truths.

Source: https://getodk.github.io/xforms-spec/#xpath-functions
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree

_EPOCH = date(1970, 1, 1)


def days(text: str) -> float:
    """ISO date or date with time -> days since 1970, NaN for neither. A time without a zone is taken as UTC."""
    try:
        if len(text) == 10:
            return float((date.fromisoformat(text) - _EPOCH).days)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def string(value: Any) -> str:
    """XPath's string(), of a list of elements that of its first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, etree._Element):
        return value.text or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, bool | float | int):
        return float(value)
    try:
        return float(string(value))
    except ValueError:
        return math.nan


def boolean(value: Any) -> bool:
    """XPath's boolean(), save that a path counts by what it holds."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    # A path counts by what it holds, not by being there: ODK's clients unpack it first.
    return string(value) != ""


def _numbers(values: tuple[Any, ...]) -> list[float]:
    nodes = [node for value in values for node in (value if isinstance(value, list) else [value])]
    return [_number(node) for node in nodes if string(node).strip()]


def _date(value: Any) -> float:
    return value if isinstance(value, float) else _date_of(string(value).strip())


def _date_of(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return days(text)


def _round(value: Any, digits: Any = 0.0) -> float:
    number = _number(value)
    if not math.isfinite(number):
        return number
    scale = 10.0 ** int(_number(digits))
    return math.floor(number * scale + 0.5) / scale


def _int(value: Any) -> float:
    number = _number(value)
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _format_date(value: Any, pattern: Any) -> str:
    number = _date(value)
    if math.isnan(number):
        return ""
    moment = datetime(1970, 1, 1) + timedelta(days=number)
    parts = {
        "n": str(moment.month),
        "e": str(moment.day),
        "h": str(moment.hour),
        "3": f"{moment.microsecond // 1000:03}",
    }
    return re.sub(r"%(.)", lambda match: parts.get(match[1]) or moment.strftime(match[0]), string(pattern))


def _selected_at(value: Any, index: Any) -> str:
    names, place = string(value).split(), int(_number(index))
    return names[place] if 0 <= place < len(names) else ""


def _coalesce(*values: Any) -> Any:
    return next((text for value in values if (text := string(value))), "")


def _substr(value: Any, start: Any, end: Any = None) -> str:
    return string(value)[int(_number(start)) : None if end is None else int(_number(end))]


def _plain(value: Any) -> Any:
    return string(value) if isinstance(value, list) else value


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "selected": lambda value, name: string(name).strip() in string(value).split(),
    "selected-at": _selected_at,
    "count-selected": lambda value: float(len(string(value).split())),
    "if": lambda condition, then, otherwise: _plain(then if boolean(condition) else otherwise),
    "coalesce": _coalesce,
    "once": _plain,
    "regex": lambda value, pattern: re.fullmatch(string(pattern), string(value)) is not None,
    "date": lambda value: math.floor(number) if math.isfinite(number := _date(value)) else math.nan,
    "date-time": _date,
    "decimal-date-time": _date,
    "format-date": _format_date,
    "int": _int,
    "round": _round,
    "abs": lambda value: abs(_number(value)),
    "pow": lambda base, power: _number(base) ** _number(power),
    "sum": lambda *values: math.fsum(_numbers(values)),
    "min": lambda *values: min(_numbers(values), default=math.nan),
    "max": lambda *values: max(_numbers(values), default=math.nan),
    "count-non-empty": lambda nodes: float(sum(bool(string(node)) for node in nodes)),
    "ends-with": lambda value, end: string(value).endswith(string(end)),
    "substr": _substr,
}
