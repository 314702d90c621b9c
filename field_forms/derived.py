"""The reserved names: leaf names of questions that figures are derived from, with their types, for each form.

Whoever renames one of them in a form says so with `bind::gram:renamed_from`; a form without one of them is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from field_forms.problems import Problem
from field_forms.schema import Question, QuestionType, Schema

_PLACE: Mapping[str, QuestionType] = {
    "visit_date": "date",
    "village": "select_one",
    "village_other": "string",
    "hamlet": "string",
    "position": "geopoint",
    "photo": "binary",
    "photo_people": "select_one",
    "notice_read": "select_one",
}
_TRAINED: Mapping[str, QuestionType] = {
    "trained": "int",
    "first_time": "int",
    "women": "int",
    "men": "int",
    "other_gender": "int",
}

FIELDS: Mapping[str, Mapping[str, QuestionType]] = {
    "deployment_registration": {
        **_PLACE,
        "technology": "select_one",
        "centre": "select_one",
        "user_agency": "string",
        "purpose": "select_one",
        "site_kind": "select_one",
        "installed": "int",
        "started": "date",
        "moved_from": "select_one",
        "villages_served": "select_multiple",
        "plate": "barcode",
        "owner_name": "string",
        "owner_phone": "string",
    },
    "village_report": {
        **_PLACE,
        **_TRAINED,
        "deployment": "select_one",
        "subject": "select_one",
        "how_known": "select_one",
        "installed_before": "int",
        "units_added": "int",
        "units_taken": "int",
        "units_changed_reason": "select_one",
        "installed": "int",
        "working": "int",
        "defective": "int",
        "broken": "int",
        "removed": "int",
        "units_in_use": "int",
        "down_since": "date",
        "fault": "select_one",
        "can_repair": "select_one",
        "ended": "select_one",
        "ended_reason": "select_one",
        "households": "int",
        "people": "int",
        "sc": "int",
        "st": "int",
        "obc": "int",
        "general": "int",
        "category_unknown": "int",
        "with_disability": "int",
        "count_source": "select_one",
        "operator_kind": "select_one",
        "income_before": "decimal",
        "income_now": "decimal",
        "income_of": "select_one",
        "income_asked": "int",
        "hours_before": "decimal",
        "hours_now": "decimal",
        "hours_of": "select_one",
        "hours_asked": "int",
        "category": "select_one",
        "kg_collected": "decimal",
        "kg_dismantled": "decimal",
        "kg_recycled": "decimal",
        "kg": "decimal",
        "cost": "decimal",
        "contribution": "decimal",
        "period_from": "date",
        "period_to": "date",
        "remarks": "string",
        "respondent_name": "string",
        "respondent_phone": "string",
    },
    "village_need": {
        **_PLACE,
        "theme": "select_multiple",
        "need": "string",
        "households": "int",
        "urgency": "select_one",
        "technology_asked": "select_one",
        "contact_name": "string",
        "contact_phone": "string",
    },
    "training_event": {
        **_PLACE,
        **_TRAINED,
        "centre": "select_one",
        "technology": "select_one",
        "topic": "string",
    },
}
# Rows of a repeat: every other derived field stands outside of repeats, once in a report.
IN_REPEATS = frozenset({"category", "kg_collected", "kg_dismantled", "kg_recycled"})


def question_of(schema: Schema, name: str) -> Question | None:
    """The question that carries the reserved name, under its own or a new name."""
    renamed = (question for question in schema.questions if question.renamed_from == name)
    return schema.by_name.get(name) or next(renamed, None)


def missing(schema: Schema) -> tuple[Problem, ...]:
    """One problem for each reserved name that the form lacks, has twice, or has with another type or in a repeat."""
    problems = (_fault(schema, name, kind) for name, kind in FIELDS.get(schema.form_id, {}).items())
    return tuple(problem for problem in problems if problem is not None)


def _fault(schema: Schema, name: str, kind: QuestionType) -> Problem | None:
    question = question_of(schema, name)
    if question is None:
        return Problem(
            "survey",
            None,
            "name",
            f"There is no question '{name}', and figures are derived from it.",
            f"Add it with the type {kind}, or write '{name}' under bind::gram:renamed_from of the question that took "
            "its place.",
        )
    if question.type != kind:
        message = f"'{question.name}' is of the type {question.type}; figures need {kind}."
        return Problem("survey", None, "type", message, f"Make it {kind} again, or ask the new thing under a new name.")
    if sum(other.name == question.name for other in schema.questions) > 1:
        message = f"'{question.name}' occurs more than once."
        return Problem("survey", None, "name", message, "Give the others another name: this one is reserved.")
    if question.repeat and name not in IN_REPEATS:
        message = f"'{question.name}' stands in a repeat; figures need one answer for the report."
        return Problem("survey", None, "name", message, "Move it out of the repeat.")
    return None


def compare(previous: Schema, new: Schema) -> tuple[Problem, ...]:
    """What a new version would do to figures: a derived field that vanished or changed its type. () is harmless."""
    problems: list[Problem] = []
    for name in FIELDS.get(new.form_id, {}):
        before, after = question_of(previous, name), question_of(new, name)
        if before is None or (after is not None and after.type == before.type):
            continue
        if after is None:
            message = f"'{before.name}' has vanished, and figures are derived from it."
            remedy = f"Bring it back, or write '{name}' under bind::gram:renamed_from of the question in its place."
        else:
            message = f"'{after.name}' was {before.type} and is now {after.type}; figures are derived from it."
            remedy = f"Keep {before.type}, or ask the new thing under a new name."
        problems.append(Problem("survey", None, "name" if after is None else "type", message, remedy))
    return tuple(problems)
