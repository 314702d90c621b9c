"""What changed since a cursor: rows to put into a copy, and ids to take out of it.

The feed is looked at first, and the rows are read afterwards: what comes in meanwhile is told again the next time, never
missed. Rows are put under their id, so that being told twice doubles nothing. The cursor stands behind the last row: an
answer that broke off has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.cursors import Cursor, cursor_at, still_good
from backend.deployments.feed import Newest, newest
from backend.deployments.filters import Filters, today
from backend.deployments.models import Change, Deployment, Visit
from backend.errors import BadFilter
from backend.exports import queries
from backend.exports.answered import needs, trainings
from backend.exports.deployments import deployments
from backend.exports.fields import KINDS
from backend.exports.form_answers import form_tables, submissions
from backend.exports.jobs import scope_of
from backend.exports.names import Names, names
from backend.exports.queries import CHUNK, after
from backend.exports.reports import reports
from backend.exports.rows import Chunks
from backend.exports.sources import FORMS, Part, Source
from backend.exports.states import states
from backend.registry.models import Centre, District, State, Technology, Village
from backend.submissions.models import Submission
from backend.submissions.queries import in_scope
from maps.condition import condition_on

MOST_CHANGES = 100_000  # more are quicker told all over again
FOLLOWED = ("reports", "needs", "trainings", "submissions", "deployments")


def since(asked: Source, name: str, who: Who, filters: Filters, form: str, text: str) -> Source:
    """`text`: the cursor of the answer before, empty at first. `full` says whether it is everything, to replace a copy by."""
    if filters.as_of or filters.known_at or (filters.status and name != "deployments"):
        raise BadFilter(
            "With updated_since leave out as_of, known_at and status: they change by the day.", where="as_of"
        )
    feed = newest()
    now = cursor_at(feed.settled, today(), _seen_through(name, who, filters, form, feed))
    before = still_good(text, now) if name in FOLLOWED else None
    told = None if before is None else _changed(name, who, filters, form, before)
    (part, *_) = asked.parts
    if told is None:
        return replace(asked, parts=(part,), about=asked.about | {"full": True}, end=lambda: _end(now, []))
    rows = Told(told)
    return replace(
        asked, parts=(Part(part.kind, rows.read),), about=asked.about | {"full": False}, most=len(told.keys),
        end=lambda: _end(now, rows.gone()),
    )  # fmt: skip


def _end(now: Cursor, deleted: list[str]) -> dict[str, Any]:
    return {"deleted": deleted, "cursor": now.text()}


@dataclass(frozen=True)
class Changed:
    """Ids of rows that may have changed; how some of them are read; which of them one may know of."""

    keys: list[str]
    read: Any  # Callable[[Sequence[str]], Chunks]
    known: Any  # Callable[[list[str]], set[str]]


class Told:
    """The rows that are there; those of the changed ids that are not, afterwards."""

    def __init__(self, changed: Changed) -> None:
        self.changed, self.found = changed, set[str]()

    def read(self) -> Chunks:
        for start in range(0, len(self.changed.keys), CHUNK):
            for chunk in self.changed.read(self.changed.keys[start : start + CHUNK]):
                self.found.update(row[0] for row in chunk)
                yield chunk

    def gone(self) -> list[str]:
        left = [key for key in self.changed.keys if key not in self.found]
        known = self.changed.known(left)
        return [key for key in left if key in known]


def _changed(name: str, who: Who, filters: Filters, form: str, before: Cursor) -> Changed | None:
    """None: too much to tell apart."""
    feed = Change.objects.filter(id__gt=before.settled).order_by()
    sent = set(feed.filter(kind="submission").values_list("key", flat=True).distinct()[: MOST_CHANGES + 1])
    uuids = {UUID(key) for key in feed.filter(kind="deployment").values_list("key", flat=True).distinct()}
    if len(sent) > MOST_CHANGES or len(uuids) > MOST_CHANGES:
        return None
    if name == "deployments":
        keys = sorted({*map(str, uuids), *_turned(who, before)})
        return Changed(keys, partial(_deployments, who, filters), partial(_known_deployments, who))
    keys = sorted(_of_form(sent | _of_deployments(sent, uuids), form or FORMS[name]))
    return Changed(keys, _reader(name, who, filters, form), partial(_known_submissions, who))


def _of_form(sent: set[str], form: str) -> Iterator[str]:
    rows = Submission.objects.filter(form__form_id=form, instance_id__in=queries.among(sorted(sent)))
    return iter(rows.values_list("instance_id", flat=True))


def _of_deployments(sent: set[str], uuids: set[UUID]) -> set[str]:
    """Reports whose rows show another deployment than before: it was registered, its registration changed, or it was
    merged. A report that came changes no other report."""
    changed = Q(instance_id__in=queries.among(sorted(sent))) | ~Q(merged_into=None) | ~Q(merged=None)
    found = Deployment.objects.filter(changed, uuid__in=uuids).values_list("id", "uuid")
    pks, named = {pk for pk, _ in found}, {uuid for _, uuid in found}
    visits = Visit.objects.filter(Q(deployment__in=pks) | Q(deployment_uuid__in=named), kind=Visit.Kind.REPORT)
    return set(visits.order_by().values_list("submission", flat=True).distinct())


def _reader(name: str, who: Who, filters: Filters, form: str) -> Any:
    def narrowed(keys: Sequence[str]) -> Q:
        return Q(instance_id__in=queries.among(keys))

    if name == "submissions":
        main, *_ = form_tables(form)
        return lambda keys: submissions(who, filters, form, main, main, narrowed=narrowed(keys))
    read = {"reports": reports, "needs": needs, "trainings": trainings}[name]
    return lambda keys: read(who, filters, narrowed=narrowed(keys))


def _deployments(who: Who, filters: Filters, keys: Sequence[str]) -> Chunks:
    return deployments(who, filters, narrowed=Q(uuid__in=[UUID(key) for key in keys]))


def _turned(who: Who, before: Cursor) -> Iterator[str]:
    """Deployments whose condition became another one by the days that passed alone."""
    day, known = today(), names()
    rows = Deployment.objects.filter(queries.of_deployments(Filters(), who))
    rows_of = rows.values_list("id", "uuid", "installed", "technology_id")
    last = 0
    while before.day != day and (found := list(after(rows_of, last))):
        last = found[-1][0]
        paces = {pk: (installed, known.technologies[technology].rhythm) for pk, _, installed, technology in found}
        now = states(paces, Filters())
        for pk, uuid, *_ in found:
            pace = paces[pk][1]
            if condition_on(now[pk], day, pace) != condition_on(now[pk], before.day, pace):
                yield str(uuid)


def _known_submissions(who: Who, keys: list[str]) -> set[str]:
    """Those of which one may know that they were there: in scope now, or their deployment once was."""
    wanted = Submission.objects.filter(instance_id__in=queries.among(keys))
    if who.everywhere:
        return set(wanted.values_list("instance_id", flat=True))
    once = Deployment.objects.filter(_once_in_scope(who))
    visits = Visit.objects.filter(submission__in=queries.among(keys)).filter(
        Q(deployment__in=once.values("id")) | Q(deployment_uuid__in=once.values("uuid"))
    )
    now = wanted.filter(in_scope(who)).values_list("instance_id", flat=True)
    return {*now, *visits.order_by().values_list("submission", flat=True)}


def _known_deployments(who: Who, keys: list[str]) -> set[str]:
    rows = Deployment.objects.filter(uuid__in=[UUID(key) for key in keys])
    found = rows if who.everywhere else rows.filter(_once_in_scope(who))
    return {str(uuid) for uuid in found.values_list("uuid", flat=True)}


def _once_in_scope(who: Who) -> Q:
    """Of deployments: now, or by a former version of their registration."""
    mine = Q(centre__in=who.centres) | Q(technology__clusters__in=who.clusters)
    before = Visit.objects.filter(mine, kind=Visit.Kind.REGISTRATION, deployment=OuterRef("pk"))
    return mine | Q(Exists(before))


def _seen_through(name: str, who: Who, filters: Filters, form: str, feed: Newest) -> list[Any]:
    """What makes other rows of the same reports without a word in the feed: another question, scope, registry or rule; a
    rebuild; other columns."""
    return [
        name, filters.query(), form, scope_of(who), settings.REVIEW_REQUIRED, feed.first, _columns(name, form), _registry(names()),
        sorted(Officer.objects.filter(centre__in=who.centres).values_list("id", flat=True)),
    ]  # fmt: skip


def _columns(name: str, form: str) -> list[str]:
    return list(form_tables(form)[0].kind.names if form else KINDS[name].names)


def _registry(known: Names) -> str:
    digest = hashlib.blake2b()

    def add(rows: Iterable[Any]) -> None:
        for row in rows:
            digest.update(repr(row).encode())

    add(sorted((str(key), repr(value)) for key, value in known.technologies.items()))
    add(Centre.objects.order_by("id").values_list("id", "slug"))
    add(State.objects.order_by("id").values_list("id", "slug"))
    add(District.objects.order_by("id").values_list("id", "slug", "state_id"))
    add(Technology.objects.order_by("id", "themes").values_list("id", "themes"))
    # All of them (650,000 take two seconds): which ones are shown changes with every report from a new one.
    villages = Village.objects.order_by("id").values_list("id", "code", "name", "state_id", "district_id", "lat", "lon")
    add(villages.iterator(10_000))
    return digest.hexdigest()
