"""Village reports: what was submitted, with what the derived tables know of it. The one kind that grows by millions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import IntegerField, Q
from django.db.models.functions import Cast, Coalesce

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment
from backend.deployments.privacy import HOME, at_least_five, guarded, summed_upward
from backend.exports import queries
from backend.exports.fields import REPORTS, THEMES
from backend.exports.names import Names, names
from backend.exports.queries import UuidText, dashed, filled, text
from backend.exports.rows import Chunks, Row, at
from backend.exports.states import conditions
from backend.exports.submitted import COUNTS, WAITING, Submitted, chunks, showing
from backend.statements import plain

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
    Cast("illustrative", IntegerField()),
)
_UNITS = ("installed", "units_added", "units_taken", "working", "defective", "broken", "removed", "units_in_use")
_FIGURES = (
    Cast("ended", IntegerField()), filled("how_known"), *_UNITS, text("down_since"), filled("fault"), filled("can_repair"),
    filled("ended_reason"), filled("operator_kind"),
    "households", "people", "women", "men", "other_gender", "sc", "st", "obc", "general", "category_unknown",
    "with_disability", "trained", "first_time", "income_before", "income_now", "hours_before", "hours_now", "kg", "cost",
    text("period_from"), text("period_to"), "themes",
)  # fmt: skip
_THEMES = tuple(field.name for field in THEMES)
_NO_THEMES = (None,) * len(_THEMES)
_HEADED = WAITING + 1
_FIGURES_AT = _HEADED + len(_SITE)
Visit = tuple[Any, ...]
Told = Callable[[Submitted, Visit], Row | None]


def reports(who: Who, filters: Filters, *, begin: int = 0, narrowed: Q | None = None, size: int = 0) -> Chunks:
    """Every village report once; the columns as `fields.REPORTS` has them. `begin`, `narrowed`: of submissions."""
    known = names()
    told = _report(who, filters, known)
    visits = showing(queries.of_visits(filters, who), (*_SITE, *_FIGURES), filters)
    for chunk in chunks("village_report", filters, narrowed, begin=begin, size=size):
        shown = visits(chunk)
        if filters.status:
            shown = _with_status(shown, filters, known)
        yield [row for one in chunk if (visit := shown.get(one.instance_id)) and (row := told(one, visit))]


def _report(who: Who, filters: Filters, known: Names) -> Told:
    private, rule = guarded(who), queries.rule()
    within = queries.within if filters.bbox else None

    def told(one: Submitted, visit: Visit) -> Row | None:
        (version, day, deployment, uuid, technology, centre, purpose, site_kind, village, village_name, village_other, state,
         district, digipin, accuracy, lon, lat, village_lon, village_lat, illustrative) = visit[_HEADED:_FIGURES_AT]  # fmt: skip
        figures, themes = visit[_FIGURES_AT + 1 : -1], visit[-1]
        unregistered = deployment is None and uuid is not None  # nobody knows yet whether it stands at a home
        if private(HOME if unregistered else site_kind, centre):
            lon, lat = (village_lon, village_lat) if lon is not None else (None, None)
            digipin, accuracy, figures = None, None, _discreet(figures)
        if within and not within(filters, lon, lat):
            return None
        slug, name, clusters, _ = known.technologies[technology]
        in_state, in_district = known.area(district, state)
        ended = visit[_FIGURES_AT] == 1
        return one.instance_id, at(lon, lat), (
            one.instance_id, one.current_instance_id, version, one.review_state, visit[COUNTS] == 1, visit[WAITING] == 1,
            rule, one.received_at, day, dashed(uuid), slug, name, clusters, known.centres.get(centre), purpose, site_kind or None,
            village, village_name, village_other, in_state, in_district, digipin, accuracy, said(ended, figures), ended,
            illustrative == 1, *figures, *(_NO_THEMES if themes is None else map(plain(themes).get, _THEMES)),
        )  # fmt: skip

    return told


# Among the figures after `ended`: sc, st, obc, general, category_unknown, then with_disability.
_CATEGORIES = REPORTS.names.index("sc") - REPORTS.names.index("how_known")


def _discreet(figures: Sequence[Any]) -> tuple[Any, ...]:
    end = _CATEGORIES + 5
    categories = summed_upward(figures[_CATEGORIES:end])
    return (*figures[:_CATEGORIES], *categories, at_least_five(figures[end]), *figures[end + 1 :])


def said(ended: bool, figures: Sequence[Any]) -> str | None:
    """The condition that a report by itself says, by the rule of `maps.condition`; None: it says nothing."""
    how_known, _, _, _, working, defective, broken, removed, in_use = figures[:9]
    if how_known in ("not_found", "unreachable"):
        return None
    if ended or (working is not None and removed and not (working or defective or broken)):
        return "ended"
    if working is None:
        return None
    if not (working or defective):
        return "broken"
    return "in_use" if in_use else "idle"


def _with_status(shown: Mapping[str, Visit], filters: Filters, known: Names) -> dict[str, Visit]:
    """Those whose deployment has one of the conditions as of the day."""
    at = _HEADED + 2
    ids = {visit[at] for visit in shown.values()} - {None}
    rows = Deployment.objects.filter(id__in=ids).order_by().values_list("id", "installed", "technology_id")
    pace = {pk: (installed, known.technologies[technology].rhythm) for pk, installed, technology in rows}
    found = conditions(pace, filters)
    return {key: visit for key, visit in shown.items() if found.get(visit[at]) in filters.status}
