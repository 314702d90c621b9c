"""The same rows in every format, as openpyxl, GDAL, pyarrow and geopandas read them back."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import orjson
import pyarrow.parquet as pq
import pyogrio
import pytest
from django.core.management import CommandError, call_command

from backend.exports import xlsx
from backend.exports.fields import KINDS
from backend.submissions.publishing import publish
from tests.integration.exports import reading
from tests.integration.exports.conftest import Send, body, with_token
from tests.integration.world import World

SURVEY = """
| settings |
| | form_title | form_id | version | namespaces |
| | Wells | wells | 1 | gram="urn:gramreach:xforms" |
| survey |
| | type | name | label::English (en) | label::Hindi (hi) | bind::gram:personal |
| | begin group | place | Place | जगह | |
| | geopoint | position | Where? | कहाँ? | |
| | end group | | | | |
| | text | keeper | Who keeps it? | कौन देखता है? | yes |
| | select_multiple use | use | What for? | किस काम में? | |
| | date | day | Which day? | किस दिन? | |
| | dateTime | moment | When? | कब? | |
| | begin repeat | well | Well | कुआँ | |
| | geopoint | spot | Where is it? | कहाँ है? | |
| | decimal | depth | How deep? | कितना गहरा? | |
| | begin repeat | reading | Reading | माप | |
| | integer | level | Level | स्तर | |
| | text | reader | Read by | किसने पढ़ा | yes |
| | end repeat | | | | |
| | end repeat | | | | |
| | geoshape | field | Which field? | कौन-सा खेत? | |
| choices |
| | list_name | name | label::English (en) | label::Hindi (hi) |
| | use | drink | To drink | पीने |
| | use | fields | For fields | खेत |
"""


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat, 612.5], "properties": {"accuracy": 4.5}}


ANSWERS = {
    "place": {"position": point(74.93, 13.18)},
    "keeper": "Sita Devi",
    "use": ["drink", "fields"],
    "day": "2026-11-01",
    "moment": "2026-11-01T10:00:00.000+05:30",
    "well": [
        {"spot": point(74.9301, 13.1801), "depth": 12.5, "reading": [{"level": 3, "reader": "Gita"}, {"level": 4}]},
        {"depth": 7.0},
    ],
    "field": {"type": "Polygon", "coordinates": [[[74.9, 13.1], [74.91, 13.1], [74.91, 13.11], [74.9, 13.1]]]},
}


@pytest.fixture
def lived(world: World, send: Send, deployment: Any) -> World:
    uuid = deployment(hamlet="=1+1", user_agency='Sugar "works", Udupi')
    send(
        world.report(
            uuid, "uuid:r1", working=2, defective=0, broken=1, units_in_use=1, cost=1200.5, remarks="कुआँ & <ok>"
        )
    )
    send(world.report(uuid, "uuid:r2", visit_date="2026-11-02", position=None))
    send(world.filled("village_need", "uuid:n1", need="@mend the\ncheck dam", households=40))
    send(world.filled("training_event", "uuid:t1", topic="Repair", trained=12, first_time=3, women=7, men=5))
    return world


@pytest.fixture
def wells(world: World, send: Send) -> str:
    publish(SURVEY.encode(), "wells.md", validate=False)
    return send({"form_id": "wells", "version": "1", "instance_id": "uuid:w1", "answers": ANSWERS})


def written(tmp_path: Path, kind: str, form: str, *more: str) -> Path:
    out = tmp_path / f"{kind}.{'parquet' if form == 'geoparquet' else form}"
    call_command("export", kind, "--format", form, "--out", str(out), *more)
    return out


@pytest.mark.parametrize("form", reading.READERS)
def test_every_kind_reads_back_as_it_is_in_geojson(lived: World, tmp_path: Path, form: str) -> None:
    for name, kind in KINDS.items():
        told = reading.geojson(written(tmp_path, name, "geojson"), kind)
        found = reading.READERS[form](written(tmp_path, name, form), kind)
        assert len(told) > 0
        if form == "csv":  # its own way with what a spreadsheet would run
            told = [{key: f"'{v}" if str(v)[:1] in "=@" and v else v for key, v in row.items()} for row in told]
        if form == "fgb":  # in the order of its index
            told, found = (sorted(rows, key=lambda row: str(row[kind.id])) for rows in (told, found))
        assert found == told, name


def test_geoparquet_says_what_version_1_1_asks_for(lived: World, tmp_path: Path) -> None:
    file = pq.ParquetFile(written(tmp_path, "reports", "geoparquet"))
    geo = orjson.loads(file.metadata.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["bbox"] == [74.93, 13.18, 74.93, 13.18]
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    frame = geopandas.read_parquet(tmp_path / "reports.parquet", bbox=(74, 13, 75, 14))
    assert list(frame["instance_id"]) == ["uuid:r1"]
    assert frame.crs.equals("OGC:CRS84")


def test_a_workbook_runs_nothing_and_describes_its_columns(lived: World, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, "needs", "xlsx"))
    cells = [cell for row in book["needs"].iter_rows() for cell in row]
    risky = next(cell for cell in cells if str(cell.value).startswith("@"))
    assert (risky.data_type, risky.quotePrefix) == ("s", True)
    assert not any(cell.data_type == "f" for cell in cells)
    described = {row[1] for row in book["Columns"].iter_rows(values_only=True)}
    assert {*KINDS["needs"].names, "lon", "lat"} <= described
    assert ("rule", "all_but_rejected") in set(book["About"].iter_rows(values_only=True))


def test_a_table_too_long_for_a_sheet_goes_on_in_the_next(
    lived: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    book = openpyxl.load_workbook(written(tmp_path, "villages", "xlsx"))
    assert book.sheetnames[:2] == ["villages", "villages 2"]
    assert [row[0] for name in book.sheetnames[:2] for row in book[name].iter_rows(values_only=True)] == [
        "village", "demo:0", "demo:1", "village", "demo:2",
    ]  # fmt: skip
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    assert "villages 2" not in openpyxl.load_workbook(written(tmp_path, "villages", "xlsx")).sheetnames


def test_any_form_is_exported_without_its_personal_answers(wells: str, tmp_path: Path) -> None:
    (row,) = reading.geojson(written(tmp_path, "submissions", "geojson", "--form", "wells"), KINDS["reports"])
    assert row["instance_id"] == wells
    assert (row["use"], row["day"], row["moment"]) == ("drink fields", "2026-11-01", "2026-11-01T04:30:00Z")
    assert (row["place__position__accuracy"], row["place__position__altitude"]) == (4.5, 612.5)
    assert row[reading.PLACE] == (74.93, 13.18)
    assert row["field"].startswith("POLYGON ((74.9 13.1, ")
    assert not {"keeper", "deviceid", "username"} & set(row)


def test_repeats_are_tables_of_their_own_linked_by_key_with_their_places(wells: str, tmp_path: Path) -> None:
    tables = ("--form", "wells", "--tables")
    with zipfile.ZipFile(written(tmp_path, "submissions", "csv", *tables)) as archive:
        assert archive.testzip() is None
        found = {
            name: list(csv.DictReader(io.TextIOWrapper(archive.open(name), newline=""))) for name in archive.namelist()
        }
    assert list(found) == ["wells.csv", "wells__well.csv", "wells__well__reading.csv"]
    first, second = found["wells__well.csv"]
    assert (first["key"], first["parent"], first["entry"]) == (f"{wells}/well[1]", wells, "1")
    assert (first["lon"], first["lat"], second["lon"], second["depth"]) == ("74.9301", "13.1801", "", "7.0")
    readings = found["wells__well__reading.csv"]
    assert [(r["parent"], r["instance_id"], r["level"]) for r in readings] == [
        (first["key"], wells, "3"), (first["key"], wells, "4"),
    ]  # fmt: skip
    assert "reader" not in readings[0]
    layers = written(tmp_path, "submissions", "gpkg", *tables)
    assert pyogrio.list_layers(layers).tolist() == [
        ["wells", "Point"], ["wells__well", "Point"], ["wells__well__reading", None],
    ]  # fmt: skip
    assert pyogrio.read_dataframe(layers, layer="wells__well")["depth"].tolist() == [12.5, 7.0]
    book = openpyxl.load_workbook(written(tmp_path, "submissions", "xlsx", *tables))
    assert book.sheetnames == ["wells", "wells__well", "wells__well__reading", "Columns", "About"]
    assert "कितना गहरा?" in {cell for row in book["Columns"].iter_rows(values_only=True) for cell in row}


def test_answers_of_theme_modules_are_columns_and_tables(
    world: World, send: Send, deployment: Any, tmp_path: Path
) -> None:
    item = world.report(deployment(), "uuid:r1", structures=4, water_kl=2.5)
    item["answers"]["themes"] = {"modules": ["water", "ewaste"]}
    item["answers"]["ewaste"] = [{"category": "batteries", "kg_collected": 3.5, "kg_dismantled": 1, "kg_recycled": 0}]
    send(item)
    (row,) = reading.geojson(written(tmp_path, "submissions", "geojson", "--form", "village_report"), KINDS["reports"])
    assert (row["themes__modules"], row["water__structures"], row["water__water_kl"]) == ("water ewaste", 4, 2.5)
    with zipfile.ZipFile(written(tmp_path, "reports", "csv", "--tables")) as archive:
        (entry,) = csv.DictReader(io.TextIOWrapper(archive.open("reports__ewaste.csv"), newline=""))
    assert (entry["instance_id"], entry["category"], entry["kg_collected"]) == ("uuid:r1", "batteries", "3.5")


def test_the_dictionary_has_names_types_and_the_questions_in_each_language(wells: str) -> None:
    client = with_token()
    tables = client.get("/api/v1/export/fields", {"form": "wells"}).json()
    assert list(tables) == ["wells", "wells__well", "wells__well__reading"]
    fields = {field["name"]: field for field in tables["wells"]["fields"]}
    assert fields["use"]["labels"] == {"en": "What for?", "hi": "किस काम में?"}
    assert fields["use"]["choices"]["drink"]["hi"] == "पीने"
    assert (fields["day"]["type"], fields["moment"]["type"]) == ("date", "datetime")
    reports = {field["name"]: field for field in client.get("/api/v1/export/fields").json()["reports"]["fields"]}
    assert reports["working"]["labels"]["hi"] == "कितनी काम करती हैं?"
    assert client.get("/api/v1/export/fields", {"form": "nothing"}).status_code == 404


def test_a_question_that_changed_its_type_is_text_and_one_that_came_later_renames_none(
    wells: str, send: Send, tmp_path: Path
) -> None:
    second = SURVEY.replace("| wells | 1 |", "| wells | 2 |").replace("| decimal | depth", "| text | depth")
    second = second.replace("| | date | day |", "| | text | Day | Day | Day | |\n| | date | day |")
    publish(second.encode(), "wells.md", validate=False)
    send({"form_id": "wells", "version": "2", "instance_id": "uuid:w2",
          "answers": {"Day": "late", "well": [{"depth": "deep"}]}})  # fmt: skip
    rows = reading.geojson(written(tmp_path, "submissions", "geojson", "--form", "wells"), KINDS["reports"])
    assert [(row["day"], row["Day_2"]) for row in rows] == [("2026-11-01", None), (None, "late")]
    layers = written(tmp_path, "submissions", "gpkg", "--form", "wells", "--tables")
    assert pyogrio.read_dataframe(layers, layer="wells__well")["depth"].tolist() == ["12.5", "7.0", "deep"]


def test_filters_of_a_form_without_visits_are_those_it_knows(wells: str, tmp_path: Path) -> None:
    client = with_token()
    for query, count in (({"centre": "nitte"}, 1), ({"to": "2020-01-01"}, 0), ({"bbox": "74,13,75,14"}, 1),
                         ({"bbox": "0,0,1,1"}, 0), ({"review": "approved"}, 0)):  # fmt: skip
        answer = client.get("/api/v1/export/submissions.geojson", {"form": "wells", **query})
        assert len(orjson.loads(body(answer))["features"]) == count, query
    refused = client.get("/api/v1/export/submissions.geojson", {"form": "wells", "cluster": "best"})
    assert (refused.status_code, refused.json()["where"]) == (400, "cluster")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["submissions"], "need a form"),
        (["reports", "--form", "wells"], "nothing else takes one"),
        (["submissions", "--form", "nothing"], "There is no form 'nothing'. There are: "),
        (["villages", "--tables"], "no further tables"),
        (["reports", "--tables", "--format", "kml"], "holds one table"),
    ],
)
def test_what_cannot_be_is_said(world: World, tmp_path: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("export", *arguments, "--out", str(tmp_path / "x"))
    assert not list(tmp_path.iterdir())
