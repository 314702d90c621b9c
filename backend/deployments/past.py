"""States of deployments as of an earlier day, or as known at an earlier moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from backend.deployments import derive
from backend.deployments.fetching import column, fetch
from backend.deployments.filters import Filters
from backend.deployments.look import rhythm
from backend.deployments.models import Deployment, DeploymentMonth, Visit
from maps import reach, timeline
from maps.condition import ESTIMATES, STOCKS, MonthOfWork, Rhythm, State, history, month_of

_NAMES = [n for n in (*reach.DATES[:5], *reach.COUNTS) if n != "population"]
_BATCH = 500


def open_at(moment: dt.datetime | None) -> Q:
    """Visits that were counted, or waited, at a moment; None: now."""
    if moment is None:
        return Q(known_to=None)
    return Q(known_from__lte=moment) & (Q(known_to=None) | Q(known_to__gt=moment))


def registrations(moment: dt.datetime | None) -> QuerySet[Visit]:
    """The visits whose registration counted at a moment, one a deployment; None: now."""
    return Visit.objects.filter(open_at(moment), kind=Visit.Kind.REGISTRATION, waiting=False).exclude(deployment=None)


def merged(moment: dt.datetime) -> QuerySet[Deployment, Any]:
    """The deployments that had been merged into another by then."""
    gone = Deployment.objects.exclude(merged_into=None)
    return gone.exclude(merged_at__gt=moment).order_by().values("id")


@dataclass(frozen=True)
class Unmerged:
    """Merges undone, as they were at an earlier moment: reports lie with the survivor of today, each under the
    identifier it was sent with. `owner`: identifier -> deployment of then; `survivors`: where these reports lie now.
    """

    owner: Mapping[UUID, int]
    survivors: frozenset[int]


def unmerged(moment: dt.datetime) -> Unmerged:
    gone = {d.uuid: d for d in Deployment.objects.exclude(merged_into=None).only(*_MERGED)}
    undone = (d.merged_into_id for d in gone.values() if d.merged_at and d.merged_at > moment)
    survivors = frozenset(pk for pk in undone if pk is not None)
    if not survivors:
        return Unmerged({}, frozenset())
    kept = Deployment.objects.filter(pk__in=survivors).only(*_MERGED)
    group = {d.uuid: d for d in (*kept, *(d for d in gone.values() if d.merged_into_id in survivors))}
    owner = {}
    for uuid, found in group.items():
        while found.merged_with in group and not (found.merged_at and found.merged_at > moment):
            found = group[found.merged_with]
        owner[uuid] = found.pk
    return Unmerged(owner, survivors)


_MERGED = ("id", "uuid", "merged_into", "merged_with", "merged_at")


def reported_on(visits: QuerySet[Visit], moment: dt.datetime) -> list[int]:
    """The deployments that these visits reported on, as they stood at a moment."""
    undone = unmerged(moment)
    pairs = visits.order_by().values_list("deployment_id", "deployment_uuid").distinct()
    return sorted({undone.owner.get(uuid, pk) if uuid else pk for pk, uuid in pairs})


def states(filters: Filters, only: Sequence[int] | None = None) -> pd.DataFrame:
    """The state columns by deployment: from the months' rows where they suffice, else from the visits themselves.
    `only`: of these deployments.
    """
    if filters.known_at is not None:
        return _frame(_replayed(_registered(filters.known_at, only), filters.day, filters.known_at))
    day = filters.day
    month = month_of(day)
    ends_month = month_of(day + dt.timedelta(days=1)) != month
    base = _of_months(month if ends_month else month - 1, only)
    if ends_month:
        return base
    moved = Visit.objects.filter(kind=Visit.Kind.REPORT, known_to=None, month=month, visit_date__lte=day)
    moved = moved if only is None else moved.filter(deployment__in=only)
    ids = sorted({d for d in moved.values_list("deployment", flat=True) if d is not None})
    recent = _frame(_replayed(ids, day, None))
    return pd.concat([base[~base["deployment"].isin(ids)], recent], ignore_index=True)


def _registered(moment: dt.datetime, only: Sequence[int] | None = None) -> list[int]:
    found = registrations(moment)
    found = found if only is None else found.filter(deployment__in=only)
    return sorted({pk for pk in found.values_list("deployment_id", flat=True) if pk is not None})


def _of_months(month: int, only: Sequence[int] | None) -> pd.DataFrame:
    last = DeploymentMonth.objects.filter(deployment=OuterRef("deployment"), month__lte=month).order_by("-month")
    rows = DeploymentMonth.objects.filter(month=Subquery(last.values("month")[:1]))
    total = DeploymentMonth.objects.filter(month__lte=month)
    if only is not None:
        rows, total = rows.filter(deployment__in=only), total.filter(deployment__in=only)
    names = ["deployment", *[n for n in _NAMES if n != "reports"]]
    columns = ["deployment_id", *names[1:]]
    frame = fetch(rows.order_by().values_list(*columns), names)
    counts = fetch(_reports(total), ["deployment", "reports"])
    return frame.merge(counts, on="deployment", how="left")


def _reports(rows: QuerySet[DeploymentMonth]) -> QuerySet[DeploymentMonth, Any]:
    return rows.order_by().values("deployment_id").annotate(n=Sum("reports")).values_list("deployment_id", "n")


def _replayed(ids: list[int], day: dt.date, known_at: dt.datetime | None) -> Iterator[tuple[int, State]]:
    for start in range(0, len(ids), _BATCH):
        yield from _batch(ids[start : start + _BATCH], day, known_at)


FLOWS = ("trained", "first_time", "kg", "cost")


def flows(day: dt.date, known_at: dt.datetime | None) -> pd.DataFrame:
    """What flowed until a day, by deployment and month: from the months' rows, and from the visits themselves where only
    a part of the day's month is asked for, or what was known at an earlier moment.
    """
    if known_at is not None:
        return _flowed(_registered(known_at), day, known_at)
    month = month_of(day)
    rows = DeploymentMonth.objects.filter(month__lte=month).order_by()
    whole = fetch(rows.values_list("deployment_id", "month", *FLOWS), ["deployment", "month", *FLOWS])
    later = Visit.objects.filter(kind=Visit.Kind.REPORT, known_to=None, month=month, visit_date__gt=day)
    ids = sorted({d for d in later.values_list("deployment", flat=True) if d is not None})
    if not ids:
        return whole
    part = _flowed(ids, day, None)
    cut = whole["deployment"].isin(ids) & (whole["month"] == month)
    return pd.concat([whole[~cut], part[part["month"] == month]], ignore_index=True)


def _flowed(ids: list[int], day: dt.date, known_at: dt.datetime | None) -> pd.DataFrame:
    rows = []
    for start in range(0, len(ids), _BATCH):
        for pk, months in _histories(ids[start : start + _BATCH], day, known_at):
            rows += [(pk, m.month, m.trained, m.first_time, m.kg, m.cost) for m in months]
    return pd.DataFrame(rows, columns=["deployment", "month", *FLOWS])


def _batch(ids: list[int], day: dt.date, known_at: dt.datetime | None) -> Iterator[tuple[int, State]]:
    for pk, months in _histories(ids, day, known_at):
        if months:
            yield pk, months[-1].state


def _histories(ids: list[int], day: dt.date, known_at: dt.datetime | None) -> Iterator[tuple[int, list[MonthOfWork]]]:
    facts = _facts(ids, known_at)
    for pk, visits in _visits(ids, day, known_at):
        if pk in facts:
            installed, pace = facts[pk]
            yield pk, list(history(State(installed), derive.reports(visits), pace))


def _facts(ids: list[int], known_at: dt.datetime | None) -> dict[int, tuple[int, Rhythm]]:
    """Units installed, as registered (then), and how often the technology is revisited."""
    of_technology = ("technology__revisit_days", "technology__season_months")
    rows: Any = Deployment.objects.filter(id__in=ids).values_list("id", "installed", *of_technology)
    if known_at is not None:
        rows = registrations(known_at).filter(deployment__in=ids)
        rows = rows.order_by("known_from").values_list("deployment_id", "installed", *of_technology)
    return {pk: (installed or 1, rhythm(days, months)) for pk, installed, days, months in rows}


def _visits(ids: list[int], day: dt.date, known_at: dt.datetime | None) -> Iterator[tuple[int, Iterable[derive.Row]]]:
    undone = unmerged(known_at) if known_at is not None else Unmerged({}, frozenset())
    apart = set(undone.owner.values())
    rows = derive.reports_of([pk for pk in ids if pk not in apart]).filter(open_at(known_at), visit_date__lte=day)
    yield from groupby(rows, key=lambda row: row[0])
    for pk in apart.intersection(ids):
        sent_as = [uuid for uuid, owner in undone.owner.items() if owner == pk]
        own = Visit.objects.filter(deployment__in=undone.survivors, deployment_uuid__in=sent_as)
        yield pk, derive.in_order(own).filter(open_at(known_at), visit_date__lte=day)


def months(day: dt.date, known_at: dt.datetime) -> pd.DataFrame:
    """The months' rows (maps.timeline.MONTH_COLUMNS) as they were known at a moment."""
    ids = _registered(known_at)
    rows = [
        (pk, m.month, *(_told(m.state, name) for name in timeline.MONTH_COLUMNS[2:]))
        for start in range(0, len(ids), _BATCH)
        for pk, found in _histories(ids[start : start + _BATCH], day, known_at)
        for m in found
    ]
    columns = zip(*rows, strict=True) if rows else ([] for _ in timeline.MONTH_COLUMNS)
    return pd.DataFrame({name: column(name, list(c)) for name, c in zip(timeline.MONTH_COLUMNS, columns, strict=True)})


def _told(state: State, name: str) -> Any:
    if name in STOCKS:
        return state.stocks[STOCKS.index(name)]
    return state.estimates[ESTIMATES.index(name)] if name in ESTIMATES else getattr(state, name)


def _frame(found: Iterable[tuple[int, State]]) -> pd.DataFrame:
    pairs = list(found)
    data: dict[str, Any] = {"deployment": np.array([pk for pk, _ in pairs], dtype=np.int64)}
    for name in _NAMES:
        values = [_told(s, name) for _, s in pairs]
        kind = "datetime64[D]" if name in reach.DATES else np.float64
        data[name] = np.array([np.nan if v is None and kind is np.float64 else v for v in values], dtype=kind)
    return pd.DataFrame(data)
