"""JSON Schema (2020-12) of a form's `answers`, for those who write programs against it, with an example that fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from field_forms.examples import DAY, EXAMPLES, ROWS, moved, with_units
from field_forms.schema import Path, Question, QuestionType, Schema, Texts
from field_forms.values import MAX_INT
from field_forms.walking import Node, tree

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
_TYPES: Mapping[QuestionType, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "barcode": {"type": "string"},
    "int": {"type": "integer", "minimum": -MAX_INT, "maximum": MAX_INT},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string"},
    "dateTime": {"type": "string"},
    "binary": {"type": "string"},
    "trigger": {"type": "string"},
    "note": {"type": "string"},
    "geopoint": {
        "type": "object",
        "properties": {
            "type": {"const": "Point"},
            "coordinates": _NUMBERS,
            "properties": {"type": "object", "properties": {"accuracy": {"type": "number", "minimum": 0}}},
        },
        "required": ["type", "coordinates"],
    },
    "geotrace": {
        "type": "object",
        "properties": {
            "type": {"const": "LineString"},
            "coordinates": {"type": "array", "items": _NUMBERS, "minItems": 2},
        },
        "required": ["type", "coordinates"],
    },
    "geoshape": {
        "type": "object",
        "properties": {
            "type": {"const": "Polygon"},
            "coordinates": {
                "type": "array",
                "items": {"type": "array", "items": _NUMBERS, "minItems": 4},
                "minItems": 1,
                "maxItems": 1,
            },
        },
        "required": ["type", "coordinates"],
    },
}


def json_schema(schema: Schema, example: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of `answers`; required is only what the form asks for without any condition.

    `example` becomes `examples[0]`. Source: https://json-schema.org/draft/2020-12
    """
    result: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _words(schema.title) or schema.form_id,
        **_object(tree(schema), (), schema),
    }
    if example is not None:
        result["examples"] = [dict(example)]
    return result


def _words(texts: Texts) -> str:
    return texts.get("en") or next(iter(texts.values()), "")


def _object(node: Node, path: Path, schema: Schema) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, child in node.children.items():
        below = (*path, name)
        group = schema.groups_by_path.get(below)
        if child.question is not None:
            properties[name] = _question(child.question)
            needed = child.question.required == "true()" and not child.question.relevant and child.question.asked
        else:
            inside = _object(child, below, schema)
            needed = not child.repeat and bool(inside.get("required")) and not (group and group.relevant)
            if group and _words(group.label):
                inside["title"] = _words(group.label)
            properties[name] = {"type": "array", "items": inside} if child.repeat else inside
        if needed:
            required.append(name)
    result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**result, "required": required} if required else result


def _question(question: Question) -> dict[str, Any]:
    if question.type in ("select_one", "select_multiple", "rank"):
        name: dict[str, Any] = {"type": "string"}
        if question.choices:
            name["enum"] = list(question.choices)
        many = {"type": "array", "items": name, "uniqueItems": True}
        described: dict[str, Any] = name if question.type == "select_one" else many
    else:
        described = dict(_TYPES[question.type])
    if title := _words(question.label):
        described["title"] = title
    if note := _description(question):
        described["description"] = note
    return described


def _description(question: Question) -> str:
    if question.calculated:
        return "Worked out by the form on a phone; optional here, and not worked out by the server."
    if question.metadata:
        return "Written by the phone about the report; optional here."
    if question.type == "note":
        return "Shown, not asked; leave it out."
    listed = f"A name from {question.itemset_file}." if question.itemset_file else ""
    return " ".join(part for part in (_words(question.hint), listed) if part)


def example_answers(
    schema: Schema,
    lists: Mapping[str, Sequence[str]],
    *,
    day: dt.date = DAY,
    installed: int | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Answers that a person could have given on `day`. For the house's forms they keep all constraints.

    `lists` gives names that exist for the files the form reads, such as {"villages.csv": ["lgd:123"]}; a question on
    an empty list stays unanswered. `installed`: units of the deployment reported on. `known`: answers by leaf name
    that go before those made up here; None leaves one out. For other forms each required question has an answer of
    its type.
    """
    leaves = _leaves(schema, lists)
    if installed is not None and leaves.get("subject") == "deployment":
        leaves = with_units(leaves, installed)
    leaves = moved(leaves, day)
    for name, value in (known or {}).items():
        if name in leaves:
            leaves[name] = value
    leaves = {name: value for name, value in leaves.items() if value is not None}
    answers: dict[str, Any] = {}
    for question in schema.questions:
        if question.repeat is None and question.name in leaves:
            _put(answers, question.path, leaves[question.name])
    for name, rows in ROWS.get(schema.form_id, {}).items():
        answers[name] = [dict(row) for row in rows] if answers.get("themes") else []
    return {name: value for name, value in answers.items() if value != []}


def _leaves(schema: Schema, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    given = EXAMPLES.get(schema.form_id)
    if given is None:
        return {q.name: _sample(q, lists) for q in schema.questions if q.required and q.asked and _possible(q, lists)}
    leaves = dict(given)
    for question in schema.questions:
        if question.itemset_file and question.name in leaves:
            names = list(lists.get(question.itemset_file, ()))
            if not names:
                del leaves[question.name]
            else:
                leaves[question.name] = names[:1] if question.type == "select_multiple" else names[0]
    if "village" not in leaves:
        leaves |= {"village_listed": "no", "village_other": "Khunt, Almora"}
    if schema.form_id == "village_report" and "deployment" not in leaves:
        about = ("today", "visit_date", "village_listed", "village", "village_other", "how_known", "notice_read")
        leaves = {name: leaves[name] for name in about if name in leaves} | {"subject": "no_deployment"}
    return leaves


def _possible(question: Question, lists: Mapping[str, Sequence[str]]) -> bool:
    return not question.itemset_file or bool(lists.get(question.itemset_file))


def _sample(question: Question, lists: Mapping[str, Sequence[str]]) -> Any:
    name = lists[question.itemset_file][0] if question.itemset_file else next(iter(question.choices or ()), "yes")
    point = [77.59, 12.97]
    samples: Mapping[QuestionType, Any] = {
        "int": 1,
        "decimal": 1.5,
        "boolean": True,
        "date": "2026-11-20",
        "time": "10:30:00.000+05:30",
        "dateTime": "2026-11-20T10:30:00.000+05:30",
        "select_one": name,
        "select_multiple": [name],
        "rank": list(question.choices or (name,)),
        "geopoint": {"type": "Point", "coordinates": point, "properties": {"accuracy": 4.5}},
        "geotrace": {"type": "LineString", "coordinates": [point, [77.6, 12.98]]},
        "geoshape": {"type": "Polygon", "coordinates": [[point, [77.6, 12.97], [77.6, 12.98], point]]},
        "binary": "photo.jpg",
        "trigger": "OK",
    }
    return samples.get(question.type, "text")


def _put(answers: dict[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        answers = answers.setdefault(name, {})
    answers[path[-1]] = value
