"""XLSX: XlsxWriter keeps one row in memory and the rest in temporary files. A sheet for each table, and one that says what
the columns are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backend.exports.fields import Field, Kind
from backend.exports.rows import Row
from backend.exports.sources import Source
from backend.exports.tables import FORMULA, headings, spot

MOST_ROWS = 1_048_575  # of one sheet, below its headings
LONGEST = 32_767  # letters of a cell
CUT = " [cut off: see the CSV]"
_NAME = 31  # letters of a sheet's name
_WIDTHS = {"text": 18, "integer": 11, "number": 11, "boolean": 9, "date": 11, "datetime": 19}


def workbook(source: Source, path: Path) -> None:
    options = {
        "constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": True,
    }  # fmt: skip
    with Workbook(str(path), options) as book:
        book.use_zip64()
        sheets = _Sheets(book)
        for part in source.parts:
            sheets.table(part.kind, part.rows())
        sheets.about(source)


class _Sheets:
    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True})
        self.quoted = book.add_format({"quote_prefix": True})  # stays a text, also when the cell is edited
        self.formats: dict[str, Format | None] = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        self.names: set[str] = set()

    def table(self, kind: Kind, chunks: Iterable[list[Row]]) -> None:
        """Over as many sheets as it takes."""
        rows = (row for chunk in chunks for row in chunk)
        left = self._fill(self._sheet(kind.name, kind), kind, rows, next(rows, None))
        number = 2
        while left is not None:
            left = self._fill(self._sheet(f"{kind.name} {number}", kind), kind, rows, left)
            number += 1

    def _sheet(self, name: str, kind: Kind) -> Worksheet:
        sheet = self.book.add_worksheet(self._free(name))
        for column, field in enumerate((*kind.fields, *_place_fields(kind))):
            sheet.set_column(column, column, _WIDTHS[field.type], self.formats.get(field.type))
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, headings(kind), self.bold)
        return sheet

    def _fill(self, sheet: Worksheet, kind: Kind, rows: Iterator[Row], row: Row | None) -> Row | None:
        """`row` and those after it; returns the first that the sheet has no room for."""
        fields = (*kind.fields, *_place_fields(kind))
        for line in range(1, MOST_ROWS + 1):
            if row is None:
                return None
            _, place, values = row
            for column, (field, value) in enumerate(zip(fields, (*values, *spot(kind, place)), strict=True)):
                if value is not None:
                    self._write(sheet, line, column, field, value)
            row = next(rows, None)
        return row

    def _write(self, sheet: Worksheet, line: int, column: int, field: Field, value: Any) -> None:
        if field.type == "text":
            text = str(value)
            text = text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
            sheet.write_string(line, column, text, self.quoted if text.startswith(FORMULA) else None)
        elif field.type == "boolean":
            sheet.write_boolean(line, column, value)
        elif field.type in self.formats:
            moment = dt.datetime.fromisoformat(value.removesuffix("Z"))
            sheet.write_datetime(line, column, moment, self.formats[field.type])
        else:
            sheet.write_number(line, column, value)

    def about(self, source: Source) -> None:
        """What the columns are, with the questions in each language of the form; and what the file is."""
        kinds = [part.kind for part in source.parts]
        languages = sorted({name for kind in kinds for field in kind.fields for name in field.labels})
        sheet = self.book.add_worksheet(self._free("Columns"))
        sheet.set_column(0, 1, 22)
        sheet.set_column(4, 5 + len(languages), 50)
        sheet.write_row(0, 0, ("table", "column", "type", "unit", "is", *languages), self.bold)
        described = [(kind.name, field) for kind in kinds for field in (*kind.fields, *_place_fields(kind))]
        for line, (table, field) in enumerate(described, 1):
            words = [field.labels.get(language, "") for language in languages]
            for column, text in enumerate((table, field.name, field.type, field.unit, field.about, *words)):
                sheet.write_string(line, column, text)
        sheet = self.book.add_worksheet(self._free("About"))
        sheet.set_column(0, 1, 40)
        for line, (name, value) in enumerate(source.about.items()):
            sheet.write_string(line, 0, name, self.bold)
            sheet.write_string(line, 1, str(value))

    def _free(self, name: str) -> str:
        short, number = name[:_NAME], 2
        while short.lower() in self.names:
            tail = f"~{number}"
            short, number = name[: _NAME - len(tail)] + tail, number + 1
        self.names.add(short.lower())
        return short


def _place_fields(kind: Kind) -> tuple[Field, ...]:
    if kind.shape is None:
        return ()
    if kind.shape == "Point":
        return Field("lon", "number", "longitude", unit="degrees"), Field("lat", "number", "latitude", unit="degrees")
    return (Field("wkt", "text", "the shape, as well-known text: longitude latitude"),)
