"""ODK's XPath on lxml: the listed subset of functions. Anything else is `NotEvaluable`, never a guess.

Evaluated: and or not() + - * div mod = != < <= > >= paths . .. current() true() false() boolean() number() string()
concat() contains() starts-with() ends-with() substring-before() substring-after() substr() string-length()
normalize-space() translate() floor() ceiling() count() count-non-empty() position() last() sum() min() max() abs()
pow() round() int() if() coalesce() once() selected() selected-at() count-selected() regex() date() date-time()
decimal-date-time() format-date() today() now().

Not evaluated, among others: instance() pulldata() indexed-repeat() jr:choice-name() random() uuid() position(node).

As in JavaRosa a date is a number, days since 1970: the tree that is evaluated holds dates so, and ISO dates written in
an expression become such numbers. Source: https://getodk.github.io/xforms-spec/#xpath-functions
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from field_forms.functions import FUNCTIONS, boolean, days, string

_NAMESPACE = "urn:gramreach:xpath"
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<string>'[^']*'|"[^"]*")|(?P<number>\d+(?:\.\d*)?|\.\d+)"""
    r"""|(?P<name>[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?)|(?P<sign>//|::|!=|<=|>=|\.\.|[()\[\]@,.*/|+\-=<>])"""
)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OPERATORS = {"and", "or", "div", "mod"}
_NODE_TESTS = {"text", "node"}
_NATIVE = {
    *("not", "true", "false", "boolean", "number", "string", "concat", "contains", "starts-with", "substring-before"),
    *("substring-after", "string-length", "normalize-space", "translate", "floor", "ceiling", "count", "position"),
    "last",
}


class NotEvaluable(Exception):
    """An expression outside of the subset, or one whose today() is not known."""


@dataclass(frozen=True)
class Clock:
    """When the report was made, from its own metadata: a rebuild years later must say the same. In days since 1970."""

    today: float | None = None
    now: float | None = None


def _extension(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _context, *arguments: function(*arguments)


_EXTENSIONS: dict[tuple[str | None, str], Callable[..., Any]] = {
    (_NAMESPACE, name): _extension(function) for name, function in FUNCTIONS.items()
}


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression. `paths` are the location paths in it, to see what a result rests on."""

    source: str
    paths: tuple[str, ...]
    uses_today: bool
    uses_now: bool
    _xpath: Callable[..., Any]

    def truth(self, node: etree._Element, clock: Clock) -> bool:
        """Whether it holds at `node`. Errors: NotEvaluable."""
        return boolean(self._value(node, clock))

    def text(self, node: etree._Element, clock: Clock) -> str:
        """Its value as text. Errors: NotEvaluable."""
        return string(self._value(node, clock))

    def _value(self, node: etree._Element, clock: Clock) -> Any:
        variables: dict[str, float] = {}
        if self.uses_today:
            variables["today"] = _known(clock.today, "today()")
        if self.uses_now:
            variables["now"] = _known(clock.now, "now()")
        try:
            return self._xpath(node, **variables)
        except (etree.XPathError, TypeError, ValueError, ArithmeticError, re.error) as error:
            raise NotEvaluable(f"it could not be worked out: {error}") from error


def _known(moment: float | None, function: str) -> float:
    if moment is None or math.isnan(moment):
        raise NotEvaluable(f"{function} is not known: the report does not say when it was made")
    return moment


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """Compile one XPath of a form. Errors: NotEvaluable names the function or sign outside of the subset."""
    tokens = tokens_of(source)
    rewritten, paths = _rewrite(tokens), _paths(tokens)
    try:
        # lxml registers each function and prefix again at every evaluation: only those that are used are handed in.
        used = {key: _EXTENSIONS[key] for key in _EXTENSIONS if f"f:{key[1]} " in rewritten}
        prefixes = {"f": _NAMESPACE} if used else None
        compiled = etree.XPath(rewritten, namespaces=prefixes, extensions=used or None, smart_strings=False)
    except etree.XPathSyntaxError as error:
        raise NotEvaluable(f"it is no XPath: {error}") from error
    return Expression(source, paths, "$today" in rewritten, "$now" in rewritten, compiled)


def tokens_of(source: str) -> list[tuple[str, str]]:
    """(kind, text) each; kinds: string, number, name, sign. Errors: NotEvaluable for a sign that XPath has not."""
    tokens, place = [], 0
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None:
            raise NotEvaluable(f"the sign {source[place]!r} is not evaluated here")
        if match.lastgroup != "space":
            tokens.append((match.lastgroup or "", match.group()))
        place = match.end()
    return _without_current(tokens)


def _without_current(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """`current()` is the question itself, `.` outside of predicates; inside of one it is not."""
    kept: list[tuple[str, str]] = []
    depth = 0
    for kind, text in tokens:
        depth += (text == "[") - (text == "]")
        if text == ")" and [token[1] for token in kept[-2:]] == ["current", "("]:
            if depth:
                raise NotEvaluable("current() inside of [...] is not evaluated here")
            kept[-2:] = [("sign", ".")]
        else:
            kept.append((kind, text))
    return kept


def _rewrite(tokens: list[tuple[str, str]]) -> str:
    """The same expression for lxml: our functions under their prefix, today() as a variable, ISO dates as numbers."""
    parts: list[str] = []
    skip = 0
    # format-date() makes text, so what it is compared with must stay text.
    dates_are_numbers = ("name", "format-date") not in tokens
    for index, (kind, text) in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        called = kind == "name" and index + 1 < len(tokens) and tokens[index + 1][1] == "("
        if called and text in ("today", "now"):
            parts.append(f"${text}")
            skip = 2
        elif called and text not in _OPERATORS | _NODE_TESTS | _NATIVE:
            if text not in FUNCTIONS:
                raise NotEvaluable(f"the function {text}() is not evaluated here")
            parts.append(f"f:{text}")
        elif dates_are_numbers and kind == "string" and ISO_DATE.fullmatch(text[1:-1]):
            parts.append(str(int(number)) if math.isfinite(number := days(text[1:-1])) else text)
        else:
            parts.append(text)
    return " ".join(parts)


def _paths(tokens: list[tuple[str, str]]) -> tuple[str, ...]:
    """`/data/a/b`, `../b` and the like, as text."""
    paths: list[str] = []
    current = ""
    for index, (kind, text) in enumerate(tokens):
        called = kind == "name" and index + 1 < len(tokens) and tokens[index + 1][1] == "("
        is_step = kind == "name" and not called and (text not in _OPERATORS or current.endswith("/"))
        if text in ("/", "//", "..", ".") or is_step:
            if current and not current.endswith("/") and not text.startswith("/"):
                paths.append(current)
                current = ""
            current += text
        elif current:
            paths.append(current)
            current = ""
    return tuple(path for path in dict.fromkeys([*paths, current]) if path.strip("./"))
