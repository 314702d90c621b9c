"""Forms that are tried before they are published: on a phone of their own, whose reports never count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from backend.accounts.models import User
from backend.accounts.tokens import new_token, token_hash
from backend.errors import Conflict, Invalid, NotFound
from backend.submissions.models import DraftReport, FormDraft, FormVersion
from backend.submissions.publishing import checked, publish
from backend.writing import writing
from field_forms.check import check
from field_forms.reading import UnreadableInstance, read
from field_forms.schema import Schema

MOST_REPORTS = 200  # of one draft that are remembered


def keep(source: bytes, filename: str, by: User) -> FormDraft:
    """Compiled and checked as for publishing; the same form's former draft gives way, and its phones get this one.

    Raises FormError, Conflict and Invalid as `publish` does.
    """
    compiled, published = checked(source, filename)
    if published is not None:
        raise Conflict(
            f"{compiled.form_id} {compiled.version} is published as it stands. Nothing would change.",
            where="settings: version",
            code="published",
        )
    with writing():
        draft, _ = FormDraft.objects.update_or_create(
            form_id=compiled.form_id,
            defaults={
                "version": compiled.version,
                "filename": filename,
                "source": source,
                "xform": compiled.xform,
                "schema": compiled.schema.to_json(),
                "warnings": list(compiled.warnings),
                "md5": hashlib.md5(compiled.xform, usedforsecurity=False).hexdigest(),
                "made_by": by,
            },
        )
        draft.reports.all().delete()
    return draft


def draft_of(form_id: str) -> FormDraft:
    found = FormDraft.objects.filter(form_id=form_id).first()
    if found is None:
        raise NotFound("There is no draft of this form.", where="form_id")
    return found


def token_for(draft: FormDraft) -> str:
    """A token to try the draft with, shown once; the one before ends."""
    token = new_token()
    with writing():
        FormDraft.objects.filter(pk=draft.pk).update(token_hash=token_hash(token))
    return token


def by_token(token: str) -> FormDraft | None:
    return FormDraft.objects.filter(token_hash=token_hash(token)).first()


def publish_draft(draft: FormDraft, by: User | None) -> FormVersion:
    """From its source, as any form is. The draft goes, and with it whatever was tried."""
    version = publish(bytes(draft.source), draft.filename, by=by)
    discard(draft)
    return version


def discard(draft: FormDraft) -> None:
    with writing():
        FormDraft.objects.filter(pk=draft.pk).delete()


@dataclass(frozen=True)
class Tried:
    answers: int
    flags: list[list[str]]


def try_out(draft: FormDraft, xml: bytes) -> Tried:
    """Read and checked as a report would be, and nothing kept of it but how that went. Raises Invalid with the reason."""
    try:
        instance = read(xml)
    except UnreadableInstance as error:
        raise Invalid(f"{error.message}. {error.remedy}.", code="unreadable") from error
    if instance.form_id != draft.form_id or not instance.instance_id:
        raise Invalid(f"This address takes reports of the draft of {draft.form_id} only.", code="other_form")
    result = check(instance, Schema.from_json(draft.schema))
    told = Tried(len(result.flat), [[flag.code, flag.where, flag.detail] for flag in result.flags])
    with writing():
        DraftReport.objects.update_or_create(
            draft=draft,
            instance_id=instance.instance_id[:255],
            defaults={"answers": told.answers, "flags": told.flags, "version": instance.version[:64]},
        )
        old = draft.reports.order_by("-pk").values_list("pk", flat=True)[MOST_REPORTS:]
        DraftReport.objects.filter(pk__in=list(old)).delete()
    return told
