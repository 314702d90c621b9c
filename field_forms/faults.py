"""Turns what pyxform and ODK Validate say into sheet, row, column and remedy; and finds the faults they let pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from field_forms.problems import Problem
from field_forms.schema import Schema

_ROW = re.compile(r"^\[row : (\d+)\]\s*")
_SHEET = re.compile(r"^On the '(\w+)' sheet, the '([^']+)' value(?: '([^']*)')? is invalid\.\s*")
_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_NODE = re.compile(r"/data((?:/[\w.\-]+)+)")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# Lines of ODK Validate that say nothing about the form.
_NOISE = (">>", "Caused by:", "... ")
# pyxform's header is row 1, so its first row of content is row 2.
_FIRST_ROW = 2

# (what the message says, column, what to do)
_REMEDIES: tuple[tuple[re.Pattern[str], str | None, str], ...] = (
    (re.compile(r"Could not find the name '([^']*)'"), None, "Correct the name in ${{...}}, or add a question '{0}'."),
    (
        re.compile(r"Unknown question type '([^']*)'"),
        "type",
        "Write a type that XLSForm knows, such as integer or text.",
    ),
    (re.compile(r"named '([^']*)' has no label or hint"), "label", "Write the question's words under label."),
    (re.compile(r"Unmatched 'begin_(\w+)'"), "type", "Add the row 'end {0}' where it should close."),
    (re.compile(r"Unmatched 'end_(\w+)'"), "type", "Delete this row, or add the row 'begin {0}' where it should open."),
    (re.compile(r"must be unique"), "name", "Give one of the two another name."),
    (
        re.compile(r"Names must begin with a letter"),
        "name",
        "Write the name with letters, digits and _ only, no spaces.",
    ),
    (re.compile(r"[Ll]ist name not in choices sheet: (\S+)"), "type", "Add the list '{0}' to the choices sheet."),
    (re.compile(r"choices sheet"), "type", "Add a choices sheet with list_name, name and label for this question."),
    (re.compile(r"[Cc]ycle"), None, "Break the circle: one of them must not refer to the other, nor to itself."),
    (re.compile(r"cannot handle function '([^']*)'"), None, "Correct '{0}': the function's name, or what it is given."),
    (
        re.compile(r"Bad node|invalid \w+ expression"),
        None,
        "Correct the expression: a sign, bracket or value is missing.",
    ),
)
_OTHER_REMEDY = "Correct this place in the sheet and compile again."


@dataclass(frozen=True)
class Rows:
    """The sheets as dicts of text, row by row; finds the row of a question."""

    sheets: Mapping[str, Sequence[Mapping[str, str]]]

    @property
    def settings(self) -> Mapping[str, str]:
        rows = self.sheets.get("settings") or ({},)
        return rows[0]

    def numbered(self, sheet: str) -> Iterable[tuple[int, Mapping[str, str]]]:
        return enumerate(self.sheets.get(sheet, ()), start=_FIRST_ROW)

    def row_of(self, value: str, column: str = "name", sheet: str = "survey") -> int | None:
        matches = (number for number, row in self.numbered(sheet) if (row.get(column) or "").strip() == value)
        return next(matches, None)

    def locate(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The same problems with the row of the question that their message names first, if there is one."""
        return tuple(
            replace(problem, row=self.row_of(match.group(1)))
            if problem.row is None and (match := re.match(r"'([^']+)'", problem.message))
            else problem
            for problem in problems
        )


def _remedy(message: str) -> tuple[str | None, str]:
    for pattern, column, remedy in _REMEDIES:
        if match := pattern.search(message):
            return column, remedy.format(*match.groups())
    return None, _OTHER_REMEDY


def from_pyxform(message: str, rows: Rows) -> Problem:
    """pyxform stops at the first fault, so there is one problem for a message."""
    row: int | None = None
    sheet: str | None = "survey"
    column: str | None = None
    text = message
    if match := _ROW.match(text):
        row, text = int(match.group(1)), text[match.end() :]
    if match := _SHEET.match(text):
        sheet, column = match.group(1), match.group(2)
        text = (f"'{match.group(3)}': " if match.group(3) else "") + text[match.end() :]
    usual_column, remedy = _remedy(message)
    if row is None:
        row = _named_row(message, rows)
    return Problem(sheet, row, column or usual_column, text.strip(), remedy)


def _named_row(message: str, rows: Rows) -> int | None:
    if match := re.search(r"Unknown question type '([^']*)'", message):
        return rows.row_of(match.group(1), column="type")
    if match := re.search(r"List name not in choices sheet: (\S+)", message):
        lists = (number for number, row in rows.numbered("survey") if match.group(1) in (row.get("type") or "").split())
        return next(lists, None)
    if match := re.search(r"named '([^']*)'", message):
        return rows.row_of(match.group(1))
    if "choices sheet" in message:
        selects = (number for number, row in rows.numbered("survey") if (row.get("type") or "").startswith("select"))
        return next(selects, None)
    return None


def from_crash(error: Exception) -> Problem:
    message = f"The form could not be compiled ({type(error).__name__}: {error})."
    remedy = "Check the column headers: only label, hint and messages are written as label::English (en)."
    return Problem("survey", 1, None, message, remedy)


def from_validate(message: str, rows: Rows) -> tuple[Problem, ...]:
    """One problem for each question that ODK Validate names; one without a row when it names none."""
    if not message:
        return ()
    reasons = message.partition("The following files failed")[0]
    lines = [re.sub(r"^[\w.]+(?:Exception|Error): ", "", line).strip() for line in reasons.splitlines()]
    told = dict.fromkeys(line for line in lines if line and not line.startswith(_NOISE))
    words = re.sub(r"org\.javarosa\S+", "", " ".join(told))
    column, remedy = _remedy(words)
    names = list(dict.fromkeys(path.rpartition("/")[2] for path in _NODE.findall(words)))
    text = _NODE.sub(lambda match: "${" + match.group(1).rpartition("/")[2] + "}", words)
    text = re.sub(r"(\$\{[^}]+\})\[\d+\]", r"\1", text)
    column = column or _expression_column(words)
    found = tuple(Problem("survey", rows.row_of(name), column, text, remedy) for name in names if rows.row_of(name))
    return found or (Problem("survey", None, column, text, remedy),)


def _expression_column(message: str) -> str | None:
    for word, column in (("constraint", "constraint"), ("Calculate", "calculation"), ("Constraint", "constraint")):
        if word in message:
            return column
    return "relevant" if re.search("elevan|Condition expression", message) else None


def before_compiling(rows: Rows) -> tuple[Problem, ...]:
    """Faults of the sheets themselves: encryption, missing identity, a personal mark that would be lost."""
    settings, problems = rows.settings, []
    if settings.get("public_key") or settings.get("submission_url"):
        column = "public_key" if settings.get("public_key") else "submission_url"
        problems.append(
            Problem(
                "settings",
                _FIRST_ROW,
                column,
                "The form wants its reports encrypted on the phone or sent elsewhere; nobody here could read them."
                if column == "public_key"
                else "The form wants its reports sent to another server.",
                f"Delete the {column}. Mark personal answers with bind::gram:personal: they are kept apart, encrypted.",
            )
        )
    for column in ("form_id", "version"):
        if not (settings.get(column) or "").strip():
            message = f"The form has no {column}."
            problems.append(
                Problem(
                    "settings",
                    _FIRST_ROW,
                    column,
                    message,
                    f"Write one under {column}, for example "
                    + ("village_report." if column == "form_id" else "2026112201."),
                )
            )
        elif not _NAME.fullmatch(settings[column].strip()):
            message = f"'{settings[column]}' cannot be a {column}: it stands in addresses."
            remedy = "Write up to 64 letters, digits and the signs _ - . : only, no spaces."
            problems.append(Problem("settings", _FIRST_ROW, column, message, remedy))
    return tuple(problems) + _gram_columns(rows)


def _gram_columns(rows: Rows) -> tuple[Problem, ...]:
    marked = [
        (number, row) for number, row in rows.numbered("survey") if any(key.startswith("bind::gram:") for key in row)
    ]
    problems = []
    if marked and 'gram="urn:gramreach:xforms"' not in (rows.settings.get("namespaces") or ""):
        message = "Columns bind::gram:... are used, but their namespace is not declared."
        remedy = 'Write gram="urn:gramreach:xforms" under namespaces.'
        problems.append(Problem("settings", _FIRST_ROW, "namespaces", message, remedy))
    column = "bind::gram:personal"
    for number, row in marked:
        if row.get(column, "yes") not in ("yes", "no"):
            message = f"'{row[column]}' says neither that the answer is personal nor that it is not."
            problems.append(Problem("survey", number, column, message, "Write yes, or leave it empty."))
    return tuple(problems)


def after_compiling(schema: Schema, rows: Rows) -> tuple[Problem, ...]:
    """Personal answers must not leak: whatever is worked out of one would lie readable in the stored report."""
    personal = {question.name for question in schema.questions if question.personal}
    problems = []
    for sheet, column in (("survey", "calculation"), ("settings", "instance_name"), ("entities", "label")):
        for number, row in rows.numbered(sheet):
            leaked = personal & set(_REFERENCE.findall(row.get(column) or ""))
            if leaked and row.get("name") not in personal:
                problems.append(_leak(sheet, number, column, min(leaked)))
    for question in schema.questions:
        if question.personal and question.save_to:
            problems.append(_leak("survey", rows.row_of(question.name), "save_to", question.name))
    return tuple(problems)


def _leak(sheet: str, row: int | None, column: str, name: str) -> Problem:
    message = f"The personal answer '{name}' is used here and would be readable outside of its lock."
    return Problem(sheet, row, column, message, "Take it out, or mark this question bind::gram:personal too.")
