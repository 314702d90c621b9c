"""The words of a map in the reader's language. No Django: a catalogue of its own beside it, and English where there is none."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("maps", LOCALE, [language], fallback=True)


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """What is composed and rendered within is in this language."""
    token = _language.set(language or "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    return _language.get()


def t(text: str, /, **values: Any) -> str:
    """`text` with its {named} parts filled in."""
    said = _catalogue(_language.get()).gettext(text)
    return said.format(**values) if values else said


def tn(one: str, many: str, n: int, /, **values: Any) -> str:
    """As `t`, by number; `n` picks the form, the text's parts are among `values`."""
    return _catalogue(_language.get()).ngettext(one, many, n).format(**values)


def later(text: str) -> str:
    """Marks a text of a table that is read at import; `t` says it when it is drawn."""
    return text


MONTH_NAMES = tuple(
    later(name) for name in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
)
