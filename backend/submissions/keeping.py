"""What could not be stored is kept aside, once per device and bytes, encrypted, until a coordinator decides."""

from __future__ import annotations

import hashlib
import re

from backend.submissions import blobs, secrets
from backend.submissions.arrivals import Arrival
from backend.submissions.models import KeptAside

_ID = re.compile(rb"<(?:[\w.-]+:)?instanceID[^>]*>\s*([^<\s]{1,255})\s*<")
_FORM = re.compile(rb"<[\w.:-]+[^<>]*?\sid=[\"']([^\"'<>]{1,64})[\"']")


def keep(arrival: Arrival, code: str, detail: str, form_id: str, version: str, instance_id: str) -> KeptAside:
    """Idempotent: the same bytes from the same device are kept once. Ids are guessed from broken XML where possible."""
    found_id, found_form = _guess(arrival)
    kept, _ = KeptAside.objects.get_or_create(
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
    for name in arrival.files:
        _keep_file(arrival, name, "with_" + code, detail, kept.form_id, kept.instance_id)
    return kept


def keep_file(arrival: Arrival, name: str, detail: str, form_id: str, instance_id: str) -> None:
    _keep_file(arrival, name, "attachment_conflict", detail, form_id, instance_id)


def _keep_file(arrival: Arrival, name: str, code: str, detail: str, form_id: str, instance_id: str) -> None:
    blob = blobs.store(arrival.files[name], "application/octet-stream")
    KeptAside.objects.get_or_create(
        device=arrival.device,
        hash=hashlib.sha256(f"{instance_id}\0{name}\0{blob.sha256}".encode()).hexdigest(),
        defaults={
            "kind": "attachment",
            "code": code[:40],
            "detail": detail[:400],
            "form_id": form_id,
            "instance_id": instance_id,
            "filename": name[:255],
            "blob": blob,
            "received_at": arrival.received_at,
        },
    )


def _guess(arrival: Arrival) -> tuple[str, str]:
    if arrival.xml is None:
        return "", ""
    head = arrival.xml[:65536]
    found = [pattern.search(head) for pattern in (_ID, _FORM)]
    instance_id, form_id = (match.group(1).decode("utf-8", "replace") if match else "" for match in found)
    return instance_id, form_id
