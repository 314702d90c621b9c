"""Reports, needs and trainings: what was submitted, with what the derived tables know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import F, IntegerField
from django.db.models.functions import Cast, Coalesce

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment
from backend.exports import queries
from backend.exports.names import Names, names
from backend.exports.privacy import at_least_five, guarded, summed_upward
from backend.exports.queries import UuidText, filled, moment, text
from backend.exports.rows import Chunks, Row
from backend.exports.states import conditions
from backend.exports.submitted import COUNTS, WAITING, Submitted, chunks, visits
from backend.submissions.flat import flatten
from backend.submissions.models import SubmissionVersion
from backend.submissions.queries import form_by_pk

_SITE = (
    "instance_id",
    text("visit_date"),
    "deployment_id",
    UuidText(Coalesce("deployment__uuid", "deployment_uuid")),
    Coalesce("deployment__technology_id", "technology_id"),
    Coalesce("deployment__centre_id", "centre_id"),
    "deployment__purpose",
    "deployment__site_kind",
    "village__code",
    "village__name",
    filled("village_other"),
    "village__state_id",
    Coalesce("village__district_id", "district_id"),
    filled("digipin"),
    "accuracy",
    "lon",
    "lat",
    "village__lon",
    "village__lat",
    "illustrative",
)
_UNITS = ("installed", "units_added", "units_taken", "working", "defective", "broken", "removed", "units_in_use")
_FIGURES = (
    Cast("ended", IntegerField()), filled("how_known"), *_UNITS, text("down_since"), filled("fault"), filled("can_repair"),
    filled("ended_reason"), filled("operator_kind"),
    "households", "people", "women", "men", "other_gender", "sc", "st", "obc", "general", "category_unknown",
    "with_disability", "trained", "first_time", "income_before", "income_now", "hours_before", "hours_now", "kg", "cost",
    text("period_from"), text("period_to"),
)  # fmt: skip
_HEADED = WAITING + 1
_FIGURES_AT = _HEADED + len(_SITE)
_ANSWERED = ("households", "trained", "first_time", "women", "men", "other_gender")
Told = Callable[[Submitted, tuple[Any, ...]], Row | None]


def reports(who: Who, filters: Filters) -> Chunks:
    """Every village report once; the columns as `fields.REPORTS` has them."""
    wanted, told = queries.of_visits(filters, who), _report(who, filters, names())
    for chunk in chunks("village_report", filters):
        shown = visits(chunk, wanted, (*_SITE, *_FIGURES), filters)
        if filters.status:
            shown = _with_status(shown, filters)
        yield [row for one in chunk if (visit := shown.get(one.instance_id)) and (row := told(one, visit))]
