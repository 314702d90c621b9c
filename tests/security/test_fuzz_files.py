"""Forms and village lists of any content: read, or refused in words of ours that say where; never a fault of ours."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from backend.errors import GramReachError
from backend.registry.models import Village
from backend.registry.village_files import HEADINGS
from backend.registry.village_import import load_villages
from field_forms.compile import FormError, compile_form
from tests.integration.world import World
from tests.soak import examples

Sheet = list[list[str]]
SHEETS = ("survey", "choices", "settings", "entities", "Survey", "notes", "osm")
COLUMNS = (
    "type", "name", "label", "label::English (en)", "label::hi", "hint", "relevant", "constraint", "constraint_message",
    "calculation", "required", "choice_filter", "appearance", "parameters", "default", "list_name", "form_id", "version",
    "bind::type", "bind::gram:personal", "bind::gram:renamed_from", "namespaces", "save_to", "entity_id", "repeat_count",
    "media::image", "body::x", "instance::y", "::", "label::", "form_title", "trigger", "dataset",
)  # fmt: skip
CELLS = (
    "", "text", "integer", "select_one a", "select_multiple a", "select_one_from_file villages.csv", "select_one", "rank a",
    "begin group", "end group", "begin repeat", "end repeat", "begin_repeat", "geopoint", "image", "note", "calculate",
    "start", "deviceid", "a", "b", "a b", "1a", "data", "meta", "${a}", "${b", "${}", ". > ${a}", "concat(", "position(..)",
    "count(${a})", "yes", "no", "true()", "x", "gram=\"urn:gramreach:xforms\"", "search('a')", "indexed-repeat(${a}, ${a}, 1)",
    "<b>", "&amp;", "]]>", "=1+1", "a" * 300, "\u0939\u093f\u0928\u094d\u0926\u0940", "max-pixels=x", "randomize=true", "\u200b",
)  # fmt: skip
NUMBERS = (
    "0",
    "-1",
    "1e999",
    "nan",
    "12.5",
    "74,93",
    "91",
    "000123",
    "123456789012345678901234567890",
    "\u0967\u0968",
    " ",
    "na",
)

cell = st.one_of(st.sampled_from(CELLS), st.text(max_size=12))
# Not made smaller: what fails is printed as it is, and a shrinking search over files would take minutes.
quick = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    derandomize="SEED" not in os.environ, database=None,
)  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> dict[str, Sheet]:
    """Sheets with headings that forms have, and cells that they have elsewhere."""
    book: dict[str, Sheet] = {"survey": [], "settings": [["form_id", "version"], ["x", "1"]]}
    for name in ("survey", *draw(st.lists(st.sampled_from(SHEETS[1:]), max_size=3, unique=True))):
        header = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=6))
        header = ["type", "name", "label", *header] if name == "survey" else header
        rows = st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), min_size=1, max_size=6)
        book[name] = [header, *draw(rows)]
    return book


def xlsx(book: dict[str, Sheet]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for name, rows in book.items():
        sheet = made.create_sheet(name)
        for row in rows:
            try:
                sheet.append(row)
            except IllegalCharacterError:
                continue
    made.save(out)
    return out.getvalue()


def markdown(book: dict[str, Sheet]) -> bytes:
    """As it may be typed: cells with strokes and line ends of their own among them."""
    lines = [
        f"| {name} |\n" + "\n".join("| | " + " | ".join(row) + " |" for row in rows) for name, rows in book.items()
    ]
    return "\n\n".join(lines).encode("utf-8", "surrogatepass")


def comma_separated(rows: Sheet) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def damaged(content: bytes, hits: Sequence[tuple[int, int]]) -> bytes:
    found = bytearray(content)
    for place, value in hits:
        found[place % len(found)] = value
    return bytes(found)


hits = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=8)


def compiled(source: bytes, name: str) -> None:
    try:
        compile_form(source, name, validate=False)
    except FormError as error:
        refused = error
    else:
        return
    assert refused.problems
    for problem in refused.problems:
        assert problem.message.strip()
        assert "Traceback" not in problem.message


@settings(quick, max_examples=examples(80))
@given(book=books(), write=st.sampled_from([xlsx, markdown]), hits=st.one_of(st.just([]), hits))
def test_a_form_of_any_cells_compiles_or_is_refused_in_words(
    book: dict[str, Sheet], write: Callable[[dict[str, Sheet]], bytes], hits: list[tuple[int, int]]
) -> None:
    compiled(damaged(write(book), hits), "form.xlsx" if write is xlsx else "form.md")


@settings(quick, max_examples=examples(60))
@given(source=st.binary(max_size=300), suffix=st.sampled_from([".md", ".xlsx", ".csv", ".xls", ""]))
@example(source=b"PK\x03\x04", suffix=".xlsx")
@example(source=b"\xff\xfe| survey |", suffix=".md")
def test_bytes_of_any_kind_are_no_form(source: bytes, suffix: str) -> None:
    compiled(source, f"form{suffix}")


known = sorted({name for names in HEADINGS.values() for name in names})


@st.composite
def lists(draw: st.DrawFn) -> Sheet:
    header = ["Village Code", "Village Name", "State Name", *draw(st.lists(st.sampled_from(known), max_size=6))]
    header = draw(st.one_of(st.just(header), st.permutations(header), st.lists(st.text(max_size=8), max_size=5)))
    value = st.one_of(
        st.sampled_from(NUMBERS), st.sampled_from(["Karnataka", "Udupi", "29", "560"]), st.text(max_size=20)
    )
    titles = draw(st.lists(st.lists(st.text(max_size=10), max_size=3), max_size=2))
    return [*titles, header, *draw(st.lists(st.lists(value, max_size=len(header) + 2), max_size=8))]


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("one.csv", content)
    return out.getvalue()


WRITERS: dict[str, Callable[[Sheet], bytes]] = {
    ".csv": comma_separated,
    ".zip": lambda rows: zipped(comma_separated(rows)),
    ".xlsx": lambda rows: xlsx({"Sheet1": rows}),
}


@pytest.mark.django_db
def test_a_village_list_of_any_content_is_loaded_or_refused_in_words(world: World) -> None:
    before = set(Village.objects.values_list("code", "name", "lat", "lon"))

    @settings(quick, max_examples=examples(80))
    @given(rows=lists(), suffix=st.sampled_from(sorted(WRITERS)), hits=st.one_of(st.just([]), hits))
    def run(rows: Sheet, suffix: str, hits: list[tuple[int, int]]) -> None:
        load(damaged(WRITERS[suffix](rows), hits), suffix)

    @settings(quick, max_examples=examples(60))
    @given(content=st.binary(max_size=300), suffix=st.sampled_from([*WRITERS, ".xls", ""]))
    @example(content=b"PK\x03\x04", suffix=".zip")
    def run_bytes(content: bytes, suffix: str) -> None:
        load(content, suffix)

    run()
    run_bytes()
    assert before <= set(Village.objects.values_list("code", "name", "lat", "lon"))


def load(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(content)
        try:
            loaded = load_villages(path, rejects=Path(folder) / "rejects.csv")
        except GramReachError as error:
            refused = error
        else:
            assert loaded.rows >= loaded.rejected
            return
    assert refused.detail.strip()
