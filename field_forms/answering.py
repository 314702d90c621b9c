"""JSON answers <-> instance XML."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from field_forms.reading import Instance, read
from field_forms.schema import Entity, Question, Schema
from field_forms.values import write as text_of
from field_forms.walking import Flag, Node, Walk, tree, walk
from field_forms.xpath import Clock, NotEvaluable, compile_expression


class AnswersError(Exception):
    """Answers that are none of this form; `where` is a path such as `people.women`."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.message = message


def answers(instance: Instance, schema: Schema) -> tuple[dict[str, Any], tuple[Flag, ...]]:
    """The typed answers of an instance, nested as the form's groups are, and what could not be read.

    A repeat is a list of objects, select_multiple and rank lists of names, a geopoint a GeoJSON Point whose altitude is
    left out when ODK wrote 0 for "not known"; dates are ISO 8601; unanswered questions are left out.
    """
    result = walk(instance, schema)
    return result.values, tuple(result.flags)


def write(
    schema: Schema,
    instance_id: str,
    deprecated_id: str | None,
    answers: Mapping[str, Any],
    *,
    entity_id: str | None = None,
) -> bytes:
    """The instance XML of JSON answers: the same bytes for the same input, nothing random or timed.

    Defaults are not filled in and calculates not worked out. A created entity is named by `created_id`; for an edit
    hand in the `entity_id` of the first version. Errors: AnswersError.
    """
    if not instance_id.strip():
        raise AnswersError("instance_id", "A report needs an id, such as uuid:4b2d...")
    body = _group(tree(schema), answers, "", schema)
    start = f"<{schema.root} id={_attribute(schema.form_id)} version={_attribute(schema.version)}>"
    end = f"</{schema.root}>"
    ids = f"<instanceID>{_content(instance_id)}</instanceID>"
    if deprecated_id:
        ids += f"<deprecatedID>{_content(deprecated_id)}</deprecatedID>"
    meta, _, rest = body.partition(_META)
    entity = ""
    if schema.entity is not None:
        draft = walk(read(f"{start}{meta}{end}".encode()), schema)
        entity = _entity(schema, schema.entity, draft, entity_id or created_id(instance_id))
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{start}{meta}<meta>{entity}{rest}{ids}</meta>{end}".encode()


def created_id(instance_id: str) -> str:
    """The id of the entity that an instance creates: the same for the same instance, and of the shape of a version 4.

    ODK's entities are named so, and Collect follows no other without a network. It is that of version 5 but for the digit.
    Source: https://getodk.github.io/xforms-spec/entities#declaring-that-a-form-creates-entities
    """
    return str(uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_URL, instance_id).bytes, version=4))


# Cannot come out of escaped text: stands where the questions of the meta block begin.
_META = "<\0>"


def _content(text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return text if text.isalnum() else escape(text, {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(text)


def _group(node: Node, given: Any, where: str, schema: Schema) -> str:
    """The elements below one group, in the form's order, the unanswered ones empty as a phone leaves them."""
    if not isinstance(given, Mapping):
        raise AnswersError(where.rstrip("."), "Here stands a group: give an object with its questions.")
    for name in given:
        if name not in node.children:
            raise AnswersError(f"{where}{name}", _unknown(str(name), node, schema))
    below = [child for child in node.children.values() if child.name != "meta" or where]
    parts = [_child(child, given.get(child.name), f"{where}{child.name}", schema) for child in below]
    if not where:
        meta = node.children.get("meta")
        parts.append(_META + (_group(meta, given.get("meta") or {}, "meta.", schema) if meta else ""))
    return "".join(parts)


def _unknown(name: str, node: Node, schema: Schema) -> str:
    question = schema.by_name.get(name)
    if question is not None:
        return f"It belongs elsewhere: write it as {'.'.join(question.path)}."
    close = difflib.get_close_matches(name, list(node.children), n=1)
    return "The form has no such question." + (f" Did you mean {close[0]}?" if close else "")


def _child(node: Node, value: Any, where: str, schema: Schema) -> str:
    if value is None:
        return node.unanswered
    if node.question is not None:
        return _answer(node.question, value, where)
    if node.repeat:
        if not isinstance(value, list):
            raise AnswersError(where, "Here stands a repeat: give a list of objects.")
        rows = enumerate(value, start=1)
        return "".join(_element(node.name, _group(node, row, f"{where}[{number}].", schema)) for number, row in rows)
    return _element(node.name, _group(node, value, f"{where}.", schema))


def _answer(question: Question, value: Any, where: str) -> str:
    try:
        return _element(question.name, _content(text_of(question.type, value)))
    except ValueError as error:
        raise AnswersError(where, f"{error}.") from error


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _entity(schema: Schema, entity: Entity, draft: Walk, created_id: str) -> str:
    """The entity block that a phone would have sent; "" when the form leaves the entity alone.

    baseVersion is left out: only a phone that has the list knows it. Source: https://getodk.github.io/xforms-spec/entities
    """
    dataset = f"dataset={_attribute(entity.dataset)}"
    if entity.update and _holds(entity.update, draft):
        identifier = _text(entity.entity_id, draft) if entity.entity_id else ""
        return f'<entity {dataset} id={_attribute(identifier)} update="1"/>' if identifier else ""
    if entity.create and _holds(entity.create, draft):
        label = _label(schema, entity, draft)
        return f'<entity {dataset} id={_attribute(created_id)} create="1"><label>{_content(label)}</label></entity>'
    return ""


def _holds(expression: str, draft: Walk) -> bool:
    try:
        return compile_expression(expression).truth(draft.root, Clock())
    except NotEvaluable:
        return False


def _text(expression: str, draft: Walk) -> str:
    try:
        return compile_expression(expression).text(draft.root, Clock()).strip()
    except NotEvaluable:
        return ""


def _label(schema: Schema, entity: Entity, draft: Walk) -> str:
    """The label; where it rests on calculates that JSON does not carry, the first saved answers instead."""
    label = _text(entity.label, draft) if entity.label else ""
    if any(sign.isalnum() for sign in label):
        return label
    saved = (str(value) for step, _, value in draft.cells if step.question.save_to and value is not None)
    return ", ".join(list(saved)[:2]) or schema.form_id
