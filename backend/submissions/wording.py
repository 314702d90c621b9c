"""A version's answers as people read them: the form's own labels and choices in a chosen language, names for keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from backend.deployments.models import Deployment
from backend.deployments.observed import uuid
from backend.registry.models import Centre, Technology, Village
from backend.submissions.shapes import hectares, metres, shapes
from field_forms.schema import Question, Schema, Texts

Path = tuple[str, ...]  # a repeat's turn stands in it as "2"
Names = Mapping[tuple[str, str], str]  # (list's file, key) -> name


@dataclass(frozen=True, slots=True)
class Answer:
    """`text`: the answer in words, empty where there is none; `photo`: the name of a file; `personal`: it lies elsewhere."""

    path: Path
    name: str
    group: str
    label: str
    text: str
    photo: str = ""
    personal: bool = False


def worded(texts: Texts, language: str) -> str:
    """In the language, or in the form's first."""
    return texts.get(language) or texts.get("en") or texts.get("default") or next(iter(texts.values()), "")


def answers(schema: Schema, values: Mapping[str, Any], language: str, names: Names) -> list[Answer]:
    """Every question that was answered, in the form's order; without metadata, and without what is personal: it lies
    elsewhere.
    """
    return [
        answer
        for question in schema.questions
        if not (question.metadata or question.personal or question.type == "note" or _inner(question))
        for answer in _of_question(schema, question, values, language, names)
    ]


def _inner(question: Question) -> bool:
    """A calculate without words of its own helps the form, and nobody who reads."""
    return question.calculated and not question.label and question.name not in ("installed", "condition")


def _of_question(
    schema: Schema, question: Question, values: Mapping[str, Any], language: str, names: Names
) -> Iterator[Answer]:
    group, label = group_of(schema, question, language), label_of(question, language)
    for path, value in _found(question.path, values):
        turn = next((f" ({part})" for part in path if part.isdecimal()), "")
        photo = str(value) if question.type == "binary" else ""
        text = in_words(question, value, language, names)
        yield Answer(path, question.name, group, label + turn, text, photo)


def label_of(question: Question, language: str) -> str:
    return plain(worded(question.label, language)) or question.name.replace("_", " ").capitalize()


def group_of(schema: Schema, question: Question, language: str) -> str:
    for end in range(len(question.path) - 1, 0, -1):
        group = schema.groups_by_path.get(question.path[:end])
        if group is not None and group.label:
            return worded(group.label, language)
    return ""


def plain(label: str) -> str:
    """Without the places that other answers take in it."""
    while (start := label.find("${")) >= 0 and (end := label.find("}", start)) > 0:
        label = label[:start] + "…" + label[end + 1 :]
    return label


def _found(path: Path, values: Any, done: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not path:
        if values not in (None, "", []):
            yield done, values
    elif isinstance(values, list):
        for turn, one in enumerate(values, 1):
            yield from _found(path, one, (*done, str(turn)))
    elif isinstance(values, Mapping) and path[0] in values:
        yield from _found(path[1:], values[path[0]], (*done, path[0]))


def in_words(question: Question, value: Any, language: str, names: Names) -> str:
    if question.choices is not None or question.itemset_file:
        many = value if isinstance(value, list) else [value]
        return ", ".join(_choice(question, str(one), language, names) for one in many)
    if isinstance(value, bool):
        return {"hi": ("नहीं", "हाँ")}.get(language, ("No", "Yes"))[value]
    if isinstance(value, Mapping):
        return _place(value, language)
    if question.type == "date" and isinstance(value, str):
        return _day(value, language)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _choice(question: Question, value: str, language: str, names: Names) -> str:
    if question.itemset_file:
        return names.get((question.itemset_file, value), value)
    texts = (question.choices or {}).get(value)
    return worded(texts, language) or value if texts else value


def _day(value: str, language: str) -> str:
    try:
        day = dt.date.fromisoformat(value[:10])
    except ValueError:
        return value
    with translation.override(language):
        return date_format(day, "j M Y")


def _place(value: Mapping[str, Any], language: str) -> str:
    if value.get("type") != "Point":
        return _drawn(value, language)
    lon, lat = value["coordinates"][:2]
    accuracy = (value.get("properties") or {}).get("accuracy")
    return f"{lat:.5f}, {lon:.5f}" + (f", ± {accuracy:.0f} m" if accuracy else "")


def _drawn(value: Mapping[str, Any], language: str) -> str:
    """How long a line is, and how large an area."""
    drawn = next(shapes(value, ("drawn",)), None)
    if drawn is None:
        return ""
    with translation.override(language):
        if drawn.kind == "area":
            return gettext("Area, %(n)s hectares") % {"n": f"{hectares(drawn.points):.2f}"}
        return gettext("Line, %(n)d m") % {"n": round(metres(drawn.points))}


def names_in(schema: Schema, several: Sequence[Mapping[str, Any]], language: str) -> dict[tuple[str, str], str]:
    """The names of whatever these answers choose from our lists, in one read a list."""
    keys: dict[str, set[str]] = {}
    for question in schema.questions:
        if question.itemset_file:
            found = [value for values in several for _, value in _found(question.path, values)]
            many = [one for value in found for one in (value if isinstance(value, list) else [value])]
            keys.setdefault(question.itemset_file, set()).update(map(str, many))
    named: dict[tuple[str, str], str] = {}
    for file, wanted in keys.items():
        named |= {(file, key): name for key, name in _names(file, wanted, language) if name}
    return named


def _names(file: str, keys: set[str], language: str) -> Iterator[tuple[str, str]]:
    if not keys:
        return
    if file == "villages.csv":
        for village in Village.objects.filter(code__in=keys):
            yield village.code, (village.name_local if language != "en" else "") or village.name
    elif file == "technologies.csv":
        for technology in Technology.objects.filter(slug__in=keys):
            yield technology.slug, (technology.name_hi if language == "hi" else "") or technology.name
    elif file == "centres.csv":
        yield from Centre.objects.filter(slug__in=keys).values_list("slug", "name")
    elif file == "deployments.csv":
        uuids: list[UUID] = [found for key in keys if (found := uuid(key)) is not None]
        for key, label in Deployment.objects.filter(uuid__in=uuids).values_list("uuid", "label"):
            yield str(key), label
