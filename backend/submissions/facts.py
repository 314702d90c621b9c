"""The facts of prepared reports as rows, for one report and for many alike; and what was said, for the derived tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.accounts.models import Device, Officer
from backend.deployments.look import Area
from backend.deployments.observed import Filled, uuid
from backend.statements import Insert, Select
from backend.submissions.arrivals import Prepared
from backend.submissions.models import Attachment, Blob, Flag, PersonalValue, Submission, SubmissionVersion

_PUT_SUBMISSION = Insert(Submission)
_PUT_VERSION = Insert(SubmissionVersion)
_PUT_FLAG = Insert(Flag)
_PUT_PERSONAL = Insert(PersonalValue)
_PUT_ATTACHMENT = Insert(Attachment)
_PUT_BLOB = Insert(Blob, unique=["sha256"], update=["sha256"])  # by itself: the key of one that is there comes back
_DISTRICTS = Select(
    lambda officer: Officer.districts.through.objects.filter(officer=officer).values_list("district_id"), -987_654_321
)

FlagRow = tuple[str, str, str]  # code, where, detail


def put_submissions(items: Sequence[Prepared]) -> list[int]:
    """Keys of the new submissions, in order."""
    return _PUT_SUBMISSION.keys(
        [
            {
                "instance_id": item.instance_id,
                "form_id": item.form.form_pk,
                "device_id": item.arrival.device.pk,
                "received_at": item.arrival.received_at,
                "current_instance_id": item.instance_id,
            }
            for item in items
        ]
    )


def put_versions(items: Sequence[Prepared], submissions: Sequence[int], number: int = 1) -> list[int]:
    """Keys of the new versions of these submissions, with their personal values and the files they wait for."""
    keys = _PUT_VERSION.keys(
        [
            {
                "submission_id": submission,
                "number": number,
                "instance_id": item.instance_id,
                "deprecated_id": item.deprecated_id,
                "form_version_id": item.form.pk,
                "content_hmac": item.content_hmac,
                "xml": item.xml,
                "answers": item.values,
                "entity_base": item.entity_base,
                "device_id": item.arrival.device.pk,
                "edited_by_id": item.arrival.by.pk if item.arrival.by else None,
                "received_at": item.arrival.received_at,
                "started_at": item.started_at,
                "ended_at": item.ended_at,
                "illustrative": item.arrival.illustrative,
            }
            for item, submission in zip(items, submissions, strict=True)
        ]
    )
    pairs = list(zip(items, keys, strict=True))
    _PUT_PERSONAL.many(
        [{"version_id": key, "path": p, "value": v} for item, key in pairs for p, v in item.personal.items()]
    )
    blobs = _put_blobs(items)
    _PUT_ATTACHMENT.many([row for item, key in pairs for row in _attachments(item, key, blobs)])
    return keys


def _put_blobs(items: Sequence[Prepared]) -> dict[str, int]:
    """Keys by SHA-256 of the files that came along; in one order for all who write, so that nobody waits in a circle."""
    rows = {}
    for item in items:
        for name, kind in item.kinds.items():
            sha256, size = item.arrival.stored[name]
            rows[sha256] = {"sha256": sha256, "size": size, "content_type": kind}
    hashes = sorted(rows)
    return dict(zip(hashes, _PUT_BLOB.keys([rows[sha256] for sha256 in hashes]), strict=True))


def _attachments(item: Prepared, key: int, blobs: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """What its answers name, and what came along, be it named or not."""
    came = {name[:255]: item.arrival.stored[name][0] for name in item.kinds}
    for name in dict.fromkeys([*(named[:255] for named in item.attachments), *came]):
        if name in came:
            at = item.arrival.received_at
            yield {"version_id": key, "name": name, "blob_id": blobs[came[name]], "received_at": at}
        else:
            yield {"version_id": key, "name": name}


def put_flags(found: Sequence[tuple[int, FlagRow]]) -> None:
    """Each with the key of its version."""
    _PUT_FLAG.many([{"version_id": key, "code": c, "where": w[:200], "detail": d[:400]} for key, (c, w, d) in found])


def filled(item: Prepared, sequence: int, submission: str) -> Filled:
    """What was said, as the derived tables read it. `sequence`: the version's place in the order of receipt."""
    arrival = item.arrival
    return Filled(
        form_id=item.form.form_id,
        submission=submission,
        instance_id=item.instance_id,
        received_at=arrival.received_at,
        sequence=sequence,
        flat=item.flat,
        device=arrival.device.pk,
        officer=arrival.device.officer_id,
        entity=item.entity,
        started_at=item.started_at,
        ended_at=item.ended_at,
        illustrative=arrival.illustrative,
    )


def area_of(device: Device, areas: dict[int, Area]) -> Area:
    """Where the officer is sent; read once for all that arrives together."""
    officer = device.officer
    if officer.pk not in areas:
        areas[officer.pk] = Area(officer.centre_id, frozenset(row[0] for row in _DISTRICTS.rows(officer.pk)))
    return areas[officer.pk]


def deployments_of(item: Prepared) -> list[UUID]:
    """The deployments that a report may change."""
    named = uuid(item.flat.get("deployment"))
    return [found for found in (item.entity, named) if found is not None]
