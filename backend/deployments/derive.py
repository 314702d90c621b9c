"""Rows of the derived tables, made from spans and visits: used for one report and for a million alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet

from backend.deployments.look import KnownDeployment
from backend.deployments.models import Deployment, DeploymentMonth, DeploymentState, Visit
from backend.deployments.observed import Filled, columns, date, uuid
from backend.statements import Insert, Select
from backend.statements import date as as_date
from maps.condition import ESTIMATES, STOCKS, MonthOfWork, Report, State, month_of
from maps.condition import history as months_of_work

if TYPE_CHECKING:
    from backend.deployments.services import Span

__all__ = [
    "deployment",
    "history",
    "month_of",
    "reports_of",
    "villages_served",
    "visit",
    "write_months",
    "write_states",
]


def visit(span: Span, registered: int | None = None) -> dict[str, Any]:
    """A row of `Visit`. `registered`: the deployment that this registration made, if it made one."""
    filled, known = span.filled, span.known
    assert filled.kind is not None  # noqa: S101  # for the type checker: apply() takes no others
    at = known.place
    target = registered or (known.deployment.survivor if known.deployment else None)
    is_report = filled.kind == Visit.Kind.REPORT  # its technology, centre and site are the deployment's, as it is today
    return {
        "kind": filled.kind,
        "submission": filled.submission,
        "instance_id": filled.instance_id,
        "known_from": span.since,
        "known_to": span.until,
        "waiting": span.waiting,
        "received_at": filled.received_at,
        "sequence": filled.sequence,
        "deployment_id": target,
        "deployment_uuid": filled.deployment,
        "village_id": known.village.id if known.village else None,
        "village_other": filled.text("village_other"),
        "centre_id": None if is_report else known.centre_id,
        "technology_id": None if is_report else known.technology_id,
        "device": filled.device,
        "officer": filled.officer,
        "visit_date": filled.visit_date,
        "month": month_of(filled.visit_date),
        "lat": at.lat,
        "lon": at.lon,
        "accuracy": at.accuracy,
        "h3_r7": at.h3_r7,
        "digipin": at.digipin,
        "district_id": at.district_id,
        "illustrative": filled.illustrative,
        "purpose": _purpose(filled) if filled.kind == Visit.Kind.REGISTRATION else "",
        **columns(filled.flat),
    }


def _purpose(filled: Filled) -> str:
    purpose = filled.text("purpose", 16)
    return purpose if purpose in Deployment.Purpose.values else Deployment.Purpose.VILLAGE_USE.value


def deployment(span: Span) -> dict[str, Any]:
    """The columns of the deployment that a registration describes."""
    filled, known, at = span.filled, span.known, span.known.place
    return {
        "label": _label(filled),
        "technology_id": known.technology_id,
        "village_id": known.village.id if known.village else None,
        "village_other": filled.text("village_other"),
        "hamlet": filled.text("hamlet"),
        "centre_id": known.centre_id,
        "user_agency": filled.text("user_agency"),
        "purpose": _purpose(filled),
        "site_kind": filled.text("site_kind", 8),
        "plate": filled.text("plate", 64),
        "installed": columns(filled.flat)["installed"] or 1,
        "started": date(filled.flat.get("started")),
        "moved_from": uuid(filled.flat.get("moved_from")),
        "lat": at.lat,
        "lon": at.lon,
        "accuracy": at.accuracy,
        "h3_r7": at.h3_r7,
        "digipin": at.digipin,
        "district_id": at.district_id,
        "instance_id": filled.submission,
        "registered_at": filled.received_at,
        "illustrative": filled.illustrative,
    }


def _label(filled: Filled) -> str:
    """As the form words its entity, which rests on two calculates; JSON may leave those out."""
    told = ", ".join(part for name in ("technology_label", "village_label") if (part := filled.text(name)))
    return told[:255] or filled.text("technology") or str(filled.entity)


def villages_served(span: Span) -> list[str]:
    value = span.filled.flat.get("villages_served")
    return [str(code) for code in value] if isinstance(value, list) else []


_REPORT = (
    "deployment_id", "visit_date", "how_known", "waiting", "units_added", "units_taken", "working", "defective",
    "broken", "removed", "units_in_use", "down_since", "fault", "can_repair", "ended", "ended_reason", "trained",
    "first_time", "kg", "cost", "period_from", "period_to", "instance_id", "known_to", *STOCKS, *ESTIMATES,
)  # fmt: skip
_KNOWN_TO = _REPORT.index("known_to")
_STOCKS_AT = len(_REPORT) - len(STOCKS) - len(ESTIMATES)
Row = tuple[Any, ...]


def reports_of(deployments: Sequence[int]) -> QuerySet[Visit, Row]:
    """All visits that report on these deployments, in the order in which they tell their story.

    The visits that no longer count come too (they number the entity's versions); `history` passes over them.
    """
    return in_order(Visit.objects.filter(deployment__in=deployments))


def in_order(visits: QuerySet[Visit]) -> QuerySet[Visit, Row]:
    rows = visits.filter(kind=Visit.Kind.REPORT)
    return rows.order_by("deployment_id", "visit_date", "sequence", "known_from").values_list(*_REPORT)


_REPORTS_OF_ONE = Select(lambda pk: reports_of([pk]), -987_654_321)
_DATES_AT = [_REPORT.index(name) for name in ("visit_date", "down_since", "period_from", "period_to")]


def reports_of_one(deployment: int) -> list[Row]:
    """`reports_of` for one deployment: what every report received asks for."""
    rows = _REPORTS_OF_ONE.rows(deployment)
    if rows and isinstance(rows[0][1], str):  # SQLite keeps dates as text
        rows = [tuple(as_date(v) if i in _DATES_AT else v for i, v in enumerate(row)) for row in rows]
    return rows


def report_of(visit: Mapping[str, Any]) -> Report:
    """As `maps.condition` reads it, from a row of `visit()`."""
    return _report(tuple([visit.get(name) for name in _REPORT]))


def _report(row: Row) -> Report:
    (_, day, how_known, waiting, added, taken, working, defective, broken, removed, in_use, down_since, fault) = row[
        :13
    ]
    can_repair, ended, ended_reason, trained, first_time, kg, cost, start, end, instance_id = row[13:23]
    return Report(
        day, how_known or "seen", waiting, added or 0, taken or 0, working, defective or 0, broken or 0, removed or 0,
        in_use or 0, down_since, fault, can_repair, ended, ended_reason,
        row[_STOCKS_AT : _STOCKS_AT + len(STOCKS)], row[_STOCKS_AT + len(STOCKS) :],
        trained or 0, first_time or 0, kg or 0.0, cost or 0.0, start, end, instance_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    deployment: int
    version: int
    state: State
    months: list[MonthOfWork]


def reports(rows: Iterable[Row]) -> Iterator[Report]:
    """As `maps.condition` reads them; waiting ones only where review is required."""
    found = (_report(row) for row in rows)
    return (r for r in found if settings.REVIEW_REQUIRED or not r.waiting)


def history(deployment: KnownDeployment, rows: Sequence[Row]) -> History:
    """From all visits of a deployment, of which those that count now are heard; each has made a version of the entity."""
    start = State(deployment.installed)
    counted = reports(row for row in rows if row[_KNOWN_TO] is None)
    months = list(months_of_work(start, counted, deployment.rhythm))
    return History(deployment.id, 1 + len(rows), months[-1].state if months else start, months)


_PLAIN = (
    "first_visit", "last_visit", "seen_on", "installed", "working", "defective", "broken", "units_in_use", "down_since",
    "ended_on",
)  # fmt: skip
_SHARED = [*_PLAIN, *STOCKS, *ESTIMATES]
_TOLD = ["reports", "fault", "can_repair", "ended_reason", "latest_instance_id"]


def _columns(state: State) -> dict[str, Any]:
    row = {name: getattr(state, name) for name in _PLAIN}
    row.update(zip(STOCKS, state.stocks, strict=True))
    row.update(zip(ESTIMATES, state.estimates, strict=True))
    return row


STATE = ("version", *_PLAIN, *_TOLD, *STOCKS, *ESTIMATES)  # columns of `DeploymentState`, for `state_of`
_OF_DATES = [STATE.index(name) for name in ("first_visit", "last_visit", "seen_on", "down_since", "ended_on")]


def state_of(row: Sequence[Any]) -> State:
    """What is known of a deployment, from its row as far as `STATE` names it."""
    values = list(row)
    for i in _OF_DATES:
        values[i] = as_date(values[i])
    told = dict(zip(STATE[1 : -len(STOCKS) - len(ESTIMATES)], values[1:], strict=False))
    numbers = values[-len(STOCKS) - len(ESTIMATES) :]
    return State(**told, stocks=tuple(numbers[: len(STOCKS)]), estimates=tuple(numbers[len(STOCKS) :]))


_PUT_STATE = Insert(DeploymentState, ["deployment_id"], [*_SHARED, *_TOLD, "version"])


def write_states(histories: Iterable[History]) -> None:
    _PUT_STATE.many(
        [
            {
                "deployment_id": item.deployment,
                "version": item.version,
                **{name: getattr(item.state, name) for name in _TOLD},
                **_columns(item.state),
            }
            for item in histories
        ]
    )


FLOWS = ["reports", "trained", "first_time", "kg", "cost"]
_PUT_MONTH = Insert(DeploymentMonth, ["deployment_id", "month"], [*_SHARED, *FLOWS])


def write_months(chosen: Iterable[tuple[History, Iterable[MonthOfWork]]]) -> None:
    _PUT_MONTH.many(
        [
            {
                "deployment_id": item.deployment,
                "month": month.month,
                **{name: getattr(month, name) for name in FLOWS},
                **_columns(month.state),
            }
            for item, its_months in chosen
            for month in its_months
        ]
    )
