"""Lists and entities that a form asks for and this house cannot give: refused at publishing, or said to whoever does it.

The office keeps one list of entities, the deployments: `deployment_registration` makes them, `village_report` changes
them. A form that did more would be right on a phone, which does it at once, and wrong at the office, which does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath

from field_forms.faults import Rows
from field_forms.problems import Problem
from field_forms.schema import Schema

DEPLOYMENTS = "deployments"
REGISTERS, REPORTS = "deployment_registration", "village_report"
_MEDIA = re.compile(r"(media::)?(big-image|image|audio|video)(::.+)?")


def refused(rows: Rows) -> tuple[Problem, ...]:
    """Of entities: what would be right on a phone and wrong at the office. And choices of a file that pyxform makes
    beside the form, without which Collect does not open it.
    """
    return (*_outside(rows), *_entities(rows))


def _outside(rows: Rows) -> Iterator[Problem]:
    for number, row in rows.numbered("survey"):
        if (row.get("type") or "").startswith("select_one_external"):
            message = "Choices of the sheet external_choices cannot be given to phones here."
            remedy = "Put them into the sheet choices, write select_one, and keep the choice_filter."
            yield Problem("survey", number, "type", message, remedy)


def unknown_files(schema: Schema, rows: Rows, lists: Collection[str]) -> tuple[Problem, ...]:
    """`lists`: the file names that phones can be given. A form that asks for another one could not be fetched."""
    remedy = f"Take one of {', '.join(sorted(lists))}, or put the choices into the choices sheet."
    return tuple(
        Problem("survey", *_asked(rows, name), f"There is no list {name} here.", remedy)
        for name in schema.files
        if name not in lists
    )


def _asked(rows: Rows, file: str) -> tuple[int | None, str | None]:
    """The row and column that ask for a file, by its name or, as `pulldata()` does, without the ending."""
    word = re.compile(rf"(?<![\w.-]){re.escape(PurePath(file).stem)}(?![\w-])")
    found = ((n, c) for n, row in rows.numbered("survey") for c, text in row.items() if word.search(str(text)))
    named = sorted(found, key=lambda at: (at[1] not in ("type", "calculation"), at[0]))
    return named[0] if named else (None, None)


def said(rows: Rows) -> tuple[str, ...]:
    """The form may be published, and this will be missed: entities of other lists, of which the office keeps the answers
    alone, and the form's own pictures and sounds.
    """
    return (*_other_lists(rows), *_media(rows))


def _media(rows: Rows) -> Iterator[str]:
    cells = ((c, str(v)) for sheet in ("survey", "choices") for _, row in rows.numbered(sheet) for c, v in row.items())
    names = dict.fromkeys(value for column, value in cells if value and _MEDIA.fullmatch(column))
    if names:
        yield f"Phones get no pictures and sounds of a form: {', '.join(names)}. Say in words what they show."


def _other_lists(rows: Rows) -> tuple[str, ...]:
    names = dict.fromkeys(name for _, row in rows.numbered("entities") if (name := _list(row)) not in ("", DEPLOYMENTS))
    return tuple(
        f"The office keeps no list '{name}': the answers are stored, and no entity is made or changed."
        for name in names
    )


def _entities(rows: Rows) -> Iterator[Problem]:
    form = (rows.settings.get("form_id") or "").strip()
    seen = False
    for number, row in rows.numbered("entities"):
        if _list(row) != DEPLOYMENTS:
            continue
        if form not in (REGISTERS, REPORTS):
            message = f"Only {REGISTERS} makes deployments, and only {REPORTS} changes them."
            remedy = "Take this row out, and ask in this form what it needs; or choose another list_name."
            yield Problem("entities", number, "list_name", message, remedy)
        elif seen or row.get("repeat"):
            message = "A report is about one deployment; more of them, or those in a repeat, would be lost."
            yield Problem("entities", number, "repeat", message, "Leave one row, for the whole report.")
        else:
            yield from _one(form, number, row)
        seen = True


def _one(form: str, number: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """What each of the two forms may not do: make and change at once (upsert), or the other's part."""
    if form == REGISTERS and (row.get("entity_id") or row.get("update_if")):
        message = "A registration makes a deployment; it cannot change one that another registration made (upsert)."
        remedy = f"Take out entity_id and update_if. What changes is told by {REPORTS}, or by editing the registration."
        yield Problem("entities", number, "entity_id" if row.get("entity_id") else "update_if", message, remedy)
    if form == REPORTS and (row.get("create_if") or not row.get("entity_id")):
        message = f"A report cannot make a deployment (upsert): it does not ask what {REGISTERS} asks."
        remedy = (
            "Write entity_id and update_if, and no create_if. It may arrive before the registration: it waits for it."
        )
        yield Problem("entities", number, "create_if" if row.get("create_if") else "entity_id", message, remedy)


def _list(row: Mapping[str, str]) -> str:
    return (row.get("list_name") or row.get("dataset") or "").strip()
