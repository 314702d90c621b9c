"""The bytes of each format, from rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson

from backend.exports import geojson, tables
from backend.exports.fields import Field, Kind
from backend.exports.rows import Row

KIND = Kind("things", "Things.", "name", "where", (Field("name", "text", "its name"), Field("n", "number", "a number")))
NASTY = 'a "quoted" \\ name},{"type":"Feature","id":"b"\n\u2028 कुआँ \x01'
ROWS: list[Row] = [
    ("a", (74.1234567, 13.0), ("a", 1)),
    ("b", None, (NASTY, None)),
    ("c", (-0.00000004, 0.0), ("c", float("nan"))),
]


def collection(chunks: list[list[Row]], about: dict[str, Any] | None = None) -> bytes:
    return b"".join(geojson.collection(KIND, iter(chunks), about or {"rule": "all"}))


def test_a_collection_is_one_feature_a_line_whatever_the_chunks() -> None:
    whole = collection([ROWS])
    assert whole == collection([[], ROWS[:1], [], ROWS[1:], []])
    read = orjson.loads(whole)
    assert (read["type"], read["name"], read["rule"]) == ("FeatureCollection", "things", "all")
    assert [f["id"] for f in read["features"]] == ["a", "b", "c"]
    assert len(whole.splitlines()) == 2 + len(ROWS)
    for line in whole.splitlines()[1:-1]:
        assert orjson.loads(line.removesuffix(b","))["type"] == "Feature"


def test_coordinates_have_six_places_and_no_place_is_null() -> None:
    first, second, third = orjson.loads(collection([ROWS]))["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [74.123457, 13.0]}
    assert second["geometry"] is None
    assert abs(third["geometry"]["coordinates"][0]) == 0


def test_texts_come_back_as_they_were_and_what_is_no_number_is_null() -> None:
    _, second, third = orjson.loads(collection([ROWS]))["features"]
    assert second["properties"] == {"name": NASTY, "n": None}
    assert third["properties"]["n"] is None


def test_nothing_at_all_is_still_a_collection() -> None:
    assert orjson.loads(collection([]))["features"] == []
    assert orjson.loads(collection([[]]))["features"] == []
    assert b"".join(geojson.lines(KIND, iter([[]]))) == b""


def test_a_collection_without_its_end_is_no_json_wherever_it_is_cut() -> None:
    whole = collection([ROWS])
    for end in range(len(whole) - 2):
        try:
            orjson.loads(whole[:end])
        except orjson.JSONDecodeError:
            continue
        raise AssertionError(f"cut at {end} it is read as a whole one")


def test_lines_are_the_same_features() -> None:
    lines = b"".join(geojson.lines(KIND, iter([ROWS[:2], ROWS[2:]]))).splitlines()
    assert [orjson.loads(line) for line in lines] == orjson.loads(collection([ROWS]))["features"]


def test_csv_quotes_what_it_must() -> None:
    text = b"".join(tables.lines(KIND, iter([ROWS[:1], ROWS[1:]]))).decode()
    rows = list(csv.reader(text.splitlines(keepends=True)[:1]))
    assert rows == [["name", "n", "lon", "lat"]]
    assert '"a ""quoted"" ' in text
    assert not text.startswith("\ufeff")


def test_memory_does_not_grow_with_the_features() -> None:
    import tracemalloc

    def chunks(count: int) -> Iterator[list[Row]]:
        for i in range(count):
            yield [(str(i * 1000 + n), (1.0, 2.0), ("x" * 100, n)) for n in range(1000)]

    peaks = []
    for count in (5, 50):
        tracemalloc.start()
        for _ in geojson.collection(KIND, chunks(count), {}):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert all(later < 1.2 * earlier for earlier, later in pairwise(peaks))
