"""The data dictionary: what the columns are, with the words of the forms that were asked, in each of their languages."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from backend.exports.fields import KINDS, Field, Kind
from backend.exports.form_answers import form_tables
from backend.exports.sources import FORMS
from backend.submissions.queries import form_version
from field_forms.schema import Question

_FORMS = FORMS | {"deployments": "deployment_registration"}


def described(form: str = "") -> dict[str, Any]:
    """Every kind, or the tables of a form, by name. Raises NotFound."""
    kinds = [table.kind for table in form_tables(form)] if form else [labelled(kind) for kind in KINDS.values()]
    return {kind.name: asdict(kind) for kind in kinds}


def labelled(kind: Kind) -> Kind:
    """With the questions that its columns come from."""
    published = form_version(_FORMS.get(kind.name, ""), None)
    if published is None:
        return kind
    questions = published.schema.by_name
    return replace(kind, fields=tuple(_with_words(field, questions.get(field.source)) for field in kind.fields))


def _with_words(field: Field, question: Question | None) -> Field:
    return field if question is None else replace(field, labels=question.label, choices=question.choices or {})


def languages(kinds: list[Kind]) -> list[str]:
    return sorted({language for kind in kinds for field in kind.fields for language in field.labels})
