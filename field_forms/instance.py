"""Instances: the front door to reading, answering, and what is personal in them."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from field_forms.answering import AnswersError, answers, write
from field_forms.personal import join_personal, mask_aadhaar, split_personal
from field_forms.reading import Instance, UnreadableInstance, read
from field_forms.schema import Schema
from field_forms.walking import Flag
from field_forms.xform_index import local

__all__ = [
    "AnswersError",
    "EntityBlock",
    "Flag",
    "Instance",
    "UnreadableInstance",
    "answers",
    "attachments",
    "entity",
    "join_personal",
    "mask_aadhaar",
    "read",
    "split_personal",
    "write",
]


@dataclass(frozen=True)
class EntityBlock:
    """What an instance says it does to an entity. `base_version` is None when the client did not know one."""

    dataset: str
    entity_id: str
    label: str
    create: bool
    update: bool
    base_version: int | None


def entity(instance: Instance) -> EntityBlock | None:
    """The entity that the instance creates or updates, None when it leaves all alone.

    Source: https://getodk.github.io/xforms-spec/entities
    """
    for element in instance.root.iter():
        if local(element) == "entity" and element.get("dataset"):
            create, update = (element.get(name) in ("1", "true") for name in ("create", "update"))
            label = next((child.text or "" for child in element if local(child) == "label"), "")
            version = element.get("baseVersion") or ""
            base = int(version) if version.isascii() and version.isdigit() else None
            identifier = (element.get("id") or "").removeprefix("uuid:")
            if create or update:
                return EntityBlock(element.get("dataset", ""), identifier, label, create, update, base)
    return None


def attachments(instance: Instance, schema: Schema) -> tuple[str, ...]:
    """The file names that the instance says belong to it, each once, the audit log included."""
    binary = {question.path for question in schema.questions if question.type == "binary"}
    leaves = {path[-1] for path in binary}
    names: dict[str, None] = {}
    for element in instance.root.iter():
        text = (element.text or "").strip() if isinstance(element.tag, str) and len(element) == 0 else ""
        if text and local(element) in leaves and _path(element) in binary:
            names[text] = None
    return tuple(names)


def _path(element: etree._Element) -> tuple[str, ...]:
    above = [local(node) for node in element.iterancestors()]
    return (*reversed(above[:-1]), local(element))
