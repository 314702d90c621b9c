"""A version's files: which it names, which have come, which are carried forward from the version before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from backend.submissions import blobs
from backend.submissions.models import Attachment, SubmissionVersion


def check_types(files: Mapping[str, BinaryIO]) -> None:
    """Raises Invalid for a file that is not what its name says."""
    for name, content in files.items():
        blobs.content_type(name, content)


def expect(version: SubmissionVersion, names: Sequence[str]) -> None:
    if names:
        Attachment.objects.bulk_create([Attachment(version=version, name=name[:255]) for name in names])


def add(version: SubmissionVersion, files: Mapping[str, BinaryIO], at: dt.datetime) -> str | None:
    """Store files of a version. The same name and bytes again change nothing.

    Returns the name of the first file whose name is taken by other bytes (none is overwritten), else None.
    """
    for name, content in files.items():
        blob = blobs.store(content, blobs.content_type(name, content))
        attachment, _ = Attachment.objects.get_or_create(version=version, name=name[:255])
        if attachment.blob_id is None:
            Attachment.objects.filter(pk=attachment.pk).update(blob=blob, received_at=at)
        elif attachment.blob_id != blob.pk:
            return name
    return None


def missing(version: SubmissionVersion, named: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of files that have not come. `named`: what the version names, when known (none named: nothing to read)."""
    if named is not None and not named:
        return ()
    return tuple(version.attachments.filter(blob=None).order_by("id").values_list("name", flat=True))


def carry_forward(replaced: SubmissionVersion, version: SubmissionVersion) -> None:
    """Files that an edit names and an earlier version has need not be sent again."""
    wanted = {a.name: a for a in version.attachments.filter(blob=None)}
    for old in replaced.attachments.exclude(blob=None).filter(name__in=wanted):
        Attachment.objects.filter(pk=wanted[old.name].pk).update(blob=old.blob_id, received_at=old.received_at)
