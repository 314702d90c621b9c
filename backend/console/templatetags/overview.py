"""Figures in words: lakh commas, and what each is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django import template
from django.utils.translation import gettext, ngettext

register = template.Library()


class Part(Protocol):
    """Such as `maps.reach.Share`."""

    count: int
    of: int


def _number(value: int) -> str:
    from maps.markup import number

    return number(value)


@register.filter
def lakh(value: int | None) -> str:
    """2,09,509; a dash for what is not known."""
    return "–" if value is None else _number(value)


@register.filter
def km(value: float | None) -> str:
    """4.1 km; a dash for what is not known."""
    return "–" if value is None else gettext("%(n).1f km") % {"n": value}


@register.filter
def part(share: Part) -> str:
    """13 of 18."""
    return gettext("%(n)s of %(all)s") % {"n": _number(share.count), "all": _number(share.of)}


@register.filter
def of_reached(share: Part) -> str:
    text = ngettext("of %(n)s village reached", "of %(n)s villages reached", share.of)
    return text % {"n": _number(share.of)}


@register.filter
def of_lists(share: Part) -> str:
    return gettext("%(n)s of them on lists, of %(all)s listed villages") % {
        "n": _number(share.count),
        "all": _number(share.of),
    }


@register.filter
def of_installed(share: Part) -> str:
    return gettext("of %(n)s installed") % {"n": _number(share.of)}


@register.filter
def of_centres(share: Part) -> str:
    return gettext("of %(n)s with deployments, last 30 days") % {"n": _number(share.of)}


@register.filter
def active_of_list(active: Part, coverage: Any) -> str:
    """Active villages of the whole list, not of those reached."""
    return gettext("%(n)s of %(all)s") % {"n": _number(active.count), "all": _number(coverage.reached.of)}


@register.filter
def of_mandate(reached: Part, mandate: tuple[int, int]) -> str:
    return gettext("%(n)s of %(low)d–%(high)d") % {"n": _number(reached.count), "low": mandate[0], "high": mandate[1]}


@register.filter
def lookup(table: Mapping[Any, Any], key: Any) -> Any:
    return table.get(key, "")
