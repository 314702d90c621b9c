"""Many submissions at once: for made-up data by the million, and to build the derived tables anew from the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from backend.deployments import bulk, flags
from backend.deployments import services as deployments
from backend.deployments.look import Area, Known
from backend.deployments.models import Deployment
from backend.deployments.observed import Filled
from backend.deployments.services import Span
from backend.submissions import counting, services
from backend.submissions.arrivals import Arrival, Prepared, prepare
from backend.submissions.history import events_of, filled_of
from backend.submissions.models import Attachment, Decision, Flag, PersonalValue, Submission, SubmissionVersion
from backend.writing import writing

CHUNK = 2000
Progress = Callable[[int], object]
Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def store(arrivals: Iterable[Arrival], progress: Progress = lambda n: None) -> int:
    """Store arrivals that are no edits, the same rows as `receive` would; what is here already is passed over.

    Raises Refused for one that cannot be stored: made-up data has no such. Registrations come before their reports, and
    may come in one chunk with them. Returns how many were stored.
    """
    stored = 0
    areas: dict[int, Area] = {}
    for chunk in chunks(arrivals):
        items = [prepare(arrival) for arrival in chunk]
        with writing():
            stored += _store(items, areas)
        progress(len(chunk))
    return stored


def _store(items: Sequence[Prepared], areas: dict[int, Area]) -> int:
    ids = [item.instance_id for item in items]
    there = set(SubmissionVersion.objects.filter(instance_id__in=ids).values_list("instance_id", flat=True))
    new = [item for item in {i.instance_id: i for i in items}.values() if item.instance_id not in there]
    if not new:
        return 0
    versions = _facts(new)
    registrations = [i for i, item in enumerate(new) if item.form.form_id == "deployment_registration"]
    others = [i for i, item in enumerate(new) if item.form.form_id != "deployment_registration"]
    touched: set[int] = set()
    for part in (registrations, others):
        filled = [services.filled(new[i], versions[i].pk, new[i].instance_id) for i in part]
        around = [services.area_of(new[i].arrival.device, areas) for i in part]
        places = bulk.known_all(filled, around)
        _flags([new[i] for i in part], [versions[i] for i in part], filled, places, around)
        spans = [
            [Span(f, k, f.received_at, waiting=settings.REVIEW_REQUIRED)] for f, k in zip(filled, places, strict=True)
        ]
        bulk.register(spans)
        touched |= bulk.add_visits(spans)
    bulk.recompute_all(touched)
    bulk.tell_changes([item.instance_id for item in new], touched)
    return len(new)


def _facts(items: Sequence[Prepared]) -> list[SubmissionVersion]:
    submissions = Submission.objects.bulk_create(
        [
            Submission(
                instance_id=item.instance_id,
                form_id=item.form.form_pk,
                device=item.arrival.device,
                received_at=item.arrival.received_at,
                current_instance_id=item.instance_id,
            )
            for item in items
        ],
        batch_size=bulk.BATCH,
    )
    versions = [_version(item, submission) for item, submission in zip(items, submissions, strict=True)]
    versions = SubmissionVersion.objects.bulk_create(versions, batch_size=bulk.BATCH)
    pairs = list(zip(items, versions, strict=True))
    PersonalValue.objects.bulk_create(
        [PersonalValue(version=v, path=p, value=value) for item, v in pairs for p, value in item.personal.items()],
        batch_size=bulk.BATCH,
    )
    Attachment.objects.bulk_create(
        [Attachment(version=v, name=name[:255]) for item, v in pairs for name in item.attachments],
        batch_size=bulk.BATCH,
    )
    return versions


def _version(item: Prepared, submission: Submission) -> SubmissionVersion:
    return SubmissionVersion(
        submission=submission,
        number=1,
        instance_id=item.instance_id,
        form_version_id=item.form.pk,
        content_hmac=item.content_hmac,
        xml=item.xml,
        answers=item.values,
        device=item.arrival.device,
        received_at=item.arrival.received_at,
        started_at=item.started_at,
        ended_at=item.ended_at,
        illustrative=item.arrival.illustrative,
    )


def _flags(
    items: Sequence[Prepared],
    versions: Sequence[SubmissionVersion],
    filled: Sequence[Filled],
    places: Sequence[Known],
    areas: Sequence[Area],
) -> None:
    rows = []
    for item, version, f, place, area in zip(items, versions, filled, places, areas, strict=True):
        found = [*item.flags, *flags.odd(f, place, area)]
        rows += [Flag(version=version, code=c, where=w[:200], detail=d[:400]) for c, w, d in found]
    Flag.objects.bulk_create(rows, batch_size=bulk.BATCH)


def rebuild(progress: Progress = lambda n: None) -> int:
    """All derived tables anew from the facts, in the order of receipt, against today's registry. Returns the submissions."""
    with writing():
        deployments.forget_everything()
        everything = Submission.objects.filter(deleted_at=None).select_related("form")
        registrations = everything.filter(form__form_id="deployment_registration")
        others = everything.exclude(form__form_id="deployment_registration")
        count = sum(_again(rows, progress) for rows in (registrations, others))
        for ids in chunks(Deployment.objects.order_by("id").values_list("id", flat=True).iterator()):
            bulk.recompute_all(ids)
        for merge in Decision.objects.filter(kind=Decision.Kind.MERGE).order_by("id"):
            deployments.merge(UUID(merge.subject), UUID(merge.target))
    return count


def _again(rows: QuerySet[Submission], progress: Progress) -> int:
    count, last = 0, 0
    versions = Prefetch("versions", SubmissionVersion.objects.select_related("device").order_by("number"))
    decisions = Prefetch("decisions", Decision.objects.filter(kind=Decision.Kind.REVIEW))
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").prefetch_related(versions, decisions)[:CHUNK]):
        spans = _spans(chunk)
        bulk.register(spans)
        bulk.add_visits(spans)
        states = [Submission(pk=s.pk, review_state=counting.review_state(_events(s))) for s in chunk]
        changed = [new for new, old in zip(states, chunk, strict=True) if new.review_state != old.review_state]
        Submission.objects.bulk_update(changed, ["review_state"], batch_size=bulk.BATCH)
        count, last = count + len(chunk), chunk[-1].pk
        progress(len(chunk))
    return count


def _events(submission: Submission) -> list[counting.Event]:
    return events_of(list(submission.versions.all()), list(submission.decisions.all()))


def _spans(submissions: Sequence[Submission]) -> list[list[Span]]:
    """Of each submission, with one look into the registry for all of them."""
    counted = [counting.spans(_events(s), review_required=settings.REVIEW_REQUIRED) for s in submissions]
    filled: dict[tuple[int, int], Filled] = {}
    for submission, spans in zip(submissions, counted, strict=True):
        by_number = {v.number: v for v in submission.versions.all()}
        for span in spans:
            filled.setdefault((submission.pk, span.number), filled_of(by_number[span.number], submission))
    known = dict(zip(filled, bulk.known_all(list(filled.values()), [Area()] * len(filled)), strict=True))
    return [
        [Span(filled[s.pk, c.number], known[s.pk, c.number], c.since, c.until, c.waiting) for c in spans]
        for s, spans in zip(submissions, counted, strict=True)
    ]
