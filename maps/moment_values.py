"""The months of a map as the browser has them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from maps.picture import Month
from maps.wording import day_text


def without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """What the page's own HTML shows already, the browser takes from there."""
    return {name: value for name, value in values.items() if name not in names}


def month_values(months: Sequence[Month], as_of: dt.date) -> list[dict[str, Any]]:
    return [_month(m, as_of, len(months) - 1 - i) for i, m in enumerate(months)]


def _month(month: Month, as_of: dt.date, back: int) -> dict[str, Any]:
    end = month_end(as_of, back)
    return {**asdict(month), "key": f"{end:%Y-%m}", "end": end.isoformat(), "date": day_text(end)}


def month_end(as_of: dt.date, back: int) -> dt.date:
    """The last day of the month `back` months before; of this month: the picture's date itself."""
    if not back:
        return as_of
    months = as_of.year * 12 + as_of.month - 1 - back
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
