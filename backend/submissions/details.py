"""Submissions as the API shows them."""

from __future__ import annotations

import zlib
from typing import Any

from backend.accounts.who import Who
from backend.audit.models import Action
from backend.audit.services import record
from backend.submissions import secrets
from backend.submissions.homes import discreet, place_hidden
from backend.submissions.models import Decision, KeptAside, PersonalValue, Submission, SubmissionVersion
from field_forms.instance import join_personal


def summary(row: Submission) -> dict[str, Any]:
    return {
        "instance_id": row.instance_id,
        "current_instance_id": row.current_instance_id,
        "form_id": row.form.form_id,
        "received_at": row.received_at,
        "review_state": row.review_state,
    }


def seen_by(who: Who, row: Submission) -> dict[str, Any]:
    """`detail`, with personal values by right: of a reviewer, and of the officer whose report it is. Each look at them
    is written down first.
    """
    by_right = who.sees_personal or who.device is not None
    if by_right:
        note_look(who, row)
    return detail(row, with_personal=by_right, place_hidden=place_hidden(who, row))


def note_look(who: Who, row: Submission) -> None:
    """Before personal values are shown, if there are any."""
    if PersonalValue.objects.filter(version__submission=row).exists():
        record(who.actor, Action.PERSONAL_SEEN, f"report:{row.instance_id}")


def detail(row: Submission, *, with_personal: bool, place_hidden: bool = False) -> dict[str, Any]:
    """`place_hidden`: of a report from a home, for those who may not know where it is: no positions, and no XML."""
    versions = list(
        row.versions.select_related("form_version", "edited_by").prefetch_related(
            "flags", "attachments__blob", "personal"
        )
    )
    versions.sort(key=lambda v: v.number)
    current = versions[-1]
    return {
        **summary(row),
        "version": current.form_version.version,
        "officer": row.device.officer.name if row.device else None,
        "answers": discreet(current.answers) if place_hidden else current.answers,
        "place_hidden": place_hidden,
        "xml": "" if place_hidden else xml_of(current, with_personal=with_personal),
        "flags": _flags(current),
        "attachments": _attachments(current),
        "versions": [_version(v, with_personal=with_personal, place_hidden=place_hidden) for v in versions],
        "decisions": [_decision(d) for d in row.decisions.select_related("by", "version").order_by("id")],
    }


def xml_of(version: SubmissionVersion, *, with_personal: bool) -> str:
    """The instance as it was received; personal values are filled in again only by right."""
    xml = zlib.decompress(bytes(version.xml))
    if with_personal:
        xml = join_personal(xml, {p.path: secrets.decrypt(p.value).decode() for p in version.personal.all()})
    return xml.decode()


def _flags(version: SubmissionVersion) -> list[dict[str, str]]:
    return [{"code": f.code, "where": f.where, "detail": f.detail} for f in version.flags.all()]


def _attachments(version: SubmissionVersion) -> list[dict[str, Any]]:
    return [
        {"name": a.name, "received": a.blob is not None, "size": a.blob.size if a.blob else None,
         "sha256": a.blob.sha256 if a.blob else None}
        for a in version.attachments.all()
    ]  # fmt: skip


def _version(version: SubmissionVersion, *, with_personal: bool, place_hidden: bool) -> dict[str, Any]:
    return {
        "number": version.number,
        "instance_id": version.instance_id,
        "deprecated_id": version.deprecated_id or None,
        "form_version": version.form_version.version,
        "received_at": version.received_at,
        "edited_by": str(version.edited_by) if version.edited_by else None,
        "started_at": version.started_at,
        "ended_at": version.ended_at,
        "xml": "" if place_hidden else xml_of(version, with_personal=with_personal),
        "flags": _flags(version),
    }


def _decision(row: Decision) -> dict[str, Any]:
    instance_id = row.version.instance_id if row.version else None
    by = str(row.by) if row.by else None
    return {
        "kind": row.kind,
        "action": row.action,
        "instance_id": instance_id,
        "comment": row.comment,
        "by": by,
        "at": row.at,
    }


def kept(row: KeptAside) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "code": row.code,
        "detail": row.detail,
        "form_id": row.form_id,
        "form_version": row.form_version,
        "instance_id": row.instance_id,
        "filename": row.filename,
        "officer": row.device.officer.name,
        "received_at": row.received_at,
        "state": row.state,
    }
