"""What the names of an instance's elements alone decide: which questions stand where, which are missing, what is unknown.

Phones send the same few sequences of names again and again, so each is worked out once and kept; of a report only its
texts are left to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from lxml import etree

from field_forms.schema import Question, Schema
from field_forms.values import parser_of

JR_TEMPLATE = "{http://openrosa.org/javarosa}template"
MOST_LAYOUTS = 300  # of one form that are kept


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

    @cached_property
    def unanswered(self) -> str:
        """As XML, as a phone leaves what nobody answered: empty elements, and no rows of a repeat."""
        below = "".join(child.unanswered for child in self.children.values())
        if self.repeat:
            return ""
        return f"<{self.name}>{below}</{self.name}>" if below else f"<{self.name}/>"


GROUP = Question("", (), "note")


class Step(NamedTuple):
    """A question, or a group or row (`question` is GROUP), in the order of the document.

    `element` is the place of its element among all; elements that the instance lacks come after those it has. `box` is
    the group or row that it lies in, `opens` the one that it is. `path` is as `/data/users/people`, "" within repeats.
    """

    question: Question
    element: int
    box: int
    name: str
    where: str
    path: str = ""
    parse: Callable[[str], Any] = str
    required: bool = False
    dated: bool = False
    opens: int = 0
    row: bool = False


@dataclass(frozen=True)
class Layout:
    """`added`: the elements that the instance lacks and conditions are evaluated at, each below the element of an index.

    `plain`: outside of repeats every name stands once and no answer has elements in it, so a path is one text.
    """

    steps: tuple[Step, ...]
    groups: tuple[Step, ...]  # innermost first
    added: tuple[tuple[int, str], ...]
    flags: tuple[Flag, ...]
    plain: bool


_trees: WeakKeyDictionary[Schema, Node] = WeakKeyDictionary()
_layouts: WeakKeyDictionary[Schema, dict[tuple[Any, ...], Layout]] = WeakKeyDictionary()


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


def layout_of(elements: Sequence[etree._Element], schema: Schema, *, templates: bool) -> Layout:
    """Of an instance, given as all its elements in order. `templates`: some of them may be templates of repeats."""
    known = _layouts.setdefault(schema, {})
    # In document order, names with their numbers of children are the whole tree.
    shape = tuple([(element.tag, len(element)) for element in elements])
    layout = known.get(shape)
    if layout is None or templates:
        layout = _Outline(elements, schema).layout()
        if not templates:
            if len(known) >= MOST_LAYOUTS:
                known.clear()
            known[shape] = layout
    return layout


class _Outline:
    def __init__(self, elements: Sequence[etree._Element], schema: Schema) -> None:
        self.index = {element: i for i, element in enumerate(elements)}
        self.root = elements[0]
        self.schema = schema
        self.steps: list[Step] = []
        self.added: list[tuple[int, str]] = []
        self.flags: list[Flag] = []
        self.boxes = 1
        self.plain = True

    def layout(self) -> Layout:
        self._group(tree(self.schema), self.root, 0, "", f"/{self.schema.root}/")
        groups = tuple(step for step in reversed(self.steps) if step.question is GROUP)
        return Layout(tuple(self.steps), groups, tuple(self.added), tuple(self.flags), self.plain)

    def _group(self, node: Node, element: etree._Element, box: int, where: str, path: str) -> None:
        rows: dict[str, int] = {}
        for child in element:
            if not isinstance(child.tag, str):
                continue  # a comment
            name = child.tag.rpartition("}")[2]
            below = node.children.get(name)
            if below is None:
                if name != "meta" and node.name != "meta":
                    self.flags.append(Flag("unknown_field", where + name, "The form has no such question."))
            elif below.repeat:
                if child.get(JR_TEMPLATE) is None:
                    rows[name] = number = rows.get(name, 0) + 1
                    opened = self._open(below, child, box, f"{where}{name}[{number}]", row=True)
                    self._group(below, child, opened, f"{where}{name}[{number}].", "")
            elif name in rows:
                self.flags.append(Flag("unknown_field", where + name, "It stands here again; only the first is read."))
                self.plain = False
            else:
                rows[name] = 1
                self._below(below, child, box, where, path)
        self._absent(node, self.index[element], rows, where, path)

    def _below(self, node: Node, child: etree._Element, box: int, where: str, path: str) -> None:
        name = node.name
        if node.question is None:
            opened = self._open(node, child, box, where + name, row=False)
            self._group(node, child, opened, f"{where}{name}.", path and f"{path}{name}/")
        else:
            self.plain = self.plain and (not path or len(child) == 0)
            self._question(node.question, self.index[child], box, where, path)

    def _question(self, question: Question, index: int, box: int, where: str, path: str) -> None:
        name = question.name
        required, dated = question.required is not None, question.type in ("date", "dateTime")
        parse, at = parser_of(question.type), path and path + name
        self.steps.append(Step(question, index, box, name, where + name, at, parse, required, dated))

    def _open(self, node: Node, child: etree._Element, box: int, where: str, *, row: bool) -> int:
        opened, self.boxes = self.boxes, self.boxes + 1
        self.steps.append(Step(GROUP, self.index[child], box, node.name, where, opens=opened, row=row))
        return opened

    def _absent(self, node: Node, parent: int, rows: dict[str, int], where: str, path: str) -> None:
        """What the instance lacks: required questions need a place to evaluate their conditions at."""
        for name, below in node.children.items():
            if name in rows or below.repeat:
                continue
            if below.question is None:
                self._absent(below, self._add(parent, name), {}, f"{where}{name}.", path and f"{path}{name}/")
            elif below.question.required is not None:
                self._question(below.question, self._add(parent, name), -1, where, path)

    def _add(self, parent: int, name: str) -> int:
        self.added.append((parent, name))
        return len(self.index) + len(self.added) - 1
