"""From bytes to something that can be stored: read, matched with its form, checked, and freed of personal values.

Everything slow happens here, before any transaction. What cannot be stored raises `Refused`, and is kept aside.
"""

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO

import orjson

from backend.accounts.models import Device, User
from backend.deployments.versions import Base
from backend.submissions import blobs, secrets
from backend.submissions.flat import flatten, moment, with_sums
from backend.submissions.queries import PublishedForm, form_version, registered_by
from field_forms.answering import AnswersError, write
from field_forms.check import check
from field_forms.instance import answers as read_answers
from field_forms.instance import entity, mask_aadhaar, read, split_personal
from field_forms.reading import Instance, UnreadableInstance

LONGEST_ID = 255


class Refused(Exception):
    """Could not be stored; the bytes are kept aside all the same. `status` as the public contract has it."""

    def __init__(self, code: str, detail: str, *, where: str = "", status: int = 422) -> None:
        super().__init__(detail)
        self.code, self.detail, self.where, self.status = code, detail, where, status


@dataclass(frozen=True)
class Arrival:
    """One submission as it was sent: either `xml`, or a JSON `item` {form_id, version, instance_id, answers, ...}.

    `device`: the phone of the visit. `by`: who changed its report at the office; the visit stays that phone's.
    """

    device: Device
    received_at: dt.datetime
    xml: bytes | None = None
    item: Mapping[str, Any] | None = None
    files: Mapping[str, BinaryIO] = field(default_factory=dict)
    by: User | None = None
    expected_id: str = ""  # of a batch's item in XML: must be the instance's own
    illustrative: bool = False

    @cached_property
    def body(self) -> bytes:
        """What is kept aside when it cannot be stored."""
        return self.xml if self.xml is not None else orjson.dumps(self.item, option=orjson.OPT_SORT_KEYS)

    @property
    def kind(self) -> str:
        return "json" if self.xml is None else "xml"

    @cached_property
    def stored(self) -> dict[str, tuple[str, int]]:
        """Its files' SHA-256 and sizes. The first look writes them to the disk: before any transaction, as it is slow."""
        return {name: blobs.put(content) for name, content in self.files.items()}

    def said(self, name: str) -> str:
        value = (self.item or {}).get(name)
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True)
class Prepared:
    arrival: Arrival
    form: PublishedForm
    instance_id: str
    deprecated_id: str
    content_hmac: str
    xml: bytes  # zlib, without personal values
    values: dict[str, Any]
    flat: dict[str, Any]
    flags: tuple[tuple[str, str, str], ...]
    personal: Mapping[str, bytes]  # path -> encrypted
    attachments: tuple[str, ...]  # the file names its answers carry
    entity: uuid.UUID | None
    entity_base: str  # the version of the entity that its author saw, as `deployments.versions.Base` writes it
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    kinds: Mapping[str, str] = field(default_factory=dict)  # of the files that came along

    @property
    def awaited(self) -> tuple[str, ...]:
        """The file names that its answers carry and that did not come along."""
        return tuple(name for name in self.attachments if name not in self.kinds)


def prepare(arrival: Arrival) -> Prepared:
    """Raises Refused. Reads the form's version (cached), writes nothing."""
    content_hmac = ""
    xml = arrival.xml
    if xml is None:
        xml, content_hmac = _xml_of(arrival)
    instance = _read(xml)
    instance_id = _instance_id(instance, arrival)
    form = _form(instance.form_id, instance.version, arrival)
    content_hmac = content_hmac or secrets.content_hmac(xml)
    masked_xml, masked = mask_aadhaar(instance, form.schema)
    if masked:
        instance = read(masked_xml)
    checked = check(instance, form.schema)
    personal: Mapping[str, str] = {}
    values, stored_xml = checked.values, instance.xml
    if form.personal_names:
        stored_xml, personal = split_personal(instance, form.schema)
        if personal:
            values = read_answers(read(stored_xml), form.schema)[0]
    once = form.names_once and not personal
    flat = with_sums(checked.flat, values, form.schema) if once else flatten(values, form.schema)
    return Prepared(
        arrival,
        form,
        instance_id,
        instance.deprecated_id or "",
        content_hmac,
        zlib.compress(stored_xml, 6),
        values,
        flat,
        tuple(_flags(checked.flags, form, masked)),
        {path: secrets.encrypt(value.encode()) for path, value in personal.items()},
        tuple(_attachments(values, form)),
        entity_of(instance),
        base_of(instance),
        moment(flat.get("start")),
        moment(flat.get("end")),
    )


def _read(xml: bytes) -> Instance:
    try:
        return read(xml)
    except UnreadableInstance as error:
        where = f"line {error.line}" if error.line else ""
        raise Refused("unreadable", f"{error.message}. {error.remedy}.", where=where, status=400) from error


def _xml_of(arrival: Arrival) -> tuple[bytes, str]:
    """The JSON's answers as the same XML that a phone would have sent, and the HMAC of what was said."""
    form_id, version, instance_id = (arrival.said(name) for name in ("form_id", "version", "instance_id"))
    answers = (arrival.item or {}).get("answers")
    if not form_id:
        raise Refused("missing_form_id", "Say which form this is: `form_id`.", where="form_id")
    if not instance_id:
        raise Refused(
            "missing_instance_id", "Give the report an `instance_id`, such as uuid:...", where="instance_id", status=400
        )
    if not isinstance(answers, Mapping):
        raise Refused("missing_answers", "Send the answers as an object: `answers`.", where="answers")
    form = _form(form_id, version, arrival)
    deprecated_id = arrival.said("deprecated_id") or None
    try:
        xml = write(form.schema, instance_id, deprecated_id, answers, entity_id=registered_by(deprecated_id))
    except AnswersError as error:
        where = f"answers.{error.where}" if error.where else "answers"
        raise Refused("bad_answer", error.message, where=where) from error
    return xml, secrets.content_hmac(secrets.canonical(form.form_id, form.version, deprecated_id, answers))


def _instance_id(instance: Instance, arrival: Arrival) -> str:
    instance_id = instance.instance_id or ""
    if not instance_id:
        raise Refused(
            "missing_instance_id",
            "The report has no instanceID; nobody could tell it from another.",
            where="meta/instanceID",
            status=400,
        )
    if len(instance_id) > LONGEST_ID:
        raise Refused(
            "long_instance_id", f"The instanceID is longer than {LONGEST_ID} letters.", where="meta/instanceID"
        )
    if arrival.expected_id and arrival.expected_id != instance_id:
        raise Refused("other_instance_id", "The item's instance_id is not the one in its XML.", where="instance_id")
    return instance_id


def _form(form_id: str, version: str, arrival: Arrival) -> PublishedForm:
    form = form_version(form_id, version)
    if form is None:
        known = form_version(form_id, None)
        if known is None:
            raise Refused("unknown_form", f"There is no form {form_id!r} here.", where="form_id", status=404)
        detail = f"Version {version!r} of {form_id} was never published; the current one is {known.version}."
        raise Refused("unknown_version", detail, where="version", status=404)
    allowed = arrival.device.officer.forms
    if allowed and arrival.by is None and form_id not in allowed:
        raise Refused("form_not_assigned", f"The form {form_id} is not assigned to this officer.", where="form_id")
    return form


def _flags(flags: Any, form: PublishedForm, masked: Any) -> list[tuple[str, str, str]]:
    """Of the form's own checks; a detail could repeat a personal answer, so those are left out."""
    found = [(f.code, f.where, "" if _leaf(f.where) in form.personal_names else f.detail) for f in flags]
    return found + [("aadhaar_masked", str(path), "A number like an Aadhaar number was masked.") for path in masked]


def _leaf(where: str) -> str:
    return where.rpartition(".")[2].partition("[")[0]


def _attachments(values: Mapping[str, Any], form: PublishedForm) -> list[str]:
    names: list[str] = []
    for path in form.binary_paths:
        _collect(values, path, names)
    return list(dict.fromkeys(names))


def _collect(value: Any, path: tuple[str, ...], names: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, path, names)
    elif not path:
        if isinstance(value, str) and value:
            names.append(value)
    elif isinstance(value, Mapping) and path[0] in value:
        _collect(value[path[0]], path[1:], names)


def entity_of(instance: Instance) -> uuid.UUID | None:
    """The entity that the instance creates or updates, if it names one by a UUID."""
    for element in instance.root.iter("{*}entity"):
        try:
            return uuid.UUID((element.get("id") or "").removeprefix("uuid:"))
        except ValueError:
            continue
    return None


def base_of(instance: Instance) -> str:
    """ "" where the client knew no version, as for reports by JSON: they are taken for up to date."""
    block = entity(instance)
    if block is None or block.base_version is None:
        return ""
    return Base(block.base_version, block.trunk_version, block.branch_id).text()
