"""One walk through an instance along its schema: typed answers, flags, and what conditions are evaluated on."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from field_forms.functions import days
from field_forms.layout import GROUP, Flag, Layout, Node, Step, layout_of, tree
from field_forms.reading import Instance
from field_forms.schema import Schema

__all__ = ["Cell", "Flag", "Node", "Walk", "tree", "walk"]


# A place for an answer: where it stands, its text as conditions see it, and its value, None if unanswered.
Cell = tuple[Step, str, Any]


@dataclass
class Walk:
    """`cells` has every answered question, and of the unanswered ones those that are required somewhere.

    `flat` has the answers outside of repeats by leaf name. `texts`: the text at each path as conditions see it, dates as
    days since 1970; None where a path may be more than one text.
    """

    instance: Instance
    schema: Schema
    layout: Layout
    values: dict[str, Any] = field(default_factory=dict)
    flat: dict[str, Any] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    texts: dict[str, str] | None = None

    @property
    def root(self) -> etree._Element:
        return self.nodes[0]

    @cached_property
    def nodes(self) -> list[etree._Element]:
        """A copy of the instance to evaluate XPath on, as its elements: without namespaces, dates as days since 1970."""
        root = deepcopy(self.instance.root)
        nodes = list(root.iter())
        for node in nodes:
            if isinstance(node.tag, str):
                node.tag = node.tag.rpartition("}")[2]
        root.tag = self.schema.root
        for parent, name in self.layout.added:
            nodes.append(etree.SubElement(nodes[parent], name))
        for step, text, value in self.cells:
            if step.dated and value is not None:
                nodes[step.element].text = text
        return nodes


def walk(instance: Instance, schema: Schema) -> Walk:
    """Read every answer of `instance`. Flags: wrong_type, unknown_field."""
    elements = list(instance.root.iter())
    layout = layout_of(elements, schema, templates=b"template" in instance.xml)
    result = Walk(instance, schema, layout, flags=list(layout.flags))
    texts: list[str | None] = [element.text for element in elements]
    texts += [None] * len(layout.added)
    _fill(result, texts)
    return result


def _fill(result: Walk, texts: list[str | None]) -> None:
    """Runs for every report: kept in one loop for speed."""
    boxes: list[dict[str, Any]] = [result.values]
    flat, cells = result.flat, result.cells
    seen: dict[str, str] = {}
    for step in result.layout.steps:
        question, index, box, name, where, path, parse, required, dated, _, row = step
        if question is GROUP:
            inner: dict[str, Any] = {}
            boxes.append(inner)
            if row:
                boxes[box].setdefault(name, []).append(inner)
            else:
                boxes[box][name] = inner
            continue
        text = texts[index]
        if text is None or text.isspace():
            seen[path] = text = text or ""
            if required:
                cells.append((step, text, None))
            continue
        try:
            value = parse(text)
        except ValueError as error:
            # Flags are stored in the open: what is personal must not be quoted in them.
            reason = f"It is no {question.type}" if question.personal else str(error)
            result.flags.append(Flag("wrong_type", where, f"{reason}."))
            seen[path] = text
            continue
        boxes[box][name] = value
        if path:
            flat[name] = value
            if question.renamed_from:
                flat.setdefault(question.renamed_from, value)
        if dated:
            text = repr(days(value))
        seen[path] = text
        cells.append((step, text, value))
    for group in result.layout.groups:
        if not group.row and not boxes[group.opens]:
            del boxes[group.box][group.name]
    if result.layout.plain:
        result.texts = seen
