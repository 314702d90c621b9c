"""Needs and trainings: few beside the reports, and partly told in words, so their answers are read too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import IntegerField, Q
from django.db.models.functions import Cast, Coalesce

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.errors import BadFilter
from backend.exports import queries
from backend.exports.names import Names, names
from backend.exports.queries import filled, text
from backend.exports.rows import Chunks, Place, at
from backend.exports.submitted import COUNTS, WAITING, Submitted, chunks, showing
from backend.registry.models import Technology
from backend.submissions.flat import flatten
from backend.submissions.models import SubmissionVersion
from backend.submissions.queries import form_by_pk

_SITE = (
    "instance_id", text("visit_date"), "village__code", "village__name", filled("village_other"), "village__state_id",
    Coalesce("village__district_id", "district_id"), filled("digipin"), "accuracy",
    Cast("illustrative", IntegerField()), "lon", "lat", "technology_id", "centre_id",
)  # fmt: skip
_FIGURES = ("households", "trained", "first_time", "women", "men", "other_gender")
_AT = WAITING + 1
Visit = tuple[Any, ...]


def needs(who: Who, filters: Filters, *, narrowed: Q | None = None) -> Chunks:
    """Every need once; the columns as `fields.NEEDS` has them. It has the technology that was asked for, or none."""
    _no_condition(filters)
    ids = queries.technologies(filters)
    asked = None if ids is None else set(Technology.objects.filter(id__in=ids).values_list("slug", flat=True))
    wanted = queries.of_visits(filters, who, technology=False, centre=False) & _sent_from(filters)
    known, rule = names(), queries.rule()
    visits = showing(wanted, (*_SITE, *_FIGURES), filters)
    for chunk in chunks("village_need", filters, narrowed):
        shown = visits(chunk)
        answers = _answers(shown)
        rows = []
        for one in chunk:
            if (visit := shown.get(one.instance_id)) is None:
                continue
            told = answers.get(visit[_AT], {})
            if asked is None or told.get("technology_asked") in asked:
                words = (_spaced(told.get("theme")), *(told.get(n) for n in ("need", "urgency", "technology_asked")))
                values = (*_instance(one, visit, rule), *_place(visit, known), *words, visit[_AT + len(_SITE)])
                rows.append((one.instance_id, _place_of(visit), values))
        yield rows


def trainings(who: Who, filters: Filters, *, narrowed: Q | None = None) -> Chunks:
    """Every training once; the columns as `fields.TRAININGS` has them."""
    _no_condition(filters)
    known, rule = names(), queries.rule()
    visits = showing(queries.of_visits(filters, who), (*_SITE, *_FIGURES), filters)
    for chunk in chunks("training_event", filters, narrowed):
        shown = visits(chunk)
        answers = _answers(shown)
        rows = []
        for one in chunk:
            if visit := shown.get(one.instance_id):
                technology, centre = visit[_AT + 12 : _AT + 14]
                about = (*known.technologies[technology][:3], known.centres.get(centre))
                topic = answers.get(visit[_AT], {}).get("topic")
                figures = visit[_AT + len(_SITE) + 1 :]
                values = (*_instance(one, visit, rule), *about, *_place(visit, known), topic, *figures)
                rows.append((one.instance_id, _place_of(visit), values))
        yield rows


def _no_condition(filters: Filters) -> None:
    if filters.status:
        raise BadFilter("Needs and trainings have no condition. Leave status out.", where="status")


def _sent_from(filters: Filters) -> Q:
    """A need has no responsible centre yet: it is that of the officer who wrote it down."""
    if not filters.centre:
        return Q()
    return Q(officer__in=list(Officer.objects.filter(centre__slug__in=filters.centre).values_list("id", flat=True)))


def _instance(one: Submitted, visit: Visit, rule: str) -> tuple[Any, ...]:
    return (
        one.instance_id, one.current_instance_id, visit[_AT], one.review_state, visit[COUNTS] == 1, visit[WAITING] == 1,
        rule, one.received_at, visit[_AT + 1],
    )  # fmt: skip


def _place(visit: Visit, known: Names) -> tuple[Any, ...]:
    code, name, other, state, district, digipin, accuracy, illustrative = visit[_AT + 2 : _AT + 10]
    return code, name, other, *known.area(district, state), digipin, accuracy, illustrative == 1


def _place_of(visit: Visit) -> Place:
    return at(visit[_AT + 10], visit[_AT + 11])


def _answers(shown: Mapping[str, Visit]) -> dict[str, Mapping[str, Any]]:
    """By version; personal values are not among them, they lie elsewhere."""
    wanted = queries.among([visit[_AT] for visit in shown.values()])
    rows = SubmissionVersion.objects.filter(instance_id__in=wanted).order_by()
    return {
        instance_id: flatten(answers, form_by_pk(form).schema)
        for instance_id, answers, form in rows.values_list("instance_id", "answers", "form_version_id")
    }


def _spaced(value: Any) -> str | None:
    return " ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
