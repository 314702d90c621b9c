"""What differs in a conflict, property by property: what each side saw and said, by whom and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backend.accounts.who import Who
from backend.deployments.models import Deployment
from backend.deployments.observed import date
from backend.deployments.versions import Conflict, Event
from backend.errors import NotFound
from backend.submissions.entities import SAID, conflicts_of
from backend.submissions.flat import flatten
from backend.submissions.lists import deployments_of
from backend.submissions.models import SubmissionVersion
from backend.submissions.queries import form_by_pk
from backend.submissions.settling import may_keep_this


@dataclass(frozen=True)
class Change:
    """One property, as its author saw it and as the author left it. None: not said."""

    name: str
    before: Any
    after: Any

    @property
    def kept(self) -> bool:
        return bool(self.before == self.after)


@dataclass(frozen=True)
class Side:
    instance_id: str
    what: str  # report, registration
    who: str
    received_at: dt.datetime
    visited: dt.date | None
    changes: list[Change]


@dataclass(frozen=True)
class Difference:
    """`this` missed `others`. `hard`: both changed the same."""

    this: Side
    others: list[Side]
    hard: bool
    may_keep_this: bool


def in_conflict(who: Who) -> QuerySet[Deployment]:
    """In one's scope; first those where both changed the same."""
    rows = deployments_of(who).exclude(conflict="").select_related("technology", "village", "centre", "state")
    return rows.order_by("conflict", "label", "pk")


def deployment_in_conflict(who: Who, uuid: str) -> Deployment:
    """Raises NotFound, also where nothing is left to settle."""
    found = in_conflict(who).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("There is no such deployment with a conflict in your scope.", where="uuid")
    return found


def differences(deployment: Deployment) -> list[Difference]:
    return [_difference(conflict) for conflict in conflicts_of(deployment)]


def _difference(conflict: Conflict) -> Difference:
    others = [_side(event) for event in conflict.missed]
    return Difference(_side(conflict.event), others, conflict.kind == "hard", may_keep_this(conflict))


def _side(event: Event) -> Side:
    rows = SubmissionVersion.objects.select_related("device__officer", "edited_by", "submission")
    version = rows.get(instance_id=event.instance_id)
    said = _said(version)
    changes = _of_registration(version, said) if event.what == "registration" else [_units(said)]
    return Side(
        version.instance_id,
        event.what,
        _who(version),
        version.received_at,
        date(said.get("visit_date")),
        changes,
    )


def _who(version: SubmissionVersion) -> str:
    if version.edited_by is not None:
        return str(version.edited_by)
    return version.device.officer.name if version.device else ""


def _said(version: SubmissionVersion) -> Mapping[str, Any]:
    return flatten(version.answers, form_by_pk(version.form_version_id).schema)


def _units(said: Mapping[str, Any]) -> Change:
    """What stood there as the author was shown it, and what stands there by the report."""
    change = (said.get("units_added") or 0) - (said.get("units_taken") or 0)
    before, after = said.get("installed_before"), said.get("installed")
    if before is None and after is not None:
        before = after - change
    return Change("installed", before, before + change if before is not None else None)


def _of_registration(version: SubmissionVersion, said: Mapping[str, Any]) -> list[Change]:
    before = _said(SubmissionVersion.objects.get(submission=version.submission, number=version.number - 1))
    return [Change(name, before.get(name), said.get(name)) for name in SAID if before.get(name) != said.get(name)]
