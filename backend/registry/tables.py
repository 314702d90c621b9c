"""The registry's CSV files: which columns each has, and how a row becomes one of the database. Faults name their place."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models

from backend.errors import Invalid
from backend.registry.models import (
    Adoption,
    CatchmentVillage,
    Centre,
    CentreSite,
    Cluster,
    District,
    State,
    Technology,
    Theme,
    Track,
    Village,
)

_DEGREES = {"lat": (6.0, 37.5), "lon": (68.0, 97.6)}
SOURCED = ("source", "verified", "illustrative")


@dataclass(frozen=True)
class Table:
    """One CSV file. `one` and `many` are columns that name rows of other tables (`many`: several, with `;` between)."""

    file: str
    model: type[models.Model]
    key: tuple[str, ...]
    plain: tuple[str, ...]
    one: Mapping[str, type[models.Model]] = field(default_factory=dict)
    many: Mapping[str, type[models.Model]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()  # columns that other readers of the file want
    may_add: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.plain, *self.one, *self.many)


_PERIOD = ("active_from", "active_to")
TABLES = (
    Table("states.csv", State, ("slug",), ("slug", "name_local", *SOURCED), unused=("aliases",), may_add=False),
    Table("themes.csv", Theme, ("slug",), ("slug", "name", "name_hi", *SOURCED)),
    Table("tracks.csv", Track, ("slug",), ("slug", "name", *SOURCED)),
    Table(
        "clusters.csv",
        Cluster,
        ("slug",),
        ("slug", "name", "short_name", "city", "lat", "lon", "letters", "colour", "site", *SOURCED),
        one={"state": State},
        many={"states_served": State, "themes": Theme},
    ),
    Table(
        "centres.csv",
        Centre,
        ("slug",),
        (
            *("slug", "name", "short_name", "kind", "phase", "partners", "mandate_min", "mandate_max", "radius_km"),
            *(*_PERIOD, *SOURCED),
        ),
        one={"parent": Centre},
        many={"states_served": State},
    ),
    Table(
        "centre_sites.csv",
        CentreSite,
        ("centre", "name"),
        ("name", "lat", "lon", *_PERIOD, *SOURCED),
        one={"centre": Centre, "state": State, "district": District},
    ),
    Table(
        "technologies.csv",
        Technology,
        ("slug",),
        (
            *("slug", "name", "name_hi", "origin_kind", "trl", "season_months", "revisit_days", "provider", "contact"),
            *SOURCED,
        ),
        one={"origin_cluster": Cluster, "origin_centre": Centre},
        many={"clusters": Cluster, "themes": Theme, "tracks": Track},
    ),
    Table(
        "adoptions.csv",
        Adoption,
        ("technology", "agency", "stage"),
        ("agency", "stage", "date", "evidence", *SOURCED),
        one={"technology": Technology},
    ),
    Table(
        "catchments.csv",
        CatchmentVillage,
        ("centre", "village", "since"),
        ("since", "until", "reason", "illustrative"),
        one={"centre": Centre, "village": Village},
    ),
)


@dataclass(frozen=True)
class Row:
    file: str
    line: int
    cells: Mapping[str, str]

    def fault(self, column: str, what: str) -> Invalid:
        where = f"{self.file}, line {self.line}" + (f", column {column}" if column else "")
        return Invalid(f"{where}: {what}", code="bad_registry_row", where=where)


def read(folder: Path, table: Table) -> Iterator[Row]:
    """The rows of a table's file; raises Invalid when its columns are not the table's, or a row is too long."""
    try:
        text = (folder / table.file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Row(table.file, 1, {}).fault("", "not UTF-8. Save it as `CSV UTF-8` in the spreadsheet.") from error
    with io.StringIO(text, newline="") as file:
        reader = csv.DictReader(file)
        header = [name.strip() for name in reader.fieldnames or []]
        _check_header(table, header)
        reader.fieldnames = header
        for cells in reader:
            row = Row(table.file, reader.line_num, {k: (v or "").strip() for k, v in cells.items() if k is not None})
            if None in cells:
                raise row.fault("", "more cells than columns. Put a text that holds commas in double quotes.")
            yield row


def _check_header(table: Table, header: list[str]) -> None:
    row = Row(table.file, 1, {})
    known = (*table.columns, *table.unused)
    for name in header:
        if name not in known:
            raise row.fault(name, f"no such column. The columns are: {', '.join(known)}.")
    for name in table.key:
        if name not in header:
            raise row.fault(name, f"the column is missing. The first line of the file names: {', '.join(known)}.")


def save(table: Table, row: Row) -> bool:
    """Write one row over the database row of the same key; True when it is new. Raises Invalid, naming the column."""
    references = {column: _reference(row, column, model) for column, model in table.one.items() if column in row.cells}
    lists = {column: _references(row, column, model) for column, model in table.many.items() if column in row.cells}
    key = {name: references[name] if name in references else _value(table, row, name) for name in table.key}
    found = table.model._default_manager.filter(**key).first()
    if found is None and not table.may_add:
        raise row.fault(table.key[0], f"unknown: {row.cells[table.key[0]]!r}. This file adds no rows, only details.")
    target = found or table.model()
    for name in (name for name in table.plain if name in row.cells):
        setattr(target, name, _value(table, row, name))
    for name, other in references.items():
        setattr(target, name, other)
    _validate(target, row, new=found is None)
    target.save()
    for name, others in lists.items():
        getattr(target, name).set(others)
    return found is None


def _value(table: Table, row: Row, name: str) -> Any:
    """A cell as its field wants it; an empty one is the field's default, or null where that is allowed."""
    column = cast("models.Field[Any, Any]", table.model._meta.get_field(name))
    cell = row.cells.get(name, "")
    if not cell:
        return None if column.null else column.get_default()
    if isinstance(column, models.BooleanField):
        if cell.lower() not in {"yes", "no"}:
            raise row.fault(name, f"{cell!r} is neither yes nor no.")
        return cell.lower() == "yes"
    try:
        value = column.to_python(cell)
    except ValidationError as error:
        raise row.fault(name, " ".join(error.messages)) from error
    if name in _DEGREES and not _DEGREES[name][0] <= value <= _DEGREES[name][1]:
        raise row.fault(name, f"{cell} degrees is not in India. Are lat and lon exchanged?")
    return value


def _reference(row: Row, column: str, model: type[models.Model]) -> models.Model | None:
    cell = row.cells[column]
    return _references(row, column, model)[0] if cell else None


def _references(row: Row, column: str, model: type[models.Model]) -> list[models.Model]:
    name = "code" if model is Village else "slug"
    wanted = [part.strip() for part in row.cells[column].split(";") if part.strip()]
    found = {getattr(other, name): other for other in model._default_manager.filter(**{f"{name}__in": wanted})}
    for slug in wanted:
        if slug not in found:
            raise row.fault(column, f"no {model._meta.verbose_name} {slug!r}.{_suggestion(slug, model, name)}")
    return [found[slug] for slug in wanted]


def _suggestion(slug: str, model: type[models.Model], name: str) -> str:
    slugs = [str(value) for value in model._default_manager.order_by(name).values_list(name, flat=True)[:2000]]
    near = difflib.get_close_matches(slug, slugs, n=3)
    return f" Did you mean {' or '.join(near)}?" if near else " Load the file that lists it first."


def _validate(target: models.Model, row: Row, *, new: bool) -> None:
    try:
        target.clean_fields()
        target.validate_unique()
        target.validate_constraints()
    except ValidationError as error:
        column, messages = next(iter(error.message_dict.items()))
        named = "" if column == "__all__" else column
        raise row.fault(named, f"{' '.join(messages)} Mend the cell and load again; nothing was changed.") from error
