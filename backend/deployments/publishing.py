"""Monthly figures, frozen when they are published: what was told stays as it was told, later changes stand beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from backend.accounts.models import User
from backend.audit.models import Action
from backend.audit.services import record
from backend.deployments.figures import figures
from backend.deployments.filters import Filters, today
from backend.deployments.models import PublishedMonth
from backend.errors import Conflict, Invalid
from backend.registry.models import Centre
from backend.writing import writing
from maps import wording
from maps.condition import month_of
from maps.timeline import month_end

RULE_VERSION = "1"  # changes whenever the same reports would give other figures
MEASURES = ("villages_reached", "villages_active", "deployments", "units_in_use", "installed", "households")


@dataclass(frozen=True)
class Line:
    """One measure of all India or of one centre: as published, and as it would be today. None: not there then."""

    centre: Centre | None
    measure: str
    published: int | None
    now: int

    @property
    def changed(self) -> bool:
        return self.published is not None and self.published != self.now


def publish(month: int, by: User) -> PublishedMonth:
    """Freeze the figures of a month that is over. Raises Invalid for one that is not, Conflict for one that is frozen."""
    if not month_of(dt.date(2000, 1, 1)) <= month < month_of(today()):
        raise Invalid("This month is not over yet.", where="month")
    values = measured(month)
    with writing():
        if PublishedMonth.objects.filter(month=month).exists():
            raise Conflict("The figures of this month are published already.", where="month")
        row = PublishedMonth.objects.create(
            month=month, by=by, figures=values, rule_version=RULE_VERSION, review_required=settings.REVIEW_REQUIRED,
            rule=wording.rule(review_required=settings.REVIEW_REQUIRED),
        )  # fmt: skip
        record(by, Action.MONTH_PUBLISHED, f"month:{month // 12}-{month % 12 + 1:02d}", rule=RULE_VERSION)
    return row


def measured(month: int) -> dict[str, dict[str, int]]:
    """As of the last day of the month, by today's knowledge: by the centre's slug, all India under an empty one."""
    found = figures(Filters(as_of=month_end(month)), ["centre"])
    rows = {str(row["centre"]): row for row in found["rows"] if row.get("centre")}
    return {slug: _measures(row) for slug, row in {"": found["total"], **rows}.items()}


def _measures(row: Mapping[str, Any]) -> dict[str, int]:
    return {
        "villages_reached": row["villages_reached"],
        "villages_active": row["villages_active"]["count"],
        "deployments": row["deployments"],
        "units_in_use": row["units_in_use"]["count"],
        "installed": row["units_in_use"]["of"],
        "households": row["stocks_of_deployments_in_use"]["households"]["count"],
    }


def beside(published: PublishedMonth, centres: Sequence[Centre] | None) -> list[Line]:
    """`centres`: only these; None: all of them and all India."""
    now = measured(published.month)
    known = {centre.slug: centre for centre in (Centre.objects.all() if centres is None else centres)}
    slugs = ([""] if centres is None else []) + sorted(slug for slug in now if slug in known)
    return [
        Line(known.get(slug), measure, published.figures.get(slug, {}).get(measure), now[slug][measure])
        for slug in slugs
        for measure in MEASURES
        if slug in now
    ]
