"""Instance + schema -> typed answers and flags. Nothing here refuses a report: what an officer did is never lost."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree

from field_forms.functions import days
from field_forms.plainly import Plain, Unsure, plainly
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
    """The compiled XPath of one schema. A source that lies outside of the subset maps to the reason.

    `plain`: those of a simple shape as functions besides.
    """

    compiled: dict[str, Expression | str] = field(default_factory=dict)
    plain: dict[str, Plain] = field(default_factory=dict)
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
    run = _Run(_rules_of(schema), result)
    for cell in result.cells:
        if cell[2] is None:
            run.required(cell)
        else:
            run.answered(cell)
    return Answers(result.values, result.flat, tuple(result.flags + run.flags))


def clock(result: Walk) -> Clock:
    """When the report was made, by its metadata: `today`, else the day of `end` or `start`."""
    told = {step.question.metadata: value for step, _, value in result.cells if step.question.metadata}
    moment = told.get("end") or told.get("start")
    day = told.get("today") or moment
    return Clock(None if day is None else days(str(day)[:10]), None if moment is None else days(str(moment)))


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
    paths = {f"/{'/'.join((schema.root, *q.path))}" for q in schema.questions if q.repeat is None}
    for question in schema.questions:
        for source in (question.required, question.relevant, question.constraint):
            _add(rules, source, paths)
        rules.relevants[question.path] = _conditions(schema, question)
    for group in schema.groups:
        _add(rules, group.relevant, paths)
    return rules


def _add(rules: _Rules, source: str | None, paths: Collection[str]) -> None:
    if source is None or source in rules.compiled:
        return
    try:
        rules.compiled[source] = compile_expression(source)
    except NotEvaluable as reason:
        rules.compiled[source] = str(reason)
    if (plain := plainly(source, paths)) is not None:
        rules.plain[source] = plain


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

    def __init__(self, rules: _Rules, result: Walk) -> None:
        self.rules = rules
        self.walk = result
        self.texts = None if result.texts is None else result.texts.get
        self.clock = clock(result)
        self.flags: list[Flag] = []
        self.unchecked: set[str] = set()
        self.settled: dict[str, bool] = {}  # conditions that hold at one place as at any other

    def answered(self, cell: Cell) -> None:
        step, _, value = cell
        question = step.question
        if question.choices is not None:
            for name in value if isinstance(value, list) else (value,):
                if name not in question.choices:
                    what = "The answer" if question.personal else f"'{name}'"
                    self.flags.append(Flag("unknown_choice", step.where, f"{what} is not one of the choices."))
        if question.constraint is not None and self._truth(question.constraint, cell) is False:
            self._failed(question.constraint, cell)

    def _failed(self, constraint: str, cell: Cell) -> None:
        step = cell[0]
        element = self.walk.nodes[step.element]
        if self._rests_on_nothing(constraint, element):
            self._say_unchecked(constraint, step.where, "a calculated value that it needs is not in the report")
        elif self._relevant(cell):
            words = _words(step.question, element, self.rules)
            self.flags.append(Flag("constraint_failed", step.where, words))

    def required(self, cell: Cell) -> None:
        step = cell[0]
        needed = step.question.required
        if needed is None or step.question.read_only:
            return
        if (needed == "true()" or self._truth(needed, cell)) and self._relevant(cell):
            self.flags.append(Flag("required_missing", step.where, "The question was not answered."))

    def _relevant(self, cell: Cell) -> bool:
        """Whether the question was to be asked; a condition that cannot be evaluated exempts it."""
        conditions = self.rules.relevants[cell[0].question.path]
        return all(self._truth(condition, cell, levels) for levels, condition in conditions)

    def _truth(self, source: str, cell: Cell, levels: int = 0) -> bool | None:
        """Whether it holds at the cell, or so many groups above it; None where nobody can say."""
        settled = self.settled.get(source)
        if settled is not None:
            return settled
        plain, texts = self.rules.plain.get(source), self.texts
        if plain is None or texts is None or (plain.here and levels):
            return self._truth_in_tree(source, cell, levels)
        try:
            held = plain.truth(texts, cell[1], self.clock)
        except Unsure:
            return self._truth_in_tree(source, cell, levels)
        if not plain.here:
            self.settled[source] = held
        return held

    def _truth_in_tree(self, source: str, cell: Cell, levels: int) -> bool | None:
        expression, step = self.rules.compiled[source], cell[0]
        if isinstance(expression, str):
            self._say_unchecked(source, step.where, expression)
            return None
        node = self.walk.nodes[step.element]
        for _ in range(levels):
            parent = node.getparent()
            node = node if parent is None else parent
        try:
            return expression.truth(node, self.clock)
        except NotEvaluable as reason:
            self._say_unchecked(source, step.where, str(reason))
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
