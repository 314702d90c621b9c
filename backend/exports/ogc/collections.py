"""The four collections: what they are called, how they are read from a key on, and how one feature of them is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, Visit
from backend.errors import NotFound
from backend.exports import queries
from backend.exports.boxes import in_small_box
from backend.exports.deployments import deployments
from backend.exports.fields import CENTRES, DEPLOYMENTS, REPORTS, VILLAGES, Kind
from backend.exports.reports import reports
from backend.exports.rows import Chunks
from backend.registry.models import Centre, Village
from backend.submissions.models import Submission

# (who, filters, key after which to begin, rows of one reading)
Read = Callable[[Who, Filters, int, int], Chunks]
One = Callable[[Who, Filters, str], Chunks]


@dataclass(frozen=True)
class Collection:
    """`time`: the column by which `datetime` goes; None: these features have no time, so every one matches."""

    kind: Kind
    title: str
    time: str | None
    read: Read
    one: One
    key: Callable[[str], int]

    @property
    def name(self) -> str:
        return self.kind.name


def named(name: str) -> Collection:
    found = COLLECTIONS.get(name)
    if found is None:
        raise NotFound(f"There is no collection {name!r}. There are: {', '.join(COLLECTIONS)}.", where="collectionId")
    return found


def _reports(who: Who, filters: Filters, begin: int, size: int) -> Chunks:
    return reports(who, filters, begin=begin, narrowed=_narrowed(who, filters), size=size)


def _narrowed(who: Who, filters: Filters) -> Q | None:
    """Lets the database pass over what filters and scope leave out: else a page would be looked for in all reports.

    A filter with an index is asked first; by the others each report is looked at.
    """
    wanted = queries.of_visits(filters, who)
    visits = Visit.objects.filter(wanted, kind=Visit.Kind.REPORT)
    if (box := in_small_box(filters)) is not None:
        return Q(instance_id__in=visits.filter(box).values("submission"))
    if filters.village:
        return Q(instance_id__in=visits.values("submission"))
    return Q(Exists(visits.filter(submission=OuterRef("instance_id")))) if wanted else None


def _one_report(who: Who, filters: Filters, key: str) -> Chunks:
    return reports(who, filters, narrowed=Q(instance_id=key))


def _deployments(who: Who, filters: Filters, begin: int, size: int) -> Chunks:
    return deployments(who, filters, begin=begin, size=size)


def _one_deployment(who: Who, filters: Filters, key: str) -> Chunks:
    return deployments(who, filters, narrowed=Q(uuid=_uuid(key)))


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise NotFound("There is no such feature.", where="featureId") from error


def _villages(who: Who, filters: Filters, begin: int, size: int) -> Chunks:
    from backend.exports.villages import villages  # with pandas: 60 MB that the others need not carry

    return villages(who, filters, begin=begin, size=size)


def _centres(who: Who, filters: Filters, begin: int, size: int) -> Chunks:
    """There are hundreds: all of them are made, and those after the key given."""
    from backend.exports.centres import centres

    before = set(Centre.objects.filter(id__lte=begin).values_list("slug", flat=True))
    for chunk in centres(who, filters):
        yield [row for row in chunk if row[0] not in before]


def _one_village(who: Who, filters: Filters, key: str) -> Chunks:
    return _villages(who, replace(filters, village=(key,)), 0, 1)


def _one_centre(who: Who, filters: Filters, key: str) -> Chunks:
    return _centres(who, replace(filters, centre=(key,)), 0, 1)


def _key(rows: QuerySet[Any], column: str, value: str) -> int:
    found = rows.filter(**{column: value}).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("This `after` is not one that a page of this collection gave.", where="after")
    return int(found)


COLLECTIONS = {
    collection.kind.name: collection
    for collection in (
        Collection(
            REPORTS, "Village reports", "visit_date", _reports, _one_report,
            partial(_key, Submission.objects.order_by(), "instance_id"),
        ),
        Collection(
            DEPLOYMENTS, "Deployments", "last_visit", _deployments, _one_deployment,
            lambda key: _key(Deployment.objects.order_by(), "uuid", str(_uuid(key))),
        ),
        Collection(
            VILLAGES, "Villages", None, _villages, _one_village,
            partial(_key, Village.objects.order_by(), "code"),
        ),
        Collection(
            CENTRES, "Centres", None, _centres, _one_centre,
            partial(_key, Centre.objects.order_by(), "slug"),
        ),
    )
}  # fmt: skip
