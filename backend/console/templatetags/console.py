"""What every page draws: icons, marks of state and query strings that keep what was chosen."""

from __future__ import annotations

import functools
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from backend.console import words
from backend.errors import GramReachError

register = template.Library()


@functools.cache
def _drawing(name: str) -> SafeString:
    return mark_safe(get_template(f"console/icons/{name}.svg").render())  # noqa: S308  # our own files


@register.simple_tag
def icon(name: str) -> SafeString:
    """Beside words that say the same: hidden from readers."""
    return _drawing(name)


@register.simple_tag
def mark(condition: str) -> SafeString:
    """The sign of a condition; its words stand beside it."""
    return _drawing(f"mark-{words.MARKS.get(condition, 'never')}")


@register.filter
def condition(name: str) -> str:
    """A condition in words."""
    return str(words.CONDITIONS.get(name, name))


@register.filter
def found(name: str) -> str:
    """What a report speaks of: a condition, or a new deployment."""
    return str(words.FOUND.get(name) or condition(name))


@register.filter
def flag(code: str) -> str:
    """A flag in words."""
    return words.flag(code)


@register.filter
def review(state: str) -> str:
    """A review state in words."""
    return str(words.REVIEW.get(state, state))


@register.filter
def reason(code: str) -> str:
    """What a flag means, in a sentence."""
    return words.reason(code)


@register.filter
def said(error: GramReachError) -> str:
    """An error in the reader's language."""
    return words.error(error.code, error.detail)


@register.filter
def decision(action: str) -> str:
    """A decision in words."""
    return str(words.DECISIONS.get(action, action))


@register.filter
def kept(code: str) -> str:
    """Why something was kept aside, in words."""
    return words.kept(code)


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """This page's query with some of its values changed; None or an empty text takes one out."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = str(value)
    return f"?{values.urlencode()}" if values else "?"


@register.filter
def named(names: dict[str, Any], key: str) -> str:
    """What `names` calls it; its own name where it has no other."""
    return str(names.get(key, key))
