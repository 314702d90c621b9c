"""A phone's file of reports that it could not send: taken in as if it had sent them, each on its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from backend.accounts import queries as accounts
from backend.accounts.models import Device
from backend.accounts.who import Who
from backend.errors import Conflict, Invalid, NotFound, Unreadable
from backend.submissions import attachments
from backend.submissions.arrivals import Arrival
from backend.submissions.services import Outcome, now, receive

KIND = 1  # of such files
_NUMBER = re.compile(r"[0-9]{1,18}")  # the app writes it as a text


@dataclass(frozen=True)
class Taken:
    """What became of the `number`th report of the file; `files`: what is said about those that are not simply attached."""

    number: int
    form_id: str
    outcome: Outcome
    files: tuple[str, ...] = ()


class Damaged(Exception):
    """Of one report: the others are taken in all the same."""


def phone_of(who: Who, said: Mapping[str, Any]) -> Device:
    """The phone that made the file. Raises Invalid for one that is not in scope, or is another than the file says."""
    pk = said.get("device_id")
    try:
        device = accounts.device_of(who, int(pk) if isinstance(pk, str | int) and _NUMBER.fullmatch(str(pk)) else 0)
    except NotFound as error:
        raise Invalid(
            "The phone that made this file does not belong to one of your centres. Ask the office of its officer.",
            where="device_id",
            code="not_your_phone",
        ) from error
    if device.installation_id != said.get("installation_id"):
        raise Invalid("The file names two different phones. Make it again on the phone.", where="installation_id")
    return device


def parse(content: bytes) -> dict[str, Any]:
    """Raises Unreadable for what is not such a file, or not the whole of it."""
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"This file is cut off or damaged: {error.msg}. Make it again on the phone, and copy the whole of it.",
            where=f"line {error.lineno}, column {error.colno}",
        ) from error
    if not isinstance(said, dict) or said.get("gramreach_unsent") != KIND or not isinstance(said.get("reports"), list):
        raise Unreadable(
            'This is not a phone\'s file of unsent reports. It begins with "gramreach_unsent".', where="file"
        )
    return said


def take_in(who: Who, content: bytes) -> tuple[Device, list[Taken]]:
    """Taken in again, every report answers `identical`. Raises Unreadable or Invalid for the file as a whole."""
    said = parse(content)
    device = phone_of(who, said)
    return device, [_report(device, number, report) for number, report in enumerate(said["reports"], 1)]


def _report(device: Device, number: int, report: Any) -> Taken:
    instance_id, form_id = (
        str(report.get(k) or "") if isinstance(report, dict) else "" for k in ("instance_id", "form_id")
    )
    try:
        xml, files = _contents(report)
    except Damaged as error:
        detail = f"Report {number} ({instance_id or 'without an id'}): {error}. Make the file again on the phone."
        return Taken(number, form_id, Outcome(instance_id, "damaged", "damaged", detail, status=422))
    outcome = receive(Arrival(device, now(), xml=xml, expected_id=instance_id))
    told = tuple(text for name, content in files.items() if (text := _file(device, outcome, name, content)))
    still = tuple(name for name in outcome.missing_attachments if name not in files)
    return Taken(number, form_id, replace(outcome, missing_attachments=still), told)


def _file(device: Device, outcome: Outcome, name: str, content: bytes) -> str:
    try:
        attachments.arrive(device, outcome.instance_id, name, io.BytesIO(content), now())
    except (Conflict, Invalid) as error:
        return error.detail
    return ""


def _contents(report: Any) -> tuple[bytes, dict[str, bytes]]:
    """Raises Damaged, with what is wrong."""
    if not isinstance(report, dict) or not isinstance(report.get("xml"), str):
        raise Damaged("its XML is missing")
    listed = report.get("files") or []
    if not isinstance(listed, list):
        raise Damaged("its files are not a list")
    files: dict[str, bytes] = {}
    for number, file in enumerate(listed, 1):
        name = file.get("name") if isinstance(file, dict) else None
        if not isinstance(name, str) or not 1 <= len(name) <= 255:
            raise Damaged(f"its file {number} has no name")
        try:
            content = base64.b64decode(file.get("base64") or "", validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise Damaged(f"its file {name} is cut off or damaged") from error
        if hashlib.sha256(content).hexdigest() != file.get("sha256"):
            raise Damaged(f"its file {name} is not as the phone wrote it")
        files[name] = content
    return report["xml"].encode(), files
