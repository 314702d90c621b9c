"""States of deployments as of an earlier day, or as known at an earlier moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from backend.deployments import derive
from backend.deployments.fetching import fetch
from backend.deployments.filters import Filters
from backend.deployments.look import rhythm
from backend.deployments.models import Deployment, DeploymentMonth, Visit
from maps import reach
from maps.condition import ESTIMATES, STOCKS, MonthOfWork, State, history, month_of

_NAMES = [n for n in (*reach.DATES[:5], *reach.COUNTS) if n != "population"]
_BATCH = 500


def open_at(moment: dt.datetime | None) -> Q:
    """Visits that were counted, or waited, at a moment; None: now."""
    if moment is None:
        return Q(known_to=None)
    return Q(known_from__lte=moment) & (Q(known_to=None) | Q(known_to__gt=moment))


def states(filters: Filters) -> pd.DataFrame:
    """The state columns by deployment: from the months' rows where they suffice, else from the visits themselves."""
    if filters.known_at is not None:
        everyone = list(Deployment.objects.filter(merged_into=None).values_list("id", flat=True))
        return _frame(_replayed(everyone, filters.day, filters.known_at))
    day = filters.day
    month = month_of(day)
    ends_month = month_of(day + dt.timedelta(days=1)) != month
    base = _of_months(month if ends_month else month - 1)
    if ends_month:
        return base
    moved = Visit.objects.filter(kind=Visit.Kind.REPORT, known_to=None, month=month, visit_date__lte=day)
    ids = sorted({d for d in moved.values_list("deployment", flat=True) if d is not None})
    recent = _frame(_replayed(ids, day, None))
    return pd.concat([base[~base["deployment"].isin(ids)], recent], ignore_index=True)


def _of_months(month: int) -> pd.DataFrame:
    last = DeploymentMonth.objects.filter(deployment=OuterRef("deployment"), month__lte=month).order_by("-month")
    rows = DeploymentMonth.objects.filter(month=Subquery(last.values("month")[:1]))
    total = DeploymentMonth.objects.filter(month__lte=month)
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
        return _flowed(list(Deployment.objects.filter(merged_into=None).values_list("id", flat=True)), day, known_at)
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
    rows = derive.reports_of(ids).filter(open_at(known_at), visit_date__lte=day)
    facts = {
        pk: (installed, rhythm(days, months))
        for pk, installed, days, months in Deployment.objects.filter(id__in=ids).values_list(
            "id", "installed", "technology__revisit_days", "technology__season_months"
        )
    }
    for pk, visits in groupby(rows, key=lambda row: row[0]):
        installed, pace = facts[pk]
        yield pk, list(history(State(installed), derive.reports(visits), pace))


def _frame(found: Iterable[tuple[int, State]]) -> pd.DataFrame:
    pairs = list(found)
    data: dict[str, Any] = {"deployment": np.array([pk for pk, _ in pairs], dtype=np.int64)}
    for name in _NAMES:
        if name in STOCKS:
            values: list[Any] = [s.stocks[STOCKS.index(name)] for _, s in pairs]
        elif name in ESTIMATES:
            values = [s.estimates[ESTIMATES.index(name)] for _, s in pairs]
        else:
            values = [getattr(s, name) for _, s in pairs]
        kind = "datetime64[D]" if name in reach.DATES else np.float64
        data[name] = np.array([np.nan if v is None and kind is np.float64 else v for v in values], dtype=kind)
    return pd.DataFrame(data)
