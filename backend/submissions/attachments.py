"""A version's files: which it names, which have come, which are carried forward from the version before."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Literal

from django.db.models import QuerySet

from backend.accounts.models import Device
from backend.errors import Conflict, Invalid
from backend.statements import Select
from backend.submissions import blobs, keeping
from backend.submissions.arrivals import Prepared
from backend.submissions.models import Attachment, Blob, EarlyFile, KeptAside, SubmissionVersion
from backend.writing import hold, writing

TAKEN = "Another file called {} is here already for this report. Both are kept; the office will look."


def kinds(files: Mapping[str, BinaryIO]) -> dict[str, str]:
    """The content type of each. Raises Invalid for a file that is not what its name says."""
    return {name: blobs.content_type(name, content) for name, content in files.items()}


def add(version: int, item: Prepared) -> str | None:
    """To a version that is there (its key): the files that came along now. The same name and bytes change nothing.

    Returns the name of the first file whose name is taken by other bytes (none is overwritten), else None.
    """
    at = item.arrival.received_at
    for name, kind in item.kinds.items():
        blob = blobs.row(*item.arrival.stored[name], kind)
        attachment, _ = Attachment.objects.get_or_create(version_id=version, name=name[:255])
        if attachment.blob_id is None:
            Attachment.objects.filter(pk=attachment.pk).update(blob=blob, received_at=at)
        elif attachment.blob_id != blob.pk:
            return name
    return None


def missing(version: int) -> tuple[str, ...]:
    """Names of files of a version (its key) that have not come."""
    rows = Attachment.objects.filter(version=version, blob=None).order_by("id")
    return tuple(rows.values_list("name", flat=True))


def carry_forward(replaced: int, version: int) -> None:
    """Files that an edit names and an earlier version has need not be sent again."""
    wanted = {a.name: a for a in Attachment.objects.filter(version=version, blob=None)}
    for old in Attachment.objects.filter(version=replaced, name__in=wanted).exclude(blob=None):
        Attachment.objects.filter(pk=wanted[old.name].pk).update(blob=old.blob_id, received_at=old.received_at)


Taken = Literal["attached", "early", "kept", "conflict"]


def arrive(device: Device, instance_id: str, name: str, content: BinaryIO, at: dt.datetime) -> Taken:
    """`take`, from the bytes. Raises Invalid for a file that is not what its name says, and Conflict for a name that is
    taken by other bytes: both are kept aside, so the phone may let go of them.
    """
    sha256, size = blobs.put(content)
    try:
        kind = blobs.content_type(name, content)
    except Invalid as error:
        blob = blobs.row(sha256, size, "application/octet-stream")
        refuse(device, instance_id, name, blob, at, error.code, error.detail)
        raise
    taken = take(device, instance_id, name, blobs.row(sha256, size, kind), at)
    if taken == "conflict":
        raise Conflict(TAKEN.format(name), code="attachment_conflict", where=name)
    return taken


def take(device: Device, instance_id: str, name: str, blob: Blob, at: dt.datetime) -> Taken:
    """A file that came by itself: attached to the version of this id, or kept aside beside a report that was kept aside,
    or it waits for the report. `conflict`: the name is taken by other bytes; the file is kept aside.
    """
    file = EarlyFile(device=device, instance_id=instance_id, name=name, blob=blob, received_at=at)
    with writing():
        hold([lock_of(instance_id)])
        return _take(file)


def _take(file: EarlyFile) -> Taken:
    version, body = version_of(file.device, file.instance_id), keeping.body_of(file.device, file.instance_id)
    row = version.attachments.filter(name=file.name).first() if version else None
    if version is not None and (row is not None or body is None):
        return "attached" if _attach(version.pk, file, row, body) else "conflict"
    if body is not None:
        keeping.put_aside(file, "with_" + body.code, body.detail, body)
        return "kept"
    EarlyFile.objects.get_or_create(
        device=file.device,
        instance_id=file.instance_id,
        name=file.name,
        blob=file.blob,
        defaults={"received_at": file.received_at},
    )
    return "early"


def _attach(version: int, file: EarlyFile, row: Attachment | None, body: KeptAside | None = None) -> bool:
    """False: the name is taken; the file was kept aside."""
    if row is None:
        row = Attachment.objects.create(version_id=version, name=file.name)
    if row.blob_id is None:
        Attachment.objects.filter(pk=row.pk).update(blob=file.blob, received_at=file.received_at)
    elif row.blob_id != file.blob_id:
        code = "with_" + body.code if body else "attachment_conflict"
        keeping.put_aside(file, code, TAKEN.format(file.name), body)
        return False
    return True


def refuse(device: Device, instance_id: str, name: str, blob: Blob, at: dt.datetime, code: str, detail: str) -> None:
    """Keep aside a file that is not what its name says."""
    file = EarlyFile(device=device, instance_id=instance_id, name=name, blob=blob, received_at=at)
    with writing():
        keeping.put_aside(file, code, detail, keeping.body_of(device, instance_id))


def version_of(device: Device, instance_id: str) -> SubmissionVersion | None:
    rows = SubmissionVersion.objects.filter(submission__device__officer=device.officer_id)
    return rows.filter(instance_id=instance_id).first()


def is_here(device: Device, instance_id: str, name: str, sha256: str) -> bool:
    """Attached, waiting for its report, or kept aside."""
    version = version_of(device, instance_id)
    if version is not None and version.attachments.filter(name=name, blob__sha256=sha256).exists():
        return True
    if keeping.early_files(device, instance_id).filter(name=name, blob__sha256=sha256).exists():
        return True
    return _aside(device, instance_id).filter(filename=name, blob__sha256=sha256).exists()


def kept_aside(device: Device, instance_id: str) -> set[str]:
    """Names of a report's files that the office has, although they are not attached to it."""
    names = set(_aside(device, instance_id).values_list("filename", flat=True))
    return names | set(keeping.early_files(device, instance_id).values_list("name", flat=True))


def _aside(device: Device, instance_id: str) -> QuerySet[KeptAside]:
    return KeptAside.objects.filter(device__officer=device.officer_id, instance_id=instance_id, kind="attachment")


def early(instance_ids: Sequence[str]) -> set[str]:
    """Those of the reports for which files came early."""
    return {row[0] for row in _EARLY.rows(list(instance_ids))} if instance_ids else set()


_EARLY = Select(
    lambda ids: EarlyFile.objects.filter(instance_id__in=ids).order_by().values_list("instance_id"), ["\0id"]
)


def add_early(version: int, device: Device, instance_id: str) -> None:
    """To a version just stored: the files that came before it."""
    for file in keeping.early_files(device, instance_id):
        _attach(version, file, Attachment.objects.filter(version=version, name=file.name).first())
        file.delete()


def settle_early(before: dt.datetime) -> int:
    """Files whose report did not come until `before` are kept aside: somebody will look. Returns how many."""
    settled = 0
    for file in EarlyFile.objects.filter(received_at__lt=before).select_related("device", "blob").order_by("id"):
        with writing():
            hold([lock_of(file.instance_id)])
            if _take(file) == "early":
                keeping.put_aside(file, "report_missing", f"The report that {file.name} belongs to never came.", None)
            EarlyFile.objects.filter(pk=file.pk).delete()
        settled += 1
    return settled


def lock_of(instance_id: str) -> uuid.UUID:
    """Held while a report or a file of it is stored: neither may miss the other."""
    return uuid.uuid5(uuid.NAMESPACE_URL, instance_id)
