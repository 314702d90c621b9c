"""The tables of a form: one row each submission, and one row each entry of a repeat, linked by key.

Their columns are those of all versions of the form together, in the order in which they were first asked. A column is
named by the path of its question with `__` between, so that a question that comes later never renames another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.exports.fields import ILLUSTRATIVE, Field, Kind, Shape, Type
from backend.exports.rows import Place
from backend.submissions.flat import moment
from field_forms.schema import Path, Question, Schema

_TYPES: Mapping[str, Type] = {
    "int": "integer", "decimal": "number", "boolean": "boolean", "date": "date", "dateTime": "datetime",
}  # fmt: skip
_SHAPES: Mapping[str, Shape] = {"geopoint": "Point", "geotrace": "LineString", "geoshape": "Polygon"}
_TOLD = frozenset({"start", "end", "today"})  # what a phone adds by itself and may be told: neither who nor which phone
CATEGORIES = ("sc", "st", "obc", "general", "category_unknown")
AT_LEAST_FIVE = "with_disability"
_EXACT = frozenset({"hamlet"})  # besides positions: what would lead to a home

_HEAD = (
    Field("instance_id", "text", "the submission: id of its first version, for ever", "receipt"),
    Field("current_instance_id", "text", "id of its latest version, whose answers these are", "receipt"),
    Field("form_version", "text", "version of the form it was filled in with", "receipt"),
    Field("review_state", "text", "of the latest version", "review"),
    Field("received_at", "datetime", "first version received", "receipt", "UTC"),
    Field("centre", "text", "slug of the centre of the officer who sent it", "registry"),
    ILLUSTRATIVE,
)
_ENTRY = (
    Field("key", "text", "this entry", "derived"),
    Field("parent", "text", "key of what it belongs to: the instance_id, or an entry of an outer repeat", "derived"),
    Field("instance_id", "text", "the submission it belongs to", "receipt"),
    Field("entry", "integer", "its number, from 1", "derived"),
)
HEAD, ENTRY = len(_HEAD), len(_ENTRY)
Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """`path`: below the table's own root; `exact`: gives a home away; `file`: the answer names a file."""

    field: Field
    path: Path
    read: Read
    exact: bool = False
    file: bool = False


@dataclass(frozen=True)
class Table:
    kind: Kind
    repeat: Path
    columns: tuple[Column, ...]
    place: Path | None  # of the question that is the geometry, below the table's root

    def values(self, answers: Mapping[str, Any], *, hidden: bool) -> list[Any]:
        return [None if hidden and c.exact else _at(answers, c.path, c.read) for c in self.columns]

    def shape(self, answers: Mapping[str, Any]) -> Place:
        shape = None if self.place is None else flat_geometry(value_at(answers, self.place))
        if shape is not None and shape["type"] == "Point":
            lon, lat = shape["coordinates"]
            return lon, lat
        return shape


def tables_of(schemas: Iterable[Schema], name: str) -> list[Table]:
    """`schemas` from the oldest version to the newest; the first table is that of the submissions, called `name`."""
    questions: dict[Path, Question] = {}
    repeats: dict[Path, None] = {(): None}
    for schema in schemas:
        for question in schema.questions:
            if _exported(question):
                former = questions.get(question.path)
                questions[question.path] = question if former is None else _both(former, question)
                if question.repeat is not None:
                    repeats[question.repeat] = None
    return [_table(name, repeat, questions.values()) for repeat in sorted(repeats, key=len)]


def _exported(question: Question) -> bool:
    known = question.metadata is None or question.metadata in _TOLD
    return known and not question.personal and question.type != "note"


def _both(former: Question, later: Question) -> Question:
    """The later wording, in the place of the former; a type that changed is text."""
    return later if former.type == later.type else replace(later, type="string")


def _table(name: str, repeat: Path, questions: Iterable[Question]) -> Table:
    mine = [q for q in questions if (q.repeat or ()) == repeat]
    place = next((q for q in mine if q.type in _SHAPES and q.asked), None)
    head = _ENTRY if repeat else _HEAD
    taken = {field.name for field in head} | {"fid", "geom", "geometry", "bbox", "lon", "lat", "wkt", "id"}
    columns = []
    for question in mine:
        below = question.path[len(repeat) :]
        for column in _columns(question, below, is_place=question is place):
            columns.append(replace(column, field=replace(column.field, name=_free(column.field.name, taken))))
    about = f"Entries of {'/'.join(repeat)}, by `key`." if repeat else f"Submissions of {name}, each once."
    kind = Kind(
        "__".join((name, *repeat)), about, "key" if repeat else "instance_id",
        "/".join(place.path) if place else "none", (*head, *(c.field for c in columns)),
        _SHAPES[place.type] if place else None,
    )  # fmt: skip
    return Table(kind, repeat, tuple(columns), place.path[len(repeat) :] if place else None)


def _free(name: str, taken: set[str]) -> str:
    """A name that no other column has, whatever the case: databases do not tell `Day` from `day`."""
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free.lower())
    return free


def _columns(question: Question, below: Path, *, is_place: bool) -> Iterator[Column]:
    name, label = "__".join(below), question.label.get("en") or next(iter(question.label.values()), "")
    exact = question.type in _SHAPES or question.name in _EXACT
    field = Field(
        name, _TYPES.get(question.type, "text"), _about(question, label), "/".join(question.path),
        labels=question.label, choices=question.choices or {},
    )  # fmt: skip
    if question.type not in _SHAPES:
        yield Column(field, below, _READ.get(question.type, _text), exact, file=question.type == "binary")
        return
    if not is_place:
        yield Column(replace(field, about=f"{label} (WKT: longitude latitude)".strip()), below, _wkt, exact)
    if question.type == "geopoint":
        more = replace(field, type="number", unit="metres", labels={}, choices={})
        yield Column(replace(more, name=f"{name}__accuracy", about="0 or blank: unproven"), below, _accuracy, exact)
        yield Column(replace(more, name=f"{name}__altitude", about="above the ellipsoid"), below, _altitude, exact)


def _about(question: Question, label: str) -> str:
    if question.type in ("select_multiple", "rank"):
        return f"{label} (names with spaces between)"
    if question.type == "binary":
        return f"{label} (name of the file)"
    return label or ("calculated" if question.calculated else question.metadata or "")


def _at(answers: Mapping[str, Any], path: Path, read: Read) -> Any:
    value = value_at(answers, path)
    return None if value is None or value == "" else read(value)


def value_at(answers: Mapping[str, Any], path: Path) -> Any:
    value: Any = answers
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return _wkt(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _moment(value: Any) -> str | None:
    found = moment(value)
    return None if found is None else f"{found.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


_READ: Mapping[str, Read] = {
    "int": _integer, "decimal": _number, "boolean": lambda value: value if isinstance(value, bool) else None,
    "date": lambda value: str(value)[:10], "dateTime": _moment,
}  # fmt: skip


def _accuracy(value: Any) -> float | None:
    return _number((value.get("properties") or {}).get("accuracy")) if isinstance(value, dict) else None


def _altitude(value: Any) -> float | None:
    coordinates = value.get("coordinates") if isinstance(value, dict) else None
    return _number(coordinates[2]) if isinstance(coordinates, list) and len(coordinates) > 2 else None


def flat_geometry(value: Any) -> dict[str, Any] | None:
    """An answer's geometry without its heights: most tools want two numbers, and a mixture of two and three suits none."""
    if not isinstance(value, dict) or "coordinates" not in value:
        return None
    return {"type": value["type"], "coordinates": _two(value["coordinates"])}


def _two(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return tuple(round(float(number), 6) for number in coordinates[:2])
    return [_two(part) for part in coordinates]


def _wkt(value: Any) -> str:
    shape = flat_geometry(value)
    return "" if shape is None else wkt(shape)


def wkt(shape: Mapping[str, Any]) -> str:
    """Well-known text of a point, a line or an area."""
    coordinates = shape["coordinates"]
    if shape["type"] == "Point":
        return f"POINT ({_pair(coordinates)})"
    if shape["type"] == "LineString":
        return f"LINESTRING ({', '.join(map(_pair, coordinates))})"
    return f"POLYGON ({', '.join('(' + ', '.join(map(_pair, ring)) + ')' for ring in coordinates)})"


def _pair(position: Any) -> str:
    return f"{round(position[0], 6)} {round(position[1], 6)}"
