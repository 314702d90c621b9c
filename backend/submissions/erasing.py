"""A person's data: found, handed out, erased. The proof that it was erased stays; what it was does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone

from backend.accounts.models import User
from backend.audit import services as audit
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid
from backend.submissions import blobs, secrets
from backend.submissions.models import (
    Attachment,
    Blob,
    Decision,
    EarlyFile,
    KeptAside,
    PersonalValue,
    PhotoLook,
    Submission,
)
from backend.writing import writing

CHUNK = 1000


@dataclass(frozen=True)
class Found:
    """Where a text stands: in a report's answer, or in something that was kept aside (`kept`: its key)."""

    instance_id: str
    path: str = ""
    value: str = ""
    kept: int | None = None


def find(text: str) -> Iterator[Found]:
    """In every personal answer and every kept body, whatever their letters' case. Slow on purpose: nothing is indexed."""
    wanted = " ".join(text.casefold().split())
    if len(wanted) < 3:
        raise Invalid("Give three letters or more.", where="text")
    values = PersonalValue.objects.select_related("version__submission").order_by("pk")
    for row in values.iterator(chunk_size=CHUNK):
        value = secrets.decrypt(row.value).decode()
        if wanted in " ".join(value.casefold().split()):
            yield Found(row.version.submission.instance_id, row.path, value)
    for kept in KeptAside.objects.exclude(body=None).order_by("pk").iterator(chunk_size=100):
        if wanted in secrets.decrypt(kept.body or b"").decode("utf-8", "replace").casefold():
            yield Found(kept.instance_id, kept=kept.pk)


@dataclass
class Erased:
    values: int = 0
    photos: int = 0
    kept: int = 0


def erase(instance_ids: Iterable[str], kept: Iterable[int], reason: str, by: User | None, *, photos: bool) -> Erased:
    """Personal answers of all versions of these reports, with `photos` their files too, and kept bodies. The reports go on
    counting. Raises Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("Say why: it is the proof.", where="reason")
    done, loose = Erased(), set[Blob]()
    with writing():
        audit.hold()
        for submission in Submission.objects.filter(instance_id__in=set(instance_ids)).order_by("pk"):
            values = PersonalValue.objects.filter(version__submission=submission)
            paths, files = sorted(set(values.values_list("path", flat=True))), 0
            done.values += values.delete()[0]
            if photos:
                rows = Attachment.objects.filter(version__submission=submission).select_related("blob")
                loose |= {row.blob for row in rows if row.blob is not None}
                PhotoLook.objects.filter(version__submission=submission).delete()
                files = rows.delete()[0]
                done.photos += files
            Decision.objects.create(
                kind=Decision.Kind.ERASURE,
                action="personal",
                submission=submission,
                comment=reason,
                by=by,
                at=timezone.now(),
            )
            detail = {"paths": paths, "files": files, "reason": reason}
            record(by, Action.PERSONAL_ERASED, f"report:{submission.instance_id}", **detail)
        for item in KeptAside.objects.filter(pk__in=set(kept)).exclude(body=None):
            KeptAside.objects.filter(pk=item.pk).update(body=None, state=KeptAside.State.DISCARDED)
            record(by, Action.PERSONAL_ERASED, f"kept:{item.pk}", reason=reason)
            done.kept += 1
    _forget_files(loose)
    return done


def _forget_files(candidates: Iterable[Blob]) -> None:
    """Those that nothing names any more. The row first: a file without a row is swept, a row without a file is a loss."""
    for blob in candidates:
        with writing():
            named = any(model.objects.filter(blob=blob).exists() for model in (Attachment, EarlyFile, KeptAside))
            if named:
                continue
            blob.delete()
        default_storage.delete(blobs.path_of(blob.sha256))


def apply_retention(days: int) -> Erased:
    """What was received more than `days` ago: personal answers, and the bodies of settled kept items."""
    before = timezone.now() - dt.timedelta(days=days)
    done, reason = Erased(), f"kept {days} days, as PERSONAL_DAYS says"
    while ids := list(_due(before)[:CHUNK]):
        part = erase(ids, (), reason, None, photos=False)
        done.values += part.values
    settled = KeptAside.objects.filter(received_at__lt=before).exclude(Q(body=None) | Q(state=KeptAside.State.WAITING))
    done.kept += erase((), list(settled.values_list("pk", flat=True)), reason, None, photos=False).kept
    return done


def _due(before: dt.datetime) -> QuerySet[PersonalValue, str]:
    rows = PersonalValue.objects.filter(version__submission__received_at__lt=before)
    return rows.order_by().values_list("version__submission__instance_id", flat=True).distinct()
