"""Village lists as they come: CSV in any usual encoding, XLSX, a ZIP of CSVs; titles above the header, varying names.

Everything is read as a stream of rows, so a list of any length takes the same memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import python_calamine

from backend.errors import Invalid

# Our column -> the official headings seen (LGD directory downloads, Census of 2011 village directories), as `_plain`.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("villagecode", "villagelgdcode", "lgdvillagecode", "lgdcode", "code"),
    "name": ("villagenameinenglish", "villagename", "nameofvillage", "name"),
    "name_local": ("villagenameinlocal", "villagenameinlocallanguage", "villagenamelocal", "namelocal"),
    "state": ("statenameinenglish", "statename", "state", "stateut", "nameofstate"),
    "state_code": ("statecode", "statelgdcode", "lgdstatecode"),
    "state_census_code": ("statecensuscode", "statecensus2011code", "mddsstc"),
    "district": ("districtnameinenglish", "districtname", "district", "nameofdistrict"),
    "district_code": ("districtcode", "districtlgdcode", "lgddistrictcode"),
    "district_census_code": ("districtcensuscode", "districtcensus2011code", "mddsdtc"),
    "subdistrict": ("subdistrictnameinenglish", "subdistrictname", "subdistrict", "tehsil", "taluka", "tehsilname"),
    "subdistrict_code": ("subdistrictcode", "subdistrictlgdcode", "lgdsubdistrictcode"),
    "gram_panchayat": ("grampanchayatname", "grampanchayat", "gpname", "localbodynameinenglish", "localbodyname"),
    "census_code": ("census2011code", "villagecensuscode", "villagecensus2011code", "censuscode", "mddsplcn", "plcn"),
    "population": ("totalpopulationofvillage", "totalpopulation", "population", "totp"),
    "households": ("totalhouseholds", "households", "noofhouseholds", "numberofhouseholds", "nohh"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "hierarchy": ("hierarchy",),
}
# A Census directory calls its own codes plainly "State Code", "District Code", "Village Code": these tell it apart.
_CENSUS_SIGNS = {"totalpopulationofvillage", "cdblockcode", "referenceyear", "mddsstc", "totp"}
_LGD_SIGNS = {"villageversion", "villagestatus", "hierarchy", "census2011code"}
_CENSUS_MEANING = {"code": "census_code", "state_code": "state_census_code", "district_code": "district_census_code"}
# What the readers of text, archives and workbooks say of files that are not whole.
_DAMAGED = (
    UnicodeError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    python_calamine.CalamineError,
)  # fmt: skip
_LONGEST_LINE = 1024 * 1024
_HEADER_WITHIN = 30  # rows
_ENCODING_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class VillageRow(NamedTuple):
    where: str  # "line 17", or "Sheet1, row 17" or "odisha.csv, line 17"
    cells: Mapping[str, str]  # by our columns; what a list has not is absent


class Cells(NamedTuple):
    """One sheet or CSV file, before its columns are known."""

    where: str
    rows: Iterable[tuple[int, list[str]]]  # with the line or row number that a person sees


@dataclass
class Progress:
    """How much of the file was read, in bytes (CSV, ZIP) or rows (XLSX)."""

    total: int = 0
    done: int = 0
    unit: str = "B"


def read(path: Path, asked: Mapping[str, str], progress: Progress) -> Iterator[VillageRow]:
    """The rows of a list. `asked` says which heading (of theirs) one of our columns has: it goes before the known ones.

    Raises Invalid when the file cannot be read, or when a needed column is not found (the text lists those that are).
    """
    for column in asked:
        if column not in HEADINGS:
            raise Invalid(f"--map {column}=...: no such column. Ours are: {', '.join(HEADINGS)}.", where="--map")
    found_any = False
    try:
        for part in _parts(path, progress):
            for row in _rows(path, part, asked):
                found_any = True
                yield row
    except csv.Error as error:
        raise Invalid(f"{path.name} is no readable CSV: {error}", where=path.name) from error
    except _DAMAGED as error:
        text = f"{path.name} is damaged, or not what its name says ({error}). Download it again, or save it as CSV."
        raise Invalid(text, where=path.name) from error
    if not found_any:
        raise Invalid(f"{path.name} holds no village rows below its header.", where=path.name)


def _parts(path: Path, progress: Progress) -> Iterator[Cells]:
    if not path.is_file():
        raise Invalid(f"There is no file {path}.", where=str(path))
    if zipfile.is_zipfile(path):
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            yield from _sheets(path, progress)
        else:
            yield from _zipped(path, progress)
    else:
        progress.total = path.stat().st_size
        yield Cells("", _csv_rows(lambda: path.open("rb"), progress))


def _zipped(path: Path, progress: Progress) -> Iterator[Cells]:
    with zipfile.ZipFile(path) as archive:
        inside = [item for item in archive.infolist() if item.filename.lower().endswith(".csv")]
        inside = sorted((i for i in inside if not i.filename.startswith("__MACOSX")), key=lambda i: i.filename)
        if not inside:
            raise Invalid(f"{path.name} holds no CSV file.", where=path.name)
        progress.total = sum(item.file_size for item in inside)
        for item in inside:
            yield Cells(item.filename, _csv_rows(lambda item=item: archive.open(item), progress))  # type: ignore[misc]


def _sheets(path: Path, progress: Progress) -> Iterator[Cells]:
    progress.unit = " rows"
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        raise Invalid(f"{path.name} cannot be read as XLSX: {error}", where=path.name) from error
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height:
            progress.total += sheet.total_height
            yield Cells(name, _sheet_rows(sheet, progress))


def _sheet_rows(sheet: python_calamine.CalamineSheet, progress: Progress) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        progress.done += 1
        yield number, [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():  # spreadsheets keep codes as numbers
        return str(int(cell))
    return str(cell)


def _csv_rows(opened: Callable[[], IO[bytes]], progress: Progress) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(opened)
    with opened() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        lines = _lines(text)
        head = list(itertools.islice(lines, _HEADER_WITHIN))
        delimiter = max(",;\t|", key=lambda sign: max((line.count(sign) for line in head), default=0))
        reader = csv.reader(_counted(itertools.chain(head, lines), progress, encoding), delimiter=delimiter)
        for row in reader:
            yield reader.line_num, row


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """A line of a list has some hundred letters; one without an end would fill the memory."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise Invalid("A line of this file has no end. Save the list as CSV, and load that.", where="file")
        yield line


def _counted(lines: Iterable[str], progress: Progress, encoding: str) -> Iterator[str]:
    width = 2 if encoding.startswith("utf-16") else 1
    for line in lines:
        progress.done += len(line) * width  # near enough for a progress bar
        yield line


def _encoding(opened: Callable[[], IO[bytes]]) -> str:
    """UTF-8 or UTF-16 when the bytes are that throughout; else Latin-1, which reads anything."""
    with opened() as raw:
        head = raw.read(4096)
        for mark, encoding in _ENCODING_MARKS:
            if head.startswith(mark):
                return encoding
        if head.count(b"\0") > len(head) // 4:
            return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while head:
                decoder.decode(head)
                head = raw.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _rows(path: Path, part: Cells, asked: Mapping[str, str]) -> Iterator[VillageRow]:
    place = f"{part.where}, " if part.where else ""
    best: list[str] = []
    columns: dict[str, list[int]] | None = None
    for number, row in part.rows:
        if columns is None:
            found = _columns(row, asked)
            if not _missing(found):
                columns = found
            elif sum(bool(cell.strip()) for cell in row) > sum(bool(cell.strip()) for cell in best):
                best = row
            if columns is None and number >= _HEADER_WITHIN:
                break
        elif any(cell.strip() for cell in row):
            yield VillageRow(f"{place}line {number}", _cells(row, columns))
    if columns is None and best:
        raise _no_header(path, part, best, asked)


def _columns(header: list[str], asked: Mapping[str, str]) -> dict[str, list[int]]:
    """Our columns with the positions of theirs: a doubled heading has two."""
    headings = [_plain(cell) for cell in header]
    wanted = {column: (_plain(theirs),) for column, theirs in asked.items()}
    taken = {theirs for (theirs,) in wanted.values()}
    census = bool(_CENSUS_SIGNS & set(headings)) and not _LGD_SIGNS & set(headings)
    for column, known in HEADINGS.items():
        target = _CENSUS_MEANING.get(column, column) if census else column
        if column not in asked and target not in asked:
            wanted[target] = (*wanted.get(target, ()), *(name for name in known if name not in taken))
    positions = {
        column: [i for name in names for i, h in enumerate(headings) if h == name] for column, names in wanted.items()
    }
    return {column: at for column, at in positions.items() if at}


def _missing(columns: Mapping[str, object]) -> list[str]:
    needed = {
        "code (or census_code)": {"code", "census_code"},
        "name": {"name"},
        "state (or state_code, state_census_code, hierarchy)": {
            "state",
            "state_code",
            "state_census_code",
            "hierarchy",
        },
    }
    return [label for label, any_of in needed.items() if not any_of & set(columns)]


def _no_header(path: Path, part: Cells, best: list[str], asked: Mapping[str, str]) -> Invalid:
    missing = ", ".join(_missing(_columns(best, asked)))
    found = ", ".join(repr(cell.strip()) for cell in best if cell.strip())
    where = f"{path.name} {part.where}".strip()
    return Invalid(
        f"{where}: no column found for {missing}. The columns found are: {found}. "
        f'Say which is which with --map, for example: --map code="Village Code" name="Village Name".',
        code="missing_column",
        where=where,
    )


def _cells(row: list[str], columns: Mapping[str, list[int]]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, positions in columns.items():
        texts = (" ".join(row[i].split()) for i in positions if i < len(row))
        cells[column] = next((text for text in texts if text), "")
    for column, name in parse_hierarchy(cells.pop("hierarchy", "")).items():
        cells[column] = cells.get(column) or name
    return cells


def parse_hierarchy(text: str) -> dict[str, str]:
    """`X(Sub-District) / Y(District) / Z(State)` -> {"subdistrict": X, "district": Y, "state": Z}."""
    levels = {"subdistrict": "subdistrict", "district": "district", "state": "state"}
    found: dict[str, str] = {}
    for match in re.finditer(r"([^/].*?)\s*\(\s*(sub-?\s?district|district|state)\s*\)\s*(?:/|$)", text, re.IGNORECASE):
        found[levels[_plain(match.group(2))]] = match.group(1).strip(" /")
    return found
