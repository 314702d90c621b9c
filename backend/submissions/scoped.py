"""Rows of reports within a scope, read so that it costs the same however many there are.

A scope is an either-or: of these centres, or by their officers, or of a cluster's technologies. As one condition it makes
a database gather and sort all that any of them finds. So each part is read by its own index, no further than what is
wanted, and the few keys are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.registry.models import Technology
from backend.submissions.models import ReportRow, ReviewState

COUNTED_TO = 1000  # lists count no further: a longer one is paged, whatever its length
MOST_PARTS = 24  # of more centres or technologies several share a part


@dataclass(frozen=True)
class Scoped:
    """`review`: these states alone; empty: all. `everywhere`: the whole table, of which there are no parts. `narrow`: what is
    wanted is of one village, deployment or officer, whose own index finds it: the scope only sifts that.
    """

    everywhere: bool
    centres: tuple[int, ...] = ()
    officers: tuple[int, ...] = ()
    technologies: tuple[int, ...] = ()
    where: Q = field(default_factory=Q)
    review: tuple[str, ...] = ()
    narrow: bool = False

    def filter(self, *wanted: Q, **more: Any) -> Scoped:
        return replace(self, where=reduce(Q.__and__, wanted, self.where & Q(**more)))

    def of(self, **one: Any) -> Scoped:
        """Of one officer, say: what an index finds without the scope."""
        return replace(self.filter(**one), narrow=True)

    def reviewed(self, *states: str) -> Scoped:
        return replace(self, review=states)

    def rows(self) -> QuerySet[ReportRow]:
        """All of them, by one condition: to look whether something is among them."""
        rows = self._narrowed(ReportRow.objects.all())
        return rows if self.everywhere else rows.filter(reduce(or_, self._scope(), Q(pk__in=())))

    def first(self, order: str, most: int) -> QuerySet[ReportRow]:
        """The first `most` in order of `submission` or `visit_date`, either way round (`-submission`)."""
        if self.everywhere or self.narrow:
            return self.rows().order_by(order)[:most]
        parts = [part for q in self._parts(order) if (part := self._part(q, order, most)) is not None]
        if not parts:
            return ReportRow.objects.none()
        sql, params = _together(parts)
        return ReportRow.objects.filter(pk__in=RawSQL(sql, params)).order_by(order)[:most]  # noqa: S611  # our own queries' SQL

    def counted(self, most: int = COUNTED_TO) -> int:
        """How many, up to `most` + 1, which stands for more."""
        if self.everywhere or self.narrow:
            return self.rows()[: most + 1].count()
        return self.first("submission", most + 1).count()

    def _narrowed(self, rows: QuerySet[ReportRow]) -> QuerySet[ReportRow]:
        return rows.filter(self.where, Q(review_state__in=self.review) if self.review else Q()).order_by()

    def _scope(self) -> Iterator[Q]:
        yield Q(centre__in=self.centres)
        if self.officers:
            yield Q(officer__in=self.officers)
        if self.technologies:
            yield Q(technology__in=self.technologies)

    def _parts(self, order: str) -> Iterator[Q]:
        """Together the scope. Within each an index gives the rows in order, or they are few."""
        by_state = order.lstrip("-") == "submission"
        states = [Q(review_state=state) for state in self.review or ReviewState.values] if by_state else [Q()]
        for centres in _shared(self.centres):
            yield from (_one_of("centre", centres) & state for state in states)
        if self.officers:
            yield from (Q(officer__in=self.officers) & elsewhere for elsewhere in _not_of(self.centres))
        for technologies in _shared(self.technologies):
            yield _one_of("technology", technologies)

    def _part(self, part: Q, order: str, most: int) -> tuple[str, tuple[Any, ...]] | None:
        try:
            found = self._narrowed(ReportRow.objects.filter(part)).order_by(order).values("pk")[:most]
            return found.query.sql_with_params()
        except EmptyResultSet:  # Django sees that nothing can be there
            return None


def scoped(who: Who) -> Scoped:
    if who.everywhere:
        return Scoped(everywhere=True)
    officers = Officer.objects.filter(centre__in=who.centres).order_by("id").values_list("id", flat=True)
    technologies = Technology.objects.filter(clusters__in=who.clusters).order_by("id").values_list("id", flat=True)
    return Scoped(
        everywhere=False,
        centres=tuple(sorted(who.centres)),
        officers=tuple(officers) if who.centres else (),
        technologies=tuple(dict.fromkeys(technologies)) if who.clusters else (),
    )


def _shared(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    step = -(-len(keys) // MOST_PARTS) or 1
    return (keys[at : at + step] for at in range(0, len(keys), step))


def _one_of(name: str, keys: Sequence[int]) -> Q:
    return Q(**{name: keys[0]}) if len(keys) == 1 else Q(**{f"{name}__in": keys})


def _not_of(centres: Sequence[int]) -> Iterator[Q]:
    """Of no centre, and of the others as spans between these: what an index can look up."""
    yield Q(centre=None)
    for low, high in pairwise((None, *centres, None)):
        span = Q(centre__gt=low) if low is not None else Q(centre__isnull=False)
        yield span & Q(centre__lt=high) if high is not None else span


def _together(parts: Sequence[tuple[str, tuple[Any, ...]]]) -> tuple[str, tuple[Any, ...]]:
    sql = " UNION ".join(f"SELECT * FROM ({sql}) AS part{n}" for n, (sql, _) in enumerate(parts))  # noqa: S608  # our own queries' SQL
    return sql, tuple(value for _, params in parts for value in params)
