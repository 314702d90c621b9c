"""Receiving: the one way in. Each outcome is a named function; a unique instance_id makes storing exactly-once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from backend.audit import services as audit
from backend.audit.models import Action
from backend.deployments import flags as context_flags
from backend.deployments import services as deployments
from backend.deployments.look import Area, Known, known
from backend.deployments.observed import Filled
from backend.errors import GramReachError
from backend.gathering import Gathering
from backend.statements import Select
from backend.submissions import attachments, blobs, entities, facts, keeping, listing, photos
from backend.submissions.arrivals import Arrival, Prepared, Refused, prepare
from backend.submissions.bulk import store_new
from backend.submissions.history import spans_of, state_of
from backend.submissions.models import Blob, Submission, SubmissionVersion
from backend.writing import hold, writing


@dataclass(frozen=True)
class Outcome:
    """The receipt. `kept`: it lies at the office, so the phone may let go; `status`: of a single submission's answer."""

    instance_id: str
    outcome: str  # stored, identical, edited, conflict, rejected
    code: str = ""
    detail: str = ""
    where: str = ""
    kept: bool = False
    missing_attachments: tuple[str, ...] = ()
    status: int = 201


def receive(arrival: Arrival) -> Outcome:
    """Store one submission, or keep it aside with the reason. Never raises for what a device sent."""
    return receive_all([arrival])[0]


def receive_all(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Store each on its own, in one transaction: a bad one spoils none of the others.

    What other threads receive at this moment is stored in the same transaction.
    """
    return list(_gathering.ask(lambda: _all_prepared(arrivals)))


Coming = tuple[Arrival, Prepared | Refused]


def _all_prepared(arrivals: Sequence[Arrival]) -> list[Coming]:
    return [(arrival, _prepared(arrival)) for arrival in arrivals]


def _store_all(coming: Sequence[Coming]) -> list[Outcome]:
    with writing():
        hold(_locks([item for _, item in coming if isinstance(item, Prepared)]))
        areas: dict[int, Area] = {}
        together = _together([item for _, item in coming], areas)
        outcomes: list[Outcome] = []
        for arrival, item in coming:
            if isinstance(item, Refused):
                outcomes.append(_refused(arrival, item))
            else:
                outcomes.append(together[id(item)] if id(item) in together else _settle(item, areas))
    return outcomes


# As many as one batch may have: a phone waits no longer for its one report than for such a batch.
_gathering: Gathering[Coming, Outcome] = Gathering(_store_all, most=200)


def _locks(items: Sequence[Prepared]) -> Iterator[uuid.UUID]:
    """What nobody else may write meanwhile: the deployments, and the reports that wait for files."""
    for item in items:
        yield from facts.deployments_of(item)
        if item.attachments:
            yield attachments.lock_of(item.instance_id)


_ARE_THERE = Select(
    lambda ids: SubmissionVersion.objects.filter(instance_id__in=ids).order_by().values_list("instance_id"), ["\0id"]
)


def _together(prepared: Sequence[Prepared | Refused], areas: dict[int, Area]) -> dict[int, Outcome]:
    """Store at once what is new and plain, as nearly everything is; the outcomes by `id` of the item.

    When another process is faster with one of them, all are left to be stored one by one.
    """
    plain = [i for i in prepared if isinstance(i, Prepared) and not i.deprecated_id]
    early = attachments.early([i.instance_id for i in plain if i.attachments])
    ids = [item.instance_id for item in plain if item.instance_id not in early]
    if not ids:
        return {}
    there = {row[0] for row in _ARE_THERE.rows(ids)}
    new: dict[str, Prepared] = {}
    for item in plain:  # of an id that stands in it twice, the first
        if item.instance_id not in there and item.instance_id not in early:
            new.setdefault(item.instance_id, item)
    items = list(new.values())
    if not items:
        return {}
    try:
        with transaction.atomic():
            store_new(items, areas)
    except IntegrityError:
        return {}
    return {id(i): Outcome(i.instance_id, "stored", missing_attachments=i.awaited) for i in items}


def _prepared(arrival: Arrival) -> Prepared | Refused:
    try:
        item = prepare(arrival)
        return replace(item, kinds=attachments.kinds(arrival.files)) if arrival.files else item
    except Refused as refused:
        return refused
    except GramReachError as error:
        return Refused(error.code, error.detail, where=error.where, status=error.status)
    finally:
        _ = arrival.stored  # kept too, when the report is refused


def _settle(item: Prepared, areas: dict[int, Area]) -> Outcome:
    """Store inside a savepoint; when another process was faster, its row decides."""
    try:
        with transaction.atomic():
            return _store(item, areas)
    except IntegrityError:
        with transaction.atomic():
            existing = _existing(item)
            if existing is None:
                raise
            return _seen_before(item, existing)


def _store(item: Prepared, areas: dict[int, Area]) -> Outcome:
    existing = _existing(item)
    if existing is not None:
        return _seen_before(item, existing)
    if item.deprecated_id:
        return _edit(item, areas)
    return _stored(item, areas)


_IS_THERE = Select(lambda i: SubmissionVersion.objects.filter(instance_id=i).order_by().values_list("id"), "\0id")


def _existing(item: Prepared) -> SubmissionVersion | None:
    if not _IS_THERE.rows(item.instance_id):
        return None
    return SubmissionVersion.objects.select_related("submission").filter(instance_id=item.instance_id).first()


def _seen_before(item: Prepared, existing: SubmissionVersion) -> Outcome:
    if existing.submission.deleted_at is not None:
        return _conflict(
            item, "deleted", "The office has deleted this report. Call your office before you send it again."
        )
    if existing.content_hmac != item.content_hmac:
        detail = "A report with the same id and other content is here already. Both are kept; the office will look."
        return _conflict(item, "conflict", detail)
    return _identical(item, existing)


def _identical(item: Prepared, existing: SubmissionVersion) -> Outcome:
    """The same receipt again; attachments that came along this time are added."""
    clash = attachments.add(existing.pk, item)
    if clash is not None:
        return _attachment_conflict(item, clash)
    return Outcome(item.instance_id, "identical", missing_attachments=attachments.missing(existing.pk), status=200)


def _stored(item: Prepared, areas: dict[int, Area]) -> Outcome:
    key = facts.put_submissions([item])[0]
    version, said, place, codes = _version(item, key, item.instance_id, 1, areas)
    span = deployments.Span(said, place, item.arrival.received_at, waiting=settings.REVIEW_REQUIRED)
    deployments.apply(item.instance_id, [span], new=True)
    listing.put([listing.row(key, item.form.form_pk, said, place, codes)])
    if said.entity is not None:
        listing.follow_deployments([said.entity])
    entities.of_new([item])
    return Outcome(
        item.instance_id, "stored", missing_attachments=attachments.missing(version) if item.attachments else ()
    )


def _edit(item: Prepared, areas: dict[int, Area]) -> Outcome:
    versions = SubmissionVersion.objects.select_related("submission").select_for_update(of=("submission",))
    replaced = versions.filter(instance_id=item.deprecated_id).first()
    if replaced is None:
        return _conflict(item, "unknown_deprecated_id", "The report that this one changes is not here.")
    submission = replaced.submission
    if submission.form_id != item.form.form_pk:
        return _conflict(item, "other_form", "The report that this one changes is of another form.")
    if submission.deleted_at is not None:
        return _conflict(
            item, "deleted", "The office has deleted this report. Call your office before you send it again."
        )
    if submission.current_instance_id != item.deprecated_id:
        detail = "The report was changed by somebody else meanwhile. Both are kept; the office will look."
        return _conflict(item, "stale_deprecated_id", detail)
    return add_version(item, submission, replaced, areas)


def add_version(
    item: Prepared, submission: Submission, replaced: SubmissionVersion, areas: dict[int, Area] | None = None
) -> Outcome:
    """A new version of a submission, whose attachments are carried forward by name."""
    areas = {} if areas is None else areas
    before = entities.of_submission(submission.instance_id)
    version, said, _, _ = _version(item, submission.pk, submission.instance_id, replaced.number + 1, areas)
    attachments.carry_forward(replaced.pk, version)
    submission.current_instance_id = item.instance_id
    submission.review_state = state_of(submission)  # an edit takes nothing back: what was retracted stays so
    submission.save(update_fields=["current_instance_id", "review_state"])
    deployments.apply(submission.instance_id, spans_of(submission), new=False)
    listing.again([submission])
    if said.deployment is not None:
        listing.follow_deployments([said.deployment])
    entities.look_again(before | entities.of_submission(submission.instance_id))
    missing = attachments.missing(version)
    return Outcome(item.instance_id, "edited", missing_attachments=missing, status=200)


def _version(
    item: Prepared, key: int, submission: str, number: int, areas: dict[int, Area]
) -> tuple[int, Filled, Known, list[str]]:
    """The key of the new version of a submission (its `key` and id), what it says, what is known of that, its flags."""
    arrival = item.arrival
    version = facts.put_versions([item], [key], number)[0]
    said = facts.filled(item, version, submission)
    area = facts.area_of(arrival.device, areas)
    place = known(said, area)
    photos.keep_looks([(item, version)])
    flags = (*item.flags, *context_flags.odd(said, place, area), *photos.used_again(item, version, said))
    facts.put_flags([(version, flag) for flag in flags])
    if item.attachments:
        attachments.add_early(version, arrival.device, item.instance_id)
    return version, said, place, [code for code, _, _ in flags]


def _conflict(item: Prepared, code: str, detail: str) -> Outcome:
    kept = item.arrival.by is None  # the office is told at once, and has it before its eyes
    if kept:
        keeping.keep(item.arrival, code, detail, item.form.form_id, item.form.version, item.instance_id)
    return Outcome(item.instance_id, "conflict", code, detail, kept=kept, status=409)


def _attachment_conflict(item: Prepared, name: str) -> Outcome:
    detail = attachments.TAKEN.format(name)
    kept = item.arrival.by is None
    if kept:
        keeping.keep_file(item.arrival, name, detail, item.form.form_id, item.instance_id)
    return Outcome(item.instance_id, "conflict", "attachment_conflict", detail, where=name, kept=kept, status=409)


def _refused(arrival: Arrival, refused: Refused) -> Outcome:
    instance_id = arrival.said("instance_id") or arrival.expected_id
    kept = keeping.keep(
        arrival, refused.code, refused.detail, arrival.said("form_id"), arrival.said("version"), instance_id
    )
    return Outcome(
        kept.instance_id, "rejected", refused.code, refused.detail, refused.where, kept=True, status=refused.status
    )


def retry(arrival: Arrival) -> Outcome | Refused:
    """Like `receive`, for what was kept aside: refused again, it stays where it is."""
    item = _prepared(arrival)
    if isinstance(item, Refused):
        return item
    with writing():
        hold(_locks([item]))
        outcome = _settle(item, {})
        entities.look_again(entities.of_submission(item.instance_id))  # it counts from when it came, before others
        return outcome


def edit(arrival: Arrival, changed: SubmissionVersion) -> Outcome | Refused:
    """What somebody of the office (`arrival.by`) made of a report; `changed`: a version of it. When the visit was made
    stays as the phone said. Refused or in conflict, nothing is kept aside: who wrote it is told at once.
    """
    item = _prepared(arrival)
    if isinstance(item, Refused):
        return item
    item = replace(item, started_at=changed.started_at, ended_at=changed.ended_at)
    with writing():
        audit.hold()
        hold(_locks([item]))
        outcome = _settle(item, {})
        if outcome.outcome == "edited":
            subject = f"report:{changed.submission.instance_id}"
            audit.record(arrival.by, Action.REPORT_EDITED, subject, version=item.instance_id, of=item.deprecated_id)
        return outcome


def receipts(outcomes: Iterable[Outcome]) -> list[dict[str, object]]:
    return [receipt(outcome) for outcome in outcomes]


def receipt(outcome: Outcome) -> dict[str, object]:
    return {
        "instance_id": outcome.instance_id,
        "outcome": outcome.outcome,
        "code": outcome.code,
        "detail": outcome.detail,
        "where": outcome.where,
        "kept": outcome.kept,
        "missing_attachments": list(outcome.missing_attachments),
    }


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def with_free_id(item: Prepared) -> Prepared:
    """Under an id of its own: the instance's is taken by what it replaces. The same content gets the same id again."""
    own = uuid.uuid5(uuid.NAMESPACE_URL, f"{item.instance_id} {item.content_hmac}")
    return replace(item, instance_id=f"uuid:{own}", deprecated_id=item.instance_id)


def read_blob(blob: Blob) -> bytes:
    with default_storage.open(blobs.path_of(blob.sha256)) as file:
        content: bytes = file.read()
    return content
