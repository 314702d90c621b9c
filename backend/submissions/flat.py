"""Answers by name: what the derived tables read. The same from a fresh report and from a stored one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from field_forms.schema import Question, Schema

_SUMMED = ("kg_dismantled", "kg_recycled")  # asked for each kind of thing, told together


def flatten(values: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The answers outside of repeats by leaf name, and a few sums of what is inside; a renamed question also under its
    former name.
    """
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
    return with_sums(flat, values, schema)


def with_sums(flat: dict[str, Any], values: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """With the sums of what a repeat asks."""
    for name in _SUMMED:
        question = schema.by_name.get(name)
        if question is not None and question.repeat is not None and (told := _entries(values, question)):
            flat[name] = sum(told)
    return flat


def _entries(values: Mapping[str, Any], question: Question) -> list[float]:
    """The numbers that were given in a repeat of the form's own root."""
    repeat = question.repeat or ()
    entries: Any = values
    for name in repeat:
        entries = entries.get(name) if isinstance(entries, dict) else None
    found = [entry.get(question.path[-1]) for entry in entries or () if isinstance(entry, dict)]
    return [number for number in found if isinstance(number, int | float) and not isinstance(number, bool)]


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
