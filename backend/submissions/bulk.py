"""Many submissions at once: for made-up data by the million, and to build the derived tables anew from the facts."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import django
from django.conf import settings
from django.db.models import Prefetch, QuerySet

from backend.deployments import bulk, flags
from backend.deployments import services as deployments
from backend.deployments.look import Area
from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import Filled
from backend.deployments.services import Span
from backend.submissions import counting, entities, facts, listing, photos
from backend.submissions.arrivals import Arrival, Prepared, prepare
from backend.submissions.history import FOLLOWED, events_of, filled_of, handed_to, matched_village
from backend.submissions.models import Decision, Submission, SubmissionVersion
from backend.writing import hold, writing

CHUNK = 2000
Progress = Callable[[int], object]
Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def store(arrivals: Iterable[Arrival], progress: Progress = lambda n: None, *, processes: int = 1) -> int:
    """Store arrivals that are no edits, the same rows as `receive` would; what is here already is passed over.

    Raises Refused for one that cannot be stored: made-up data has no such. Registrations come before their reports, and
    may come in one chunk with them. `processes` above 1 prepare ahead of the one that writes. Returns how many were
    stored.
    """
    stored = 0
    areas: dict[int, Area] = {}
    for items in _prepared(arrivals, processes):
        with writing():
            hold(uuid for item in items for uuid in facts.deployments_of(item))
            stored += _store(items, areas)
        progress(len(items))
    return stored


def _prepared(arrivals: Iterable[Arrival], processes: int) -> Iterator[list[Prepared]]:
    """Chunk by chunk, in order; by other processes a few chunks ahead, which bounds the memory."""
    if processes < 2:
        yield from map(_prepare, chunks(arrivals))
        return
    # Not forked: a child must not inherit the connection to the database, nor threads' locks.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawning, initializer=django.setup) as pool:
        ahead: deque[Future[list[Prepared]]] = deque()
        for chunk in chunks(arrivals):
            ahead.append(pool.submit(_prepare, chunk))
            if len(ahead) > processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _prepare(chunk: Sequence[Arrival]) -> list[Prepared]:
    return [prepare(arrival) for arrival in chunk]


def _store(items: Sequence[Prepared], areas: dict[int, Area]) -> int:
    ids = [item.instance_id for item in items]
    there = set(SubmissionVersion.objects.filter(instance_id__in=ids).values_list("instance_id", flat=True))
    new = [item for item in {i.instance_id: i for i in items}.values() if item.instance_id not in there]
    if new:
        store_new(new, areas)
    return len(new)


def store_new(items: Sequence[Prepared], areas: dict[int, Area]) -> None:
    """Store, together, submissions that are new, of different ids and no edits.

    The rows are those that each alone would have given, save that registrations are known to all reports of `items`.
    Raises IntegrityError when one is here already.
    """
    submissions = facts.put_submissions(items)
    keys = facts.put_versions(items, submissions)
    submission_of = dict(zip(keys, submissions, strict=True))
    photos.keep_looks(zip(items, keys, strict=True))
    rows: list[dict[str, Any]] = []
    touched: bulk.Touched = {}
    deployments_told: dict[int, UUID | None] = {}
    flagged: list[tuple[int, facts.FlagRow]] = []
    for part in _registrations_first(items, keys):
        filled = [facts.filled(item, key, item.instance_id) for item, key in part]
        around = [facts.area_of(item.arrival.device, areas) for item, _ in part]
        registry = bulk.Registry(filled, around)
        places = registry.known_all(filled, around)
        for (item, key), said, place, area in zip(part, filled, places, around, strict=True):
            found = (*item.flags, *flags.odd(said, place, area), *photos.used_again(item, key, said))
            flagged += [(key, flag) for flag in found]
            codes = [code for code, _, _ in found]
            rows.append(listing.row(submission_of[key], item.form.form_pk, said, place, codes))
        waiting = settings.REVIEW_REQUIRED
        spans = [[Span(f, k, f.received_at, waiting=waiting)] for f, k in zip(filled, places, strict=True)]
        bulk.register(spans)
        bulk.touch(touched, bulk.add_visits(spans, registry))
        deployments_told |= _reported_on(spans)
    facts.put_flags(flagged)
    listing.put(rows)
    if registered := [i.entity for i in items if i.entity is not None and i.form.form_id == "deployment_registration"]:
        listing.follow_deployments(registered)
    bulk.recompute_all(touched)
    entities.of_new(items)
    bulk.tell_changes([item.instance_id for item in items], dict.fromkeys(touched) | deployments_told)


def _registrations_first(items: Sequence[Prepared], keys: Sequence[int]) -> list[list[tuple[Prepared, int]]]:
    pairs = list(zip(items, keys, strict=True))
    parts = [[p for p in pairs if (p[0].form.form_id == "deployment_registration") is first] for first in (True, False)]
    return [part for part in parts if part]


def _reported_on(spans: Iterable[Sequence[Span]]) -> dict[int, UUID | None]:
    """The deployments that were reported on; without the UUID of one that another was merged into."""
    found = [s.known.deployment for own in spans for s in own if s.filled.kind == Visit.Kind.REPORT]
    return {d.survivor: d.uuid if d.survivor == d.id else None for d in found if d is not None}


def rebuild(progress: Progress = lambda n: None) -> int:
    """All derived tables anew from the facts, in the order of receipt, against today's registry. Returns the submissions."""
    with writing():
        deployments.forget_everything()
        listing.forget_everything()
        everything = Submission.objects.filter(deleted_at=None).select_related("form")
        registrations = everything.filter(form__form_id="deployment_registration")
        others = everything.exclude(form__form_id="deployment_registration")
        count = sum(_again(rows, progress) for rows in (registrations, others))
        for ids in chunks(Deployment.objects.order_by("id").values_list("id", flat=True).iterator()):
            bulk.recompute_all(dict.fromkeys(ids))
        for merge in Decision.objects.filter(kind=Decision.Kind.MERGE).order_by("id"):
            if merge.action == "merge":
                deployments.merge(UUID(merge.subject), UUID(merge.target), merge.at)
            elif merge.action == "unmerge":
                deployments.unmerge(UUID(merge.subject))
            listing.follow_deployments([UUID(merge.subject), UUID(merge.target)])
        entities.look_at_all()
    return count


def _again(rows: QuerySet[Submission], progress: Progress) -> int:
    count, last = 0, 0
    versions = Prefetch("versions", SubmissionVersion.objects.select_related("device").order_by("number"))
    decisions = Prefetch("decisions", Decision.objects.filter(kind__in=FOLLOWED))
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").prefetch_related(versions, decisions)[:CHUNK]):
        spans = _spans(chunk)
        bulk.register(spans)
        bulk.add_visits(spans)
        changed = []
        for submission in chunk:
            before = submission.review_state, submission.handed_to_id
            submission.review_state = counting.review_state(_events(submission))
            submission.handed_to_id = handed_to(submission.decisions.all())
            changed += [submission] if (submission.review_state, submission.handed_to_id) != before else []
        Submission.objects.bulk_update(changed, ["review_state", "handed_to"], batch_size=bulk.BATCH)
        listing.again(chunk)
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
            version = by_number[span.number]
            matched = matched_village(submission.decisions.all())
            filled.setdefault((submission.pk, span.number), filled_of(version, submission, matched))
    known = dict(zip(filled, bulk.known_all(list(filled.values()), [Area()] * len(filled)), strict=True))
    return [
        [Span(filled[s.pk, c.number], known[s.pk, c.number], c.since, c.until, c.waiting) for c in spans]
        for s, spans in zip(submissions, counted, strict=True)
    ]
