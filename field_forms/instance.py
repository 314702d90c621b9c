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
    """What an instance says it does to an entity.

    `base_version`: the version that its author saw, None where the client knew none. A client that goes on without a
    network counts versions of its own from `trunk_version`, the last one of the server's; `branch_id` names that run.
    """

    dataset: str
    entity_id: str
    label: str
    create: bool
    update: bool
    base_version: int | None
    trunk_version: int | None = None
    branch_id: str = ""


def entity(instance: Instance) -> EntityBlock | None:
    """The entity that the instance creates or updates, None when it leaves all alone.

    Source: https://getodk.github.io/xforms-spec/entities
    """
    for element in instance.root.iter("{*}entity"):
        if element.get("dataset"):
            create, update = (element.get(name) in ("1", "true") for name in ("create", "update"))
            label = next((child.text or "" for child in element if local(child) == "label"), "")
            identifier = (element.get("id") or "").removeprefix("uuid:")
            base, trunk = (_version(element.get(name) or "") for name in ("baseVersion", "trunkVersion"))
            branch = (element.get("branchId") or "").strip()
            if create or update:
                dataset = element.get("dataset", "")
                return EntityBlock(dataset, identifier, label, create, update, base, trunk, branch)
    return None


def _version(text: str) -> int | None:
    """Versions are small whole numbers; anything else says nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


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
