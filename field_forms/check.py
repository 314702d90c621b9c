"""Instance + schema -> typed answers and flags. Nothing here refuses a report: what an officer did is never lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree

from field_forms.functions import days
from field_forms.reading import Instance
from field_forms.schema import Path, Question, Schema
from field_forms.walking import Cell, Flag, Walk, walk
from field_forms.xpath import Clock, Expression, NotEvaluable, compile_expression

__all__ = ["Answers", "Flag", "check"]


@dataclass(frozen=True)
class Answers:
    """`values` nest as the form does; `flat` has the answers outside of repeats by leaf name.

    A renamed question stands in `flat` under its former name too, so that figures go on.
    """

    values: dict[str, Any]
    flat: dict[str, Any]
    flags: tuple[Flag, ...]


@dataclass
class _Rules:
    """The compiled XPath of one schema. A source that lies outside of the subset maps to the reason."""

    compiled: dict[str, Expression | str] = field(default_factory=dict)
    calculated: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    relevants: dict[Path, list[tuple[int, str]]] = field(default_factory=dict)


_rules: WeakKeyDictionary[Schema, _Rules] = WeakKeyDictionary()


def check(instance: Instance, schema: Schema) -> Answers:
    """Read and check a report.

    Flags: constraint_failed, required_missing (only where the question is relevant), wrong_type, unknown_choice (lists
    inside the form only), unknown_field, and unchecked, once for an expression that cannot be evaluated here.
    """
    result = walk(instance, schema)
    run = _Run(_rules_of(schema), clock(result))
    for cell in result.cells:
        if cell.value is None:
            if cell.question.required is not None:
                run.required(cell)
        elif cell.question.constraint is not None or cell.question.choices is not None:
            run.answered(cell)
    return Answers(result.values, _flat(result), tuple(result.flags + run.flags))


def clock(result: Walk) -> Clock:
    """When the report was made, by its metadata: `today`, else the day of `end` or `start`."""
    told = {cell.question.metadata: cell for cell in result.cells if cell.question.metadata and cell.value is not None}
    moment = next((told[kind].value for kind in ("end", "start") if kind in told), None)
    day = told["today"].value if "today" in told else moment
    return Clock(None if day is None else days(str(day)[:10]), None if moment is None else days(str(moment)))


def _flat(result: Walk) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for cell in result.cells:
        question = cell.question
        if cell.value is not None and question.repeat is None:
            flat[question.name] = cell.value
            if question.renamed_from:
                flat.setdefault(question.renamed_from, cell.value)
    return flat


def _rules_of(schema: Schema) -> _Rules:
    rules = _rules.get(schema)
    if rules is None:
        rules = _rules[schema] = _compile(schema)
    return rules


def _compile(schema: Schema) -> _Rules:
    rules = _Rules(
        calculated=frozenset(question.name for question in schema.questions if question.calculated),
        personal=frozenset(question.name for question in schema.questions if question.personal),
    )
    for question in schema.questions:
        for source in (question.required, question.relevant, question.constraint):
            _add(rules, source)
        rules.relevants[question.path] = _conditions(schema, question)
    for group in schema.groups:
        _add(rules, group.relevant)
    return rules


def _add(rules: _Rules, source: str | None) -> None:
    if source is None or source in rules.compiled:
        return
    try:
        rules.compiled[source] = compile_expression(source)
    except NotEvaluable as reason:
        rules.compiled[source] = str(reason)


def _conditions(schema: Schema, question: Question) -> list[tuple[int, str]]:
    """(how many elements above the question, the condition) of the question itself and of each group around it."""
    conditions = [(0, question.relevant)] if question.relevant else []
    for levels in range(1, len(question.path)):
        group = schema.groups_by_path.get(question.path[:-levels])
        if group is not None and group.relevant:
            conditions.append((levels, group.relevant))
    return conditions


class _Run:
    """The checks of one report; holds the flags, and which expressions were already said to be unchecked."""

    def __init__(self, rules: _Rules, moment: Clock) -> None:
        self.rules = rules
        self.clock = moment
        self.flags: list[Flag] = []
        self.unchecked: set[str] = set()

    def answered(self, cell: Cell) -> None:
        question = cell.question
        if question.choices is not None:
            names = cell.value if isinstance(cell.value, list) else [cell.value]
            for name in names:
                if name not in question.choices:
                    what = "The answer" if question.personal else f"'{name}'"
                    self.flags.append(Flag("unknown_choice", cell.where, f"{what} is not one of the choices."))
        if question.constraint is None or self._truth(question.constraint, cell.element, cell.where) is not False:
            return
        if self._rests_on_nothing(question.constraint, cell.element):
            self._say_unchecked(
                question.constraint, cell.where, "a calculated value that it needs is not in the report"
            )
        elif self._relevant(cell):
            self.flags.append(Flag("constraint_failed", cell.where, _words(question, cell.element, self.rules)))

    def required(self, cell: Cell) -> None:
        needed = cell.question.required
        if needed is None or cell.question.read_only:
            return
        if (needed == "true()" or self._truth(needed, cell.element, cell.where)) and self._relevant(cell):
            self.flags.append(Flag("required_missing", cell.where, "The question was not answered."))

    def _relevant(self, cell: Cell) -> bool:
        """Whether the question was to be asked; a condition that cannot be evaluated exempts it."""
        for levels, condition in self.rules.relevants[cell.question.path]:
            node = cell.element
            for _ in range(levels):
                parent = node.getparent()
                node = node if parent is None else parent
            if not self._truth(condition, node, cell.where):
                return False
        return True

    def _truth(self, source: str, node: etree._Element, where: str) -> bool | None:
        expression = self.rules.compiled[source]
        if isinstance(expression, str):
            self._say_unchecked(source, where, expression)
            return None
        try:
            return expression.truth(node, self.clock)
        except NotEvaluable as reason:
            self._say_unchecked(source, where, str(reason))
            return None

    def _rests_on_nothing(self, source: str, node: etree._Element) -> bool:
        """Whether a calculate in the expression is blank: JSON may leave calculates out, nobody works them out here."""
        expression = self.rules.compiled[source]
        if isinstance(expression, str):
            return False
        mentioned = (path for path in expression.paths if path.rpartition("/")[2] in self.rules.calculated)
        return any(not etree.XPath(f"string({path})")(node) for path in mentioned)

    def _say_unchecked(self, source: str, where: str, reason: str) -> None:
        if source not in self.unchecked:
            self.unchecked.add(source)
            self.flags.append(Flag("unchecked", where, f"{source}: {reason}."))


def _words(question: Question, element: etree._Element, rules: _Rules) -> str:
    """The form's message for the failed constraint, with the answers it names filled in, save the personal ones."""
    texts = question.constraint_message
    message = texts.get("en") or next(iter(texts.values()), f"The answer does not fit: {question.constraint}")
    root = element.getroottree().getroot()

    def answer(match: re.Match[str]) -> str:
        if match[1] in rules.personal:
            return "..."
        here = element if match[1] == question.name else root.find(f".//{match[1]}")
        return (here.text or "") if here is not None else ""

    return re.sub(r"\$\{([\w.\-]+)\}", answer, message)
