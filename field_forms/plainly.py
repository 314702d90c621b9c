"""The simple shapes of a form's conditions, put into Python: thirty times as fast as XPath on a tree.

Understood: and or not() = != < <= > >= + - with numbers, texts, `.` and paths to questions outside of repeats, and
true() false() today() coalesce() selected() regex(). `plainly` leaves everything else to `field_forms.xpath`, and so does
a function that meets a text it is not sure of, by `Unsure`. Both must agree; a property test says whether they do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from field_forms.xpath import ISO_DATE, Clock, NotEvaluable, tokens_of

# The text at a path (or what is given for one that leads nowhere), the question's own text, when the report was made.
Condition = Callable[[Callable[..., Any], str, Clock], bool]
Kind = Literal["path", "text", "number", "truth"]
Code = tuple[Kind, str]  # a Python expression; of a path it is one that gives None where it leads nowhere

_EQUAL = {"=": "==", "!=": "!="}
_ORDER = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LONGEST = 15  # digits that a float holds exactly


class Unsure(Exception):
    """The tree must decide."""


@dataclass(frozen=True)
class Plain:
    """`here`: it looks at the question itself, so that it may hold at one place and not at another."""

    truth: Condition
    here: bool


def plainly(source: str, paths: Collection[str]) -> Plain | None:
    """The condition as a function, None for other shapes. `paths` lead to questions outside of repeats."""
    try:
        reader = _Reader(tokens_of(source), paths)
        kind, code = reader.either()
    except (_OtherShape, Unsure, NotEvaluable, re.error):
        return None
    if reader.rest:
        return None
    # A condition that is only a path counts by what it holds; inside of one, by leading somewhere.
    held = f"bool({code})" if kind == "path" else _exists((kind, code))
    # Of the form's own words only texts and paths are in it, each quoted by repr().
    truth: Condition = eval(f"lambda at, here, clock: {held}", _NAMES)  # noqa: S307
    return Plain(truth, reader.here)


class _OtherShape(Exception):
    pass


@lru_cache(maxsize=8192)  # the same few figures come again and again
def number(text: str) -> float:
    """XPath's number() of a text: the same arithmetic as libxml2's, to the last bit."""
    if text.isdecimal() and text.isascii() and len(text) <= _LONGEST:
        return int(text)
    if not text:
        return math.nan
    if text[0] == "-" and text[1:2].isdecimal():
        return -number(text[1:])
    whole, _, part = text.partition(".")
    if not (whole.isdecimal() and part.isdecimal() and text.isascii()) or len(text) > _LONGEST:
        raise Unsure
    return int(whole) + int(part) / 10.0 ** len(part)


def _today(clock: Clock) -> float:
    if clock.today is None or math.isnan(clock.today):
        raise Unsure
    return clock.today


def _is_number(value: float) -> bool:
    return not (value == 0 or math.isnan(value))


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


_NAMES: dict[str, Any] = {
    "__builtins__": {"bool": bool},
    "number": number,
    "today": _today,
    "is_number": _is_number,
    "matches": _matches,
}


@dataclass
class _Reader:
    rest: list[tuple[str, str]]
    paths: Collection[str]
    here: bool = False

    def _next(self, *wanted: str) -> str:
        """The next sign or word, if it is one of these; else ""."""
        if self.rest and self.rest[0][0] != "string" and self.rest[0][1] in wanted:
            return self.rest.pop(0)[1]
        return ""

    def _must(self, wanted: str) -> None:
        if not self._next(wanted):
            raise _OtherShape

    def either(self) -> Code:
        code = self._both()
        while self._next("or"):
            code = "truth", f"({_exists(code)} or {_exists(self._both())})"
        return code

    def _both(self) -> Code:
        code = self._equal()
        while self._next("and"):
            code = "truth", f"({_exists(code)} and {_exists(self._equal())})"
        return code

    def _equal(self) -> Code:
        left = self._ordered()
        sign = self._next(*_EQUAL)
        return _compared(_EQUAL[sign], left, self._ordered(), as_text=True) if sign else left

    def _ordered(self) -> Code:
        left = self._sum()
        sign = self._next(*_ORDER)
        return _compared(_ORDER[sign], left, self._sum(), as_text=False) if sign else left

    def _sum(self) -> Code:
        code = self._single()
        while sign := self._next("+", "-"):
            code = "number", f"({_number(code)} {sign} {_number(self._single())})"
        return code

    def _single(self) -> Code:
        if not self.rest:
            raise _OtherShape
        sort, text = self.rest.pop(0)
        if sort == "number":
            return "number", repr(number(text))
        if sort == "string" and not ISO_DATE.fullmatch(text[1:-1]):
            return "text", repr(text[1:-1])
        if sort == "sign" and text == "(":
            inner = self.either()
            self._must(")")
            return inner
        if sort == "sign" and text == ".":
            self.here = True
            return "path", "here"
        if sort == "sign" and text == "/":
            return "path", self._path()
        if sort == "name" and self._next("("):
            return self._function(text)
        raise _OtherShape

    def _path(self) -> str:
        path = ""
        while self.rest and self.rest[0][0] == "name":
            path += "/" + self.rest.pop(0)[1]
            if not self._next("/"):
                break
        if path not in self.paths or (self.rest and self.rest[0][1] in ("[", "//", "(", "/")):
            raise _OtherShape
        return f"at({path!r})"

    def _function(self, name: str) -> Code:
        given: list[Code] = []
        while not self._next(")"):
            if given:
                self._must(",")
            given.append(self.either())
        return _function(name, given)


def _function(name: str, given: list[Code]) -> Code:
    if name in ("true", "false") and not given:
        return "truth", name.capitalize()
    if name == "today" and not given:
        return "number", "today(clock)"
    if name == "not" and len(given) == 1:
        return "truth", f"(not {_exists(given[0])})"
    texts = [_text(code) for code in given]
    if name == "coalesce" and texts:
        return "text", f"({' or '.join(texts)})"
    if name == "selected" and len(texts) == 2:
        return "truth", f"({texts[1]}.strip() in {texts[0]}.split())"
    if name == "regex" and len(texts) == 2 and given[1][0] == "text":
        return "truth", f"matches({texts[1]}, {texts[0]})"
    raise _OtherShape


def _exists(given: Code) -> str:
    """XPath's boolean()."""
    kind, code = given
    return {"truth": code, "path": f"({code} is not None)", "text": f"({code} != '')", "number": f"is_number({code})"}[
        kind
    ]


def _compared(sign: str, left: Code, right: Code, *, as_text: bool) -> Code:
    """A comparison with a path that leads nowhere never holds, whatever the sign."""
    kinds = {left[0], right[0]}
    if "truth" in kinds:
        raise _OtherShape
    if as_text and "number" not in kinds:
        nowhere = [code for kind, code in (left, right) if kind == "path" and (sign == "!=" or kinds == {"path"})]
        compared = f"{left[1]} {sign} {right[1]}"
    else:  # what is no number is unequal to all, and neither less nor more
        nowhere = [code for kind, code in (left, right) if kind == "path" and sign == "!="]
        compared = f"{_number(left)} {sign} {_number(right)}"
    return "truth", f"({' and '.join([*(f'{code} is not None' for code in nowhere), compared])})"


def _number(given: Code) -> str:
    kind, code = given
    if kind == "truth":
        raise _OtherShape
    return code if kind == "number" else f"number({_text(given)})"


def _text(given: Code) -> str:
    kind, code = given
    if kind == "path":
        return code if code == "here" else f"({code} or '')"
    if kind == "number" and code.isdecimal():
        return repr(code)
    if kind != "text":
        raise _OtherShape
    return code
