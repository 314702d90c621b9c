"""Answers by name: what the derived tables read. The same from a fresh report and from a stored one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from field_forms.schema import Schema


def flatten(values: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The answers outside of repeats by leaf name; a renamed question also under its former name."""
    flat: dict[str, Any] = {}
    for question in schema.questions:
        if question.repeat is not None:
            continue
        value: Any = values
        for name in question.path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            flat.setdefault(question.name, value)
            if question.renamed_from:
                flat[question.renamed_from] = value
    return flat


def moment(value: Any) -> dt.datetime | None:
    """A phone's date and time. Without a zone it is taken as Indian time."""
    if not isinstance(value, str):
        return None
    try:
        parsed = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    india = dt.timezone(dt.timedelta(hours=5, minutes=30))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=india)
