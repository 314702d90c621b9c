"""Scope and filters as conditions on visits and deployments. Columns come as text from the database, ready to be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, NullIf

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Visit
from backend.deployments.privacy import HOME
from backend.registry.models import Centre, Technology

# Rows of one short read: a long one would keep SQLite's log from being emptied, and more of them fit no cache.
CHUNK = 500


def rule() -> str:
    return "approved_only" if settings.REVIEW_REQUIRED else "all_but_rejected"


class UuidText(Func):
    """A UUID as text: on PostgreSQL as people write it, elsewhere 32 digits, which `dashed` makes of it: SQLite would take
    ten times as long for the same.
    """

    template = "CAST(%(expressions)s AS text)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return compiler.compile(self.source_expressions[0])


def dashed(uuid: str | None) -> str | None:
    if uuid is None or len(uuid) != 32:
        return uuid
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


LATER = "the values of the next chunk"
START = -1  # the key after which the next chunk begins


def among(values: Sequence[str] | str) -> RawSQL:
    """For `__in`: one parameter however many values there are, where a list costs as much as the reading itself.

    `LATER` leaves its place open in a `Prepared` query.
    """
    each = "SELECT value FROM json_each(%s)"
    if connection.vendor == "postgresql":
        each = "SELECT jsonb_array_elements_text(%s::jsonb)"
    return RawSQL(each, [LATER if values is LATER else _json(values)])  # noqa: S611  # the values are a parameter


def among_numbers(values: Sequence[int]) -> RawSQL:
    """The same for keys and cells."""
    each = "SELECT CAST(value AS INTEGER) FROM json_each(%s)"
    if connection.vendor == "postgresql":
        each = "SELECT jsonb_array_elements_text(%s::jsonb)::bigint"
    return RawSQL(each, [orjson.dumps(values).decode()])  # noqa: S611  # the values are a parameter


def _json(values: Sequence[str] | str) -> str:
    return orjson.dumps(values).decode()


class Prepared:
    """A `values_list` put into SQL once, for many chunks, its rows as the database gives them: past what Django does to
    each value, which is as much again as the reading. Its LATER and START are filled in for each chunk.
    """

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self.using = query.db
        try:
            self.sql, self.params = query.query.get_compiler(self.using).as_sql()
        except EmptyResultSet:
            self.sql, self.params = "", ()

    def __call__(self, values: Sequence[str] = (), start: int = 0) -> list[tuple[Any, ...]]:
        if not self.sql:
            return []
        given = [_json(values) if p is LATER else start if p == START else p for p in self.params]
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.sql, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def text(name: str) -> Cast:
    """A date or time as the database writes it: no object is made of it."""
    return Cast(name, TextField())


def filled(name: str) -> NullIf:
    return NullIf(F(name), Value(""))


def moment(value: str | None) -> str | None:
    """2026-11-01T10:00:00Z, of what either database makes of a time."""
    return None if value is None else f"{value[:10]}T{value[11:19]}Z"


def iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def technologies(filters: Filters) -> list[int] | None:
    """Ids of those that `technology`, `cluster` and `theme` leave; None: all."""
    rows = Technology.objects.order_by()
    if not (filters.technology or filters.cluster or filters.theme):
        return None
    if filters.technology:
        rows = rows.filter(slug__in=filters.technology)
    if filters.cluster:
        rows = rows.filter(clusters__slug__in=filters.cluster)
    if filters.theme:
        rows = rows.filter(themes__slug__in=filters.theme)
    return sorted(set(rows.values_list("id", flat=True)))


def of_visits(filters: Filters, who: Who, *, technology: bool = True, centre: bool = True) -> Q:
    """Visits that filters and scope leave; empty when they leave all. `status` and `review` are looked at later."""
    wanted = (
        _scope_of_visits(who) & _places(filters) & _box(filters, Q(deployment__site_kind=HOME) | Q(deployment=None))
    )
    if technology and (ids := technologies(filters)) is not None:
        wanted &= Q(deployment__technology__in=ids) | Q(technology__in=ids)
    if centre and filters.centre:
        centres = list(Centre.objects.filter(slug__in=filters.centre).values_list("id", flat=True))
        wanted &= Q(deployment__centre__in=centres) | Q(centre__in=centres)
    return wanted & _days(filters)


def _scope_of_visits(who: Who) -> Q:
    """What `submissions.queries.visible` shows: of one's centres or clusters, or sent by an officer of one's centres."""
    if who.everywhere:
        return Q()
    mine = Q(deployment__centre__in=who.centres) | Q(centre__in=who.centres)
    if who.clusters:
        ids = list(Technology.objects.filter(clusters__in=who.clusters).values_list("id", flat=True))
        mine |= Q(deployment__technology__in=ids) | Q(technology__in=ids)
    if who.centres:
        mine |= Q(officer__in=list(Officer.objects.filter(centre__in=who.centres).values_list("id", flat=True)))
    return mine


def _places(filters: Filters) -> Q:
    """A site lies where its village does; where the village is not in the list, where it was pinned."""
    wanted = Q()
    if filters.village:
        wanted &= Q(village__code__in=filters.village)
    if filters.district:
        wanted &= Q(village__district__slug__in=filters.district) | Q(
            village__district=None, district__slug__in=filters.district
        )
    if filters.state:
        wanted &= Q(village__state__slug__in=filters.state) | Q(village=None, district__state__slug__in=filters.state)
    return wanted


def _box(filters: Filters, guarded: Q) -> Q:
    """Positions within; and guarded ones, whose shown position may be another: `within` looks at that one."""
    if filters.bbox is None:
        return Q()
    west, south, east, north = filters.bbox
    return Q(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east) | guarded


def within(filters: Filters, lon: float | None, lat: float | None) -> bool:
    if filters.bbox is None:
        return True
    west, south, east, north = filters.bbox
    return lon is not None and lat is not None and west <= lon <= east and south <= lat <= north


def _days(filters: Filters) -> Q:
    wanted = Q()
    if filters.since:
        wanted &= Q(visit_date__gte=filters.since)
    if until := min((day for day in (filters.until, filters.as_of) if day), default=None):
        wanted &= Q(visit_date__lte=until)
    return wanted


def counting(filters: Filters) -> Q:
    """Visits that figures count at `known_at`, or now."""
    return open_at(filters.known_at) & Q(waiting=False)


def open_at(moment: dt.datetime | None) -> Q:
    if moment is None:
        return Q(known_to=None)
    return Q(known_from__lte=moment) & (Q(known_to=None) | Q(known_to__gt=moment))


def of_deployments(filters: Filters, who: Who) -> Q:
    """Deployments that filters and scope leave, those that do not count (yet) included. `status` is looked at later."""
    wanted = Q(merged_into=None) & _places(filters) & _box(filters, Q(site_kind=HOME))
    if not who.everywhere:
        clustered = Technology.objects.filter(clusters__in=who.clusters)
        wanted &= Q(centre__in=who.centres) | Q(technology__in=list(clustered.values_list("id", flat=True)))
    if (ids := technologies(filters)) is not None:
        wanted &= Q(technology__in=ids)
    if filters.centre:
        wanted &= Q(centre__slug__in=filters.centre)
    if filters.since or filters.until:
        reports = Visit.objects.filter(_days(filters), counting(filters), kind=Visit.Kind.REPORT)
        wanted &= Q(id__in=reports.exclude(deployment=None).values("deployment"))
    return wanted & _there(filters)


def _there(filters: Filters) -> Q:
    """Registered (or reported on) by the day, and received by `known_at`."""
    wanted = Q()
    if filters.known_at is not None:
        wanted &= Q(registered_at__lte=filters.known_at)
    if filters.as_of is not None:
        reported = Visit.objects.filter(counting(filters), kind=Visit.Kind.REPORT, visit_date__lte=filters.as_of)
        end = dt.datetime.combine(filters.as_of, dt.time.max, tzinfo=dt.UTC)
        wanted &= Q(registered_at__lte=end) | Q(id__in=reported.exclude(deployment=None).values("deployment"))
    return wanted


def after(rows: Any, last: int, size: int = 0) -> Any:
    """The next chunk of a query by key."""
    return rows.filter(id__gt=last).order_by("id")[: size or CHUNK]
