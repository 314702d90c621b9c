"""Which reports a list of the office shows: scope, shared filters and what only such lists ask for, as one query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Visit
from backend.errors import BadFilter, NotFound
from backend.registry.models import Centre, District, Technology, Village
from backend.submissions.models import Form, ReportRow, ReviewState
from backend.submissions.scoped import COUNTED_TO, Scoped, scoped

WAITING = (ReviewState.RECEIVED, ReviewState.EDITED)  # for somebody to look at them
ANY_FLAG = "any"
MOST_NAMES = 500  # villages of one word of a search: more are no search

__all__ = ["ANY_FLAG", "COUNTED_TO", "WAITING", "Wanted", "matching", "of_scope", "row_of", "scoped"]


@dataclass(frozen=True)
class Wanted:
    """`filters.status` is what the report itself found; `flag`: a code, or any; `text`: words in the names of village,
    officer or technology, each of which must be in one of them.
    """

    filters: Filters = field(default_factory=Filters)
    text: str = ""
    flag: str = ""
    officer: int | None = None
    deployment: UUID | None = None
    form: str = ""


def of_scope(who: Who) -> QuerySet[ReportRow]:
    """All of them by one condition, to look something up; `scoped` reads the first of them."""
    return scoped(who).rows()


def matching(who: Who, wanted: Wanted) -> Scoped:
    """Raises BadFilter for what cannot be asked of reports."""
    filters, rows = wanted.filters, scoped(who)
    if filters.centre and who.everywhere:  # read as those read it whose centre it is
        rows, filters = Scoped(everywhere=False, centres=tuple(_centres(filters))), filters.without("centre")
    rows = rows.reviewed(*filters.review).filter(_filters(filters), *(_word(word) for word in wanted.text.split()))
    if wanted.flag:
        rows = rows.filter(flags__gt=0)
        rows = rows if wanted.flag == ANY_FLAG else rows.filter(codes__contains=wanted.flag)
    if wanted.officer is not None:
        rows = rows.of(officer=wanted.officer)
    if wanted.deployment is not None:
        rows = rows.of(deployment=wanted.deployment)
    if filters.village:
        rows = rows.of(village__in=_ids(Village.objects.filter(code__in=filters.village)))
    return rows.filter(form__in=_ids(Form.objects.filter(form_id=wanted.form))) if wanted.form else rows


def row_of(who: Who, submission: int) -> ReportRow:
    found = of_scope(who).filter(pk=submission).first()
    if found is None:
        raise NotFound("There is no such report in your scope.", where="instance_id")
    return found


def _filters(filters: Filters) -> Q:
    wanted = Q()
    if filters.status:
        wanted &= Q(found__in=filters.status)
    if filters.centre:
        wanted &= Q(centre__in=_centres(filters))
    for technologies in _technologies(filters):
        wanted &= Q(technology__in=technologies)
    if filters.district:
        wanted &= Q(district__in=_ids(District.objects.filter(slug__in=filters.district)))
    if filters.state:
        wanted &= Q(district__in=_ids(District.objects.filter(state__slug__in=filters.state)))
    return wanted & _times(filters) & _box(filters)


def _centres(filters: Filters) -> list[int]:
    return _ids(Centre.objects.filter(slug__in=filters.centre))


def _technologies(filters: Filters) -> list[list[int]]:
    asked = (
        ("slug__in", filters.technology),
        ("clusters__slug__in", filters.cluster),
        ("themes__slug__in", filters.theme),
    )
    return [_ids(Technology.objects.filter(**{name: values})) for name, values in asked if values]


def _times(filters: Filters) -> Q:
    wanted = Q()
    if filters.since:
        wanted &= Q(visit_date__gte=filters.since)
    last = min((day for day in (filters.until, filters.as_of) if day), default=None)
    if last:
        wanted &= Q(visit_date__lte=last)
    if filters.known_at:
        wanted &= Q(received_at__lte=filters.known_at)
    return wanted


def _box(filters: Filters) -> Q:
    if filters.bbox is None:
        return Q()
    west, south, east, north = filters.bbox
    inside = {"lat__gte": south, "lat__lte": north, "lon__gte": west, "lon__lte": east}
    return Exists(Visit.objects.filter(submission=OuterRef("submission__instance_id"), **inside)) & Q()


def _word(word: str) -> Q:
    if len(word) < 2:
        raise BadFilter("Write two letters or more.", where="q")
    villages = Village.objects.filter(Q(name__icontains=word) | Q(name_local__icontains=word))
    technologies = Technology.objects.filter(Q(name__icontains=word) | Q(name_hi__icontains=word))
    return (
        Q(village__in=_ids(villages)[:MOST_NAMES])
        | Q(technology__in=_ids(technologies))
        | Q(officer__in=_ids(Officer.objects.filter(name__icontains=word)))
    )


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by().values_list("id", flat=True).distinct()[:5000])
