"""Submissions in chunks by key, each with its review state and the one visit that shows it, now or as known earlier.

The key is the submission's: a review in the middle of an export makes its visits anew, with other keys, and a reader
that followed those would meet a report twice or never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from backend.deployments.filters import Filters
from backend.deployments.models import Visit
from backend.exports.queries import LATER, START, Prepared, after, among, counting, moment, open_at, text
from backend.submissions.counting import Received, review_state
from backend.submissions.history import events_of
from backend.submissions.models import Decision, Submission, SubmissionVersion


class Submitted(NamedTuple):
    id: int
    instance_id: str
    current_instance_id: str
    review_state: str
    received_at: str | None


def chunks(
    form_id: str, filters: Filters, narrowed: Q | None = None, *, begin: int = 0, size: int = 0
) -> Iterator[list[Submitted]]:
    """All submissions of a form that `known_at`, `review` and `narrowed` leave, after the key `begin`."""
    rows = Submission.objects.filter(narrowed or Q(), form__form_id=form_id, deleted_at=None)
    if filters.known_at is not None:
        rows = rows.filter(received_at__lte=filters.known_at)
    elif filters.review:
        rows = rows.filter(review_state__in=filters.review)
    columns = ("id", "instance_id", "current_instance_id", "review_state", text("received_at"))
    read = Prepared(after(rows.values_list(*columns), START, size))
    last = begin
    while found := read(start=last):
        last = found[-1][0]
        chunk = [Submitted(pk, first, current, state, moment(at)) for pk, first, current, state, at in found]
        yield chunk if filters.known_at is None else _as_known(chunk, filters)


def _as_known(chunk: list[Submitted], filters: Filters) -> list[Submitted]:
    """With the versions received and the reviews decided by `known_at` only."""
    ids = [row.id for row in chunk]
    versions = _by_submission(
        SubmissionVersion.objects.filter(submission__in=ids, received_at__lte=filters.known_at)
        .only("submission_id", "number", "instance_id", "received_at")
        .order_by("number")
    )
    decisions = _by_submission(Decision.objects.filter(submission__in=ids, at__lte=filters.known_at))
    found = []
    for row in chunk:
        events = events_of(versions.get(row.id, []), decisions.get(row.id, []))
        number = max((e.number for e in events if isinstance(e, Received)), default=1)
        current = {v.number: v.instance_id for v in versions.get(row.id, [])}.get(number, row.instance_id)
        state = review_state(events)
        if not filters.review or state in filters.review:
            found.append(row._replace(current_instance_id=current, review_state=state))
    return found


def _by_submission(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.submission_id, []).append(row)
    return found


_HEAD = ("submission", "id", "counts", "waiting_now")
SUBMISSION, ID, COUNTS, WAITING = range(len(_HEAD))


Shown = dict[str, tuple[Any, ...]]


def showing(wanted: Q, columns: Sequence[Any], filters: Filters) -> Callable[[Sequence[Submitted]], Shown]:
    """Finds the visit that shows each submission of a chunk: by its instance id a row of _HEAD and `columns`, where
    `wanted` holds. It is the one that counts; else the one that waits; else the one that counted last.
    """
    rows = _headed(filters).filter(submission__in=among(LATER))
    read = Prepared(rows.filter(wanted).values_list(*_HEAD, *columns))
    rivals = Prepared(rows.values_list(*_HEAD, text("known_from")))

    def visits(chunk: Sequence[Submitted]) -> Shown:
        found = read([one.instance_id for one in chunk])
        unsure = [row[SUBMISSION] for row in found if not row[COUNTS]]
        best = {row[SUBMISSION]: row[ID] for row in sorted(rivals(unsure), key=_rank)} if unsure else {}
        return {row[SUBMISSION]: row for row in found if row[COUNTS] or best[row[SUBMISSION]] == row[ID]}

    return visits


def _rank(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[COUNTS], row[WAITING], row[-1], row[ID]


def _headed(filters: Filters) -> QuerySet[Visit]:
    rows = Visit.objects.order_by()
    if filters.known_at is not None:
        rows = rows.filter(known_from__lte=filters.known_at)
    waiting = open_at(filters.known_at) & Q(waiting=True)
    return rows.annotate(counts=_one(counting(filters)), waiting_now=_one(waiting))


def _one(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
