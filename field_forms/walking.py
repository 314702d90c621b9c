"""One walk through an instance along its schema: typed answers, flags, and the tree that XPath is evaluated on."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree

from field_forms.functions import days
from field_forms.reading import Instance
from field_forms.schema import Question, Schema
from field_forms.values import parse

JR_TEMPLATE = "{http://openrosa.org/javarosa}template"


@dataclass(frozen=True)
class Flag:
    """Something to look at, never a reason to refuse. `where` is like `people.women` or `ewaste[2].kg_collected`."""

    code: str
    where: str
    detail: str


@dataclass(eq=False)
class Node:
    """A name of the form's tree: a question (without children), a group, or a repeat."""

    name: str
    question: Question | None = None
    repeat: bool = False
    children: dict[str, Node] = field(default_factory=dict)


@dataclass(slots=True)
class Cell:
    """A place for an answer; `element` is its element in the tree that is evaluated, `value` None if unanswered."""

    question: Question
    element: etree._Element
    where: str
    value: Any


@dataclass
class Walk:
    """`cells` has every answered question, and of the unanswered ones those that are required somewhere.

    `root` is a copy of the instance to evaluate XPath on: without namespaces, dates as days since 1970.
    """

    root: etree._Element
    values: dict[str, Any] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


_trees: WeakKeyDictionary[Schema, Node] = WeakKeyDictionary()


def tree(schema: Schema) -> Node:
    """The form as a tree of names, made once for a schema."""
    root = _trees.get(schema)
    if root is None:
        root = _trees[schema] = _grow(schema)
    return root


def _grow(schema: Schema) -> Node:
    root = Node(schema.root)
    for question in schema.questions:
        node = root
        for depth, name in enumerate(question.path[:-1], start=1):
            group = schema.groups_by_path.get(question.path[:depth])
            node = node.children.setdefault(name, Node(name, repeat=group is not None and group.repeat))
        node.children[question.name] = Node(question.name, question)
    return root


def walk(instance: Instance, schema: Schema) -> Walk:
    """Read every answer of `instance`. Flags: wrong_type, unknown_field."""
    result = Walk(deepcopy(instance.root))
    result.root.tag = schema.root
    result.values = _group(tree(schema), result.root, "", result)
    return result


def _group(node: Node, element: etree._Element, where: str, result: Walk) -> dict[str, Any]:
    """The answers below one group, whose element is `element`. Runs for every report: kept flat for speed."""
    values: dict[str, Any] = {}
    rows: dict[str, int] = {}
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue  # a comment
        if tag[0] == "{":
            tag = child.tag = tag.rpartition("}")[2]
        below = node.children.get(tag)
        if below is None:
            if tag != "meta" and node.name != "meta":
                result.flags.append(Flag("unknown_field", where + tag, "The form has no such question."))
        elif below.repeat:
            if child.get(JR_TEMPLATE) is None:
                rows[tag] = number = rows.get(tag, 0) + 1
                values.setdefault(tag, []).append(_group(below, child, f"{where}{tag}[{number}].", result))
        elif tag in rows:
            result.flags.append(Flag("unknown_field", where + tag, "It stands here again; only the first is read."))
        else:
            rows[tag] = 1
            value = _below(below, child, where + tag, result)
            if value is not None:
                values[tag] = value
    if len(rows) < len(node.children):
        _absent(node, element, where, rows, result)
    return values


def _below(node: Node, element: etree._Element, where: str, result: Walk) -> Any:
    question = node.question
    if question is None:
        return _group(node, element, where + ".", result) or None
    text, value = element.text, None
    if text is not None and not text.isspace():
        try:
            value = parse(question.type, text)
        except ValueError as error:
            # Flags are stored in the open: what is personal must not be quoted in them.
            reason = f"It is no {question.type}" if question.personal else str(error)
            result.flags.append(Flag("wrong_type", where, f"{reason}."))
            return None
        if question.type == "date" or question.type == "dateTime":
            element.text = repr(days(value))
    if value is not None or question.required is not None:
        result.cells.append(Cell(question, element, where, value))
    return value


def _absent(node: Node, element: etree._Element, where: str, rows: dict[str, int], result: Walk) -> None:
    """What the instance lacks: required questions need a place to evaluate their conditions at."""
    for name, below in node.children.items():
        if name in rows or below.repeat:
            continue
        if below.question is None:
            _group(below, etree.SubElement(element, name), f"{where}{name}.", result)
        elif below.question.required is not None:
            result.cells.append(Cell(below.question, etree.SubElement(element, name), where + name, None))
