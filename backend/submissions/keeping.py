"""What could not be stored is kept aside, once per device and bytes, encrypted, until a coordinator decides."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path

from django.db.models import QuerySet

from backend.accounts.models import Device
from backend.deployments.models import Change
from backend.submissions import blobs, secrets
from backend.submissions.arrivals import Arrival
from backend.submissions.models import Blob, EarlyFile, KeptAside

_ID = re.compile(rb"<(?:[\w.-]+:)?instanceID[^>]*>\s*([^<\s]{1,255})\s*<")
_FORM = re.compile(rb"<[\w.:-]+[^<>]*?\sid=[\"']([^\"'<>]{1,64})[\"']")

MOST_SHOWN = 100_000  # letters of what a page shows
_TEXTS_XML = re.compile(rb">([^<>]{3,255})<")
_TEXTS_JSON = re.compile(rb'"([^"\\]{3,255})"')


def keep(arrival: Arrival, code: str, detail: str, form_id: str, version: str, instance_id: str) -> KeptAside:
    """Idempotent: the same bytes from the same device are kept once. Ids are guessed from broken XML where possible."""
    found_id, found_form = _guess(arrival)
    kept, made = KeptAside.objects.get_or_create(
        device=arrival.device,
        hash=hashlib.sha256(arrival.body).hexdigest(),
        defaults={
            "kind": arrival.kind,
            "code": code,
            "detail": detail[:400],
            "form_id": (form_id or found_form)[:64],
            "form_version": version[:64],
            "instance_id": (instance_id or found_id)[:255],
            "body": secrets.encrypt(arrival.body),
            "received_at": arrival.received_at,
        },
    )
    if made:
        tell(kept)
    for name in arrival.files:
        _keep_file(arrival, name, "with_" + code, detail, kept.form_id, kept.instance_id)
    for early in early_files(arrival.device, kept.instance_id):
        put_aside(early, "with_" + kept.code, kept.detail, kept)
        early.delete()
    return kept


def tell(kept: KeptAside) -> None:
    """To the change feed: the officer is told what becomes of it."""
    Change.objects.create(kind="kept_aside", key=str(kept.pk))


def early_files(device: Device, instance_id: str) -> QuerySet[EarlyFile]:
    """Those that came before the report: of any phone of the officer."""
    rows = EarlyFile.objects.filter(instance_id=instance_id, device__officer=device.officer_id)
    return rows.select_related("blob").order_by("id")


def body_of(device: Device, instance_id: str) -> KeptAside | None:
    """The newest report that was kept aside under this id."""
    rows = KeptAside.objects.filter(device__officer=device.officer_id, instance_id=instance_id)
    return rows.exclude(kind="attachment").order_by("-id").first()


def put_aside(file: EarlyFile, code: str, detail: str, body: KeptAside | None) -> None:
    """Keep a file, with its report where that is kept aside too: it is found again when that is settled."""
    _put(
        body.device if body else file.device,
        file.blob,
        name=file.name,
        code=code,
        detail=detail,
        form_id=body.form_id if body else "",
        instance_id=file.instance_id,
        at=file.received_at,
        state=KeptAside.State.DISCARDED if body and body.state == "discarded" else KeptAside.State.WAITING,
    )


def keep_file(arrival: Arrival, name: str, detail: str, form_id: str, instance_id: str) -> None:
    _keep_file(arrival, name, "attachment_conflict", detail, form_id, instance_id)


def _keep_file(arrival: Arrival, name: str, code: str, detail: str, form_id: str, instance_id: str) -> None:
    blob = blobs.row(*arrival.stored[name], "application/octet-stream")
    _put(
        arrival.device, blob, name=name, code=code, detail=detail, form_id=form_id, instance_id=instance_id,
        at=arrival.received_at, state=KeptAside.State.WAITING,
    )  # fmt: skip


def _put(
    device: Device, blob: Blob, *, name: str, code: str, detail: str, form_id: str, instance_id: str,
    at: dt.datetime, state: str,
) -> None:  # fmt: skip
    KeptAside.objects.get_or_create(
        device=device,
        hash=hashlib.sha256(f"{instance_id}\0{name}\0{blob.sha256}".encode()).hexdigest(),
        defaults={
            "kind": "attachment",
            "code": code[:40],
            "detail": detail[:400],
            "form_id": form_id,
            "instance_id": instance_id,
            "filename": name[:255],
            "blob": blob,
            "received_at": at,
            "state": state,
        },
    )


def names_of_files(kept: KeptAside) -> tuple[str, ...]:
    """What a kept report may name: every answer that ends as photos and the like do. It may be too broken for more."""
    if kept.body is None:
        return ()
    body = secrets.decrypt(kept.body)
    found = _TEXTS_XML.findall(body) if kept.kind == "xml" else _TEXTS_JSON.findall(body)
    names = (text.decode("utf-8", "replace").strip() for text in found)
    return tuple(dict.fromkeys(name for name in names if Path(name).suffix.lower() in blobs.ENDINGS))


def _guess(arrival: Arrival) -> tuple[str, str]:
    if arrival.xml is None:
        return "", ""
    head = arrival.xml[:65536]
    found = [pattern.search(head) for pattern in (_ID, _FORM)]
    instance_id, form_id = (match.group(1).decode("utf-8", "replace") if match else "" for match in found)
    return instance_id, form_id


def content(kept: KeptAside) -> str:
    """What was sent, as text; what is no text is said to be none."""
    if kept.body is None:
        return ""
    return secrets.decrypt(kept.body).decode("utf-8", "replace")[:MOST_SHOWN]
