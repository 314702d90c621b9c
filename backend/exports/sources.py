"""What is exported: one table, or several that are linked by key, each read anew whenever it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment
from backend.errors import BadFilter, NotFound
from backend.exports.answered import needs, trainings
from backend.exports.deployments import deployments
from backend.exports.fields import KINDS, Kind
from backend.exports.form_answers import form_tables, repeats_of, submissions
from backend.exports.queries import rule
from backend.exports.reports import reports
from backend.exports.rows import Chunks
from backend.registry.models import Centre, Village
from backend.submissions.models import Submission

Reader = Callable[[Who, Filters], Chunks]
SUBMISSIONS = "submissions"


def _villages(who: Who, filters: Filters) -> Chunks:
    from backend.exports.villages import villages  # with pandas: 60 MB that the others need not carry

    return villages(who, filters)


def _centres(who: Who, filters: Filters) -> Chunks:
    from backend.exports.centres import centres  # with pandas too

    return centres(who, filters)


READERS: dict[str, Reader] = {
    "reports": reports,
    "deployments": deployments,
    "villages": _villages,
    "centres": _centres,
    "needs": needs,
    "trainings": trainings,
}
FORMS = {"reports": "village_report", "needs": "village_need", "trainings": "training_event"}
NAMES = (*READERS, SUBMISSIONS)


@dataclass(frozen=True)
class Part:
    kind: Kind
    rows: Callable[[], Chunks]


@dataclass(frozen=True)
class Source:
    """`about`: what a file says of itself. `most`: at most so many rows in the first table, for a bar of progress."""

    name: str
    parts: tuple[Part, ...]
    about: dict[str, Any]
    most: int
    end: Callable[[], dict[str, Any]] | None = None  # what can be said only after the last row

    def watched(self, seen: Callable[[int], Any]) -> Source:
        """`seen` is told how many rows were read, chunk by chunk; what it raises ends the export."""
        return replace(self, parts=tuple(Part(part.kind, partial(_watched, part.rows, seen)) for part in self.parts))


def _watched(rows: Callable[[], Chunks], seen: Callable[[int], Any]) -> Chunks:
    for chunk in rows():
        seen(len(chunk))
        yield chunk


def source(name: str, who: Who, filters: Filters, *, form: str = "", tables: bool = False) -> Source:
    """Raises NotFound, NotAllowed and BadFilter. `form`: of `submissions`; `tables`: with the repeats of the form."""
    who.require(who.may_export, "export")
    now = dt.datetime.now(dt.UTC)
    if name not in NAMES:
        raise NotFound(f"There is no kind {name!r}. There are: {', '.join(NAMES)}.", where="kind", code="unknown_kind")
    if (name == SUBMISSIONS) != bool(form):
        raise BadFilter("submissions need a form, and nothing else takes one: form=village_report.", where="form")
    if tables:  # read one after the other: all of them as of one moment
        filters = replace(filters, known_at=filters.known_at or now)
    parts = _of_form(form, who, filters) if form else _of_kind(name, who, filters, tables=tables)
    return Source(form or name, tuple(parts if tables else parts[:1]), about(filters, now), _most(name, form))


def _of_form(form: str, who: Who, filters: Filters) -> list[Part]:
    main, *repeats = form_tables(form)
    return [Part(t.kind, partial(submissions, who, filters, form, main, t)) for t in (main, *repeats)]


def _of_kind(name: str, who: Who, filters: Filters, *, tables: bool) -> list[Part]:
    kind, read = KINDS[name], partial(READERS[name], who, filters)
    parts = [Part(kind, read)]
    if not tables:
        return parts
    if name not in FORMS:
        raise BadFilter(f"There are no further tables of {name}. Leave tables out.", where="tables")
    for table in form_tables(FORMS[name])[1:]:
        named = replace(table.kind, name="__".join((name, *table.repeat)))
        parts.append(Part(named, lambda table=table: repeats_of(kind, read(), who, table)))  # type: ignore[misc]
    return parts


def about(filters: Filters, now: dt.datetime) -> dict[str, Any]:
    """What a file says of itself: the rule in force, the day, the filters."""
    moment = filters.known_at or now
    return {
        "rule": rule(),
        "as_of": filters.day.isoformat(),
        "known_at": f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "generated_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "filters": filters.query(),
        "fields": "/api/v1/export/fields",
    }


def _most(name: str, form: str) -> int:
    if name == "deployments":
        return Deployment.objects.filter(merged_into=None).count()
    if name == "villages":
        return Village.objects.count()
    if name == "centres":
        return Centre.objects.count()
    return Submission.objects.filter(form__form_id=form or FORMS[name], deleted_at=None).count()
