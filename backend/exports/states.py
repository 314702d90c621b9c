"""What was known of some deployments on a day: now from the table of states, else from their visits again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from backend.deployments import derive
from backend.deployments.filters import Filters, today
from backend.deployments.models import DeploymentState
from backend.exports.queries import open_at
from maps.condition import ESTIMATES, STOCKS, Rhythm, State, condition_on, history

_PLAIN = (
    "installed", "seen_on", "last_visit", "first_visit", "reports", "working", "defective", "broken", "units_in_use",
    "down_since", "fault", "can_repair", "ended_on", "ended_reason",
)  # fmt: skip
_STOCKS_TO = len(_PLAIN) + len(STOCKS)
_ESTIMATES_TO = _STOCKS_TO + len(ESTIMATES)
Known = Mapping[int, tuple[int, Rhythm]]  # deployment: units as registered, rhythm of its technology


def states(known: Known, filters: Filters) -> dict[int, State]:
    """By deployment. `as_of` leaves out what was seen later, `known_at` what was received or decided later."""
    start = {pk: State(installed) for pk, (installed, _) in known.items()}
    past = filters.known_at is not None or (filters.as_of is not None and filters.as_of < today())
    return start | (_replayed(known, filters) if past else _current(known))


def _current(known: Known) -> dict[int, State]:
    rows = DeploymentState.objects.filter(deployment__in=list(known))
    columns = ("deployment_id", *_PLAIN, *STOCKS, *ESTIMATES, "latest_instance_id")
    return {pk: _state(row) for pk, *row in rows.values_list(*columns)}


def _state(row: list[Any]) -> State:
    plain = dict(zip(_PLAIN, row[: len(_PLAIN)], strict=True))
    stocks, estimates = tuple(row[len(_PLAIN) : _STOCKS_TO]), tuple(row[_STOCKS_TO:_ESTIMATES_TO])
    return State(**plain, stocks=stocks, estimates=estimates, latest_instance_id=row[-1])


def _replayed(known: Known, filters: Filters) -> dict[int, State]:
    rows = derive.reports_of(list(known)).filter(open_at(filters.known_at), visit_date__lte=filters.day)
    found = {}
    for pk, visits in groupby(rows, key=lambda row: row[0]):
        installed, rhythm = known[pk]
        months = list(history(State(installed), derive.reports(visits), rhythm))
        if months:
            found[pk] = months[-1].state
    return found


def conditions(known: Known, filters: Filters) -> dict[int, str]:
    """By deployment, as of the day of the filters."""
    return {pk: condition_on(state, filters.day, known[pk][1]) for pk, state in states(known, filters).items()}
