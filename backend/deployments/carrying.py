"""State carried forward: what new reports change, without reading all reports that came before.

Only where that surely gives the rows that the whole history gives: the reports come after all others of their deployment,
count at once, and the periods of their amounts overlap no earlier ones. All else is worked out from the whole history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce

from backend.deployments import derive
from backend.deployments.look import KnownDeployment
from backend.deployments.models import DeploymentMonth, DeploymentState, Visit
from backend.statements import Select, date
from maps.condition import MonthOfWork, Report, State, history, month_of, period_of

ANY = -987_654_321
_STATES = Select(
    lambda pks: (
        DeploymentState.objects.filter(deployment__in=pks).order_by().values_list("deployment_id", *derive.STATE)
    ),
    [ANY],
)
_MONTHS = Select(
    lambda pks, months: DeploymentMonth.objects.filter(deployment__in=pks, month__in=months)
    .order_by()
    .values_list("deployment_id", "month", *derive.FLOWS),
    [ANY], [ANY - 1],
)  # fmt: skip
_LAST_AMOUNTS = Select(
    lambda pks: Visit.objects.filter(Q(kg__gt=0) | Q(kg__lt=0) | Q(cost__gt=0) | Q(cost__lt=0))
    .filter(deployment__in=pks, kind=Visit.Kind.REPORT, known_to=None)
    .order_by()
    .values("deployment_id")
    .annotate(last=Max(Coalesce(F("period_to"), F("visit_date"))))
    .values_list("deployment_id", "last"),
    [ANY],
)  # fmt: skip

New = Mapping[int, Sequence[Mapping[str, Any]]]  # by deployment: rows of its new visits, in the order of receipt


def states(deployments: Sequence[int]) -> dict[int, tuple[int, State]]:
    """The entity's version and the state of each deployment, as they are now."""
    rows = _STATES.rows(list(deployments)) if deployments else []
    return {row[0]: (row[1], derive.state_of(row[1:])) for row in rows}


def carry(new: New, known: Mapping[int, KnownDeployment], before: Mapping[int, tuple[int, State]]) -> set[int]:
    """Write states and months of the deployments that can be carried forward; returns these.

    Call it before the new visits are written. `before`: their `states`.
    """
    told = {pk: sorted(map(derive.report_of, rows), key=lambda r: r.date) for pk, rows in new.items()}
    told = {pk: reports for pk, reports in told.items() if pk in before and _is_next(before[pk][1], reports)}
    told = _without_overlaps(told)
    flows = _flows(told, before)
    written = []
    for pk, reports in told.items():
        version, state = before[pk]
        month = flows.get((pk, month_of(reports[0].date)))
        months = list(history(state, reports, known[pk].rhythm, month=month))
        written.append(derive.History(pk, version + len(reports), months[-1].state, months))
    derive.write_states(written)
    derive.write_months([(item, item.months) for item in written])
    return set(told)


def _is_next(state: State, reports: Sequence[Report]) -> bool:
    if any(report.waiting for report in reports):
        return False
    return state.last_visit is None or reports[0].date >= state.last_visit


def _without_overlaps(told: dict[int, list[Report]]) -> dict[int, list[Report]]:
    """Without the deployments where the amounts of one season may have been told before. (Those of the reports among
    themselves `history` sees.)"""
    amounts = {pk: [period_of(r) for r in reports if r.kg or r.cost] for pk, reports in told.items()}
    asked = [pk for pk, periods in amounts.items() if periods]
    last: dict[int, dt.date | None] = {pk: date(day) for pk, day in _LAST_AMOUNTS.rows(asked)} if asked else {}
    for pk in asked:
        end = last.get(pk)
        if end is not None and any(first <= end for first, _ in amounts[pk]):
            told.pop(pk)
    return told


def _flows(
    told: Mapping[int, Sequence[Report]], before: Mapping[int, tuple[int, State]]
) -> dict[tuple[int, int], MonthOfWork]:
    """The months that new reports add to: those of the last visits."""
    wanted: dict[int, int] = {}
    for pk, reports in told.items():
        last = before[pk][1].last_visit
        if last is not None and month_of(last) == month_of(reports[0].date):
            wanted[pk] = month_of(last)
    if not wanted:
        return {}
    rows = _MONTHS.rows(list(wanted), list(set(wanted.values())))
    return {
        (pk, month): MonthOfWork(month, before[pk][1], *flows) for pk, month, *flows in rows if wanted.get(pk) == month
    }
