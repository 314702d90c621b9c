"""A version's files: which it names, which have come, which are carried forward from the version before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from backend.submissions import blobs
from backend.submissions.models import Attachment


def check_types(files: Mapping[str, BinaryIO]) -> None:
    """Raises Invalid for a file that is not what its name says."""
    for name, content in files.items():
        blobs.content_type(name, content)


def add(version: int, files: Mapping[str, BinaryIO], at: dt.datetime) -> str | None:
    """Store files of a version (its key). The same name and bytes again change nothing.

    Returns the name of the first file whose name is taken by other bytes (none is overwritten), else None.
    """
    for name, content in files.items():
        blob = blobs.store(content, blobs.content_type(name, content))
        attachment, _ = Attachment.objects.get_or_create(version_id=version, name=name[:255])
        if attachment.blob_id is None:
            Attachment.objects.filter(pk=attachment.pk).update(blob=blob, received_at=at)
        elif attachment.blob_id != blob.pk:
            return name
    return None


def missing(version: int, named: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of files of a version (its key) that have not come. `named`: what the version names, when known."""
    if named is not None and not named:
        return ()
    rows = Attachment.objects.filter(version=version, blob=None).order_by("id")
    return tuple(rows.values_list("name", flat=True))


def carry_forward(replaced: int, version: int) -> None:
    """Files that an edit names and an earlier version has need not be sent again."""
    wanted = {a.name: a for a in Attachment.objects.filter(version=version, blob=None)}
    for old in Attachment.objects.filter(version=replaced, name__in=wanted).exclude(blob=None):
        Attachment.objects.filter(pk=wanted[old.name].pk).update(blob=old.blob_id, received_at=old.received_at)
