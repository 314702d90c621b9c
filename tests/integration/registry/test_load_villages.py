"""Village lists as they come: official headings in their variants, any usual encoding, and what must never be lost."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from backend.errors import Invalid
from backend.registry import village_files
from backend.registry.models import (
    Centre,
    CentreSite,
    Cluster,
    District,
    State,
    Technology,
    Village,
    VillageChange,
)
from backend.registry.village_import import Imported, load_villages
from maps import geo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

LGD = """List of villages of Odisha
As on 01/11/2026

S.No.,State Code,State Name (In English),District Code,District Name (In English) ,Sub-district Code,Sub-district Name,\
Village Code,Village Version,Village Name (In English),Village Name (In Local),Census 2011 Code
1,21,ODISHA,362,KHURDHA,3040,Begunia,403001,1, Baghamari ,ବାଘମାରୀ,00000
2,21,ODISHA,362,KHURDHA,3040,Begunia,403002,1,Kalanga,,403002
"""


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def load(path: Path, **options: Any) -> Imported:
    return load_villages(path, rejects=path.with_suffix(".rejects"), **options)


def rejects(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".rejects").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def rows(*lines: str, header: str = "Village Code,Village Name,State Name,District Name,Latitude,Longitude") -> str:
    return "\n".join([header, *lines]) + "\n"


def test_an_official_list_with_titles_above_its_header(tmp_path: Path) -> None:
    figures = load(write(tmp_path / "odisha.csv", LGD), list_name="LGD villages, 1 Nov 2026")
    village = Village.objects.select_related("state", "district").get(code="lgd:403001")
    assert (village.name, village.name_local, village.subdistrict) == ("Baghamari", "ବାଘମାରୀ", "Begunia")
    assert village.state.slug == "odisha"
    assert village.district is not None
    assert village.district.slug == "odisha-khordha"
    assert village.census_code == ""  # zeros stand for none
    assert village.list_name == "LGD villages, 1 Nov 2026"
    assert (village.place_source, village.h3_r7) == ("none", None)
    assert (figures.rows, figures.new, figures.without_place, figures.rejected) == (2, 2, 2, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    load(write(tmp_path / "list.csv", LGD, encoding))
    assert Village.objects.get(code="lgd:403001").name_local == "ବାଘମାରୀ"


def test_what_is_no_unicode_is_read_as_latin(tmp_path: Path) -> None:
    load(write(tmp_path / "list.csv", rows("7,Nova Gôa,Goa,North Goa,,"), "latin-1"))
    assert Village.objects.get(code="lgd:7").name == "Nova Gôa"


def test_semicolons_and_a_hierarchy_instead_of_names(tmp_path: Path) -> None:
    text = (
        "S.No.;Village LGD Code;Village Name (In English);Hierarchy;Census 2011 code\n"
        "1;9001;Khunt;Dwarahat (A)(Sub-District) / Almora(District) / Uttarakhand(State);049001\n"
    )
    load(write(tmp_path / "list.csv", text))
    village = Village.objects.select_related("district").get(code="lgd:9001")
    assert village.district is not None
    assert (village.subdistrict, village.district.slug) == ("Dwarahat (A)", "uttarakhand-almora")
    assert village.census_code == "049001"


def test_doubled_headings_give_the_cell_that_is_filled(tmp_path: Path) -> None:
    text = rows("5,,Asola,Delhi,South", header="Village Code,Village Name,Village Name,State Name,District Name")
    load(write(tmp_path / "list.csv", text))
    assert Village.objects.get(code="lgd:5").name == "Asola"


def test_xlsx_with_numbers_for_codes_and_empty_rows_on_top(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(2):
        sheet.append([])
    sheet.append(["Village Code", "Village Name", "State LGD Code", "District Name", "Population", "Bad"])
    sheet.append([403001.0, "Baghamari", 21, "Khordha", 1200, None])
    sheet.append([403002, "", 21, "Khordha", 5, None])
    path = tmp_path / "list.xlsx"
    book.save(path)
    load(path)
    assert Village.objects.get(code="lgd:403001").population == 1200
    assert rejects(path)[0]["where"] == "Sheet, line 5"


def test_a_zip_of_several_lists(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("odisha.csv", LGD)
        archive.writestr("goa.csv", rows("7,Borim,Goa,South Goa,,", "x,Bad,Goa,South Goa,,"))
        archive.writestr("readme.txt", "not a list")
    assert load(path).new == 3
    assert rejects(path)[0]["where"] == "goa.csv, line 3"


def test_again_without_duplicates_and_over_several_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.registry.village_import.BATCH", 3)
    path = write(tmp_path / "list.csv", rows(*(f"{n},Village {n},Goa,North Goa,," for n in range(1, 11))))
    assert load(path).new == 10
    again = load(path)
    assert (again.new, again.known, again.renamed) == (0, 10, 0)
    assert Village.objects.count() == 10
    assert not VillageChange.objects.exists()


def test_a_code_that_stands_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.registry.village_import.BATCH", 2)
    text = rows("5,First,Goa,North Goa,,", "5,Second,Goa,North Goa,,", "6,Other,Goa,North Goa,,", "005,Third,Goa,,,")
    path = write(tmp_path / "list.csv", text)
    assert load(path).rejected == 2
    assert Village.objects.get(code="lgd:5").name == "First"
    assert [row["where"] for row in rejects(path)] == ["line 3", "line 5"]


def test_bad_rows_are_kept_with_line_and_reason_and_the_rest_is_loaded(tmp_path: Path) -> None:
    text = rows(
        "1,Good,Goa,North Goa,,",
        ",No code,Goa,North Goa,,",
        "3,,Goa,North Goa,,",
        "4,Elsewhere,Atlantis,North Goa,,",
        "5a,Bad code,Goa,North Goa,,",
        "000,Zero,Goa,North Goa,,",
        "\n7,Good too,Goa,North Goa,,",
    )
    path = write(tmp_path / "list.csv", text)
    figures = load(path)
    assert (figures.new, figures.rejected) == (2, 5)
    assert [(row["where"], row["loaded"]) for row in rejects(path)] == [(f"line {n}", "no") for n in range(3, 8)]
    reasons = [row["reason"] for row in rejects(path)]
    assert reasons[:3] == ["no village code", "no village name", "unknown state 'Atlantis'"]


def test_a_rename_is_remembered_once_and_a_change_of_case_is_none(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    load(write(path, rows("5,BORIM,Goa,South Goa,,")))
    load(write(path, rows("5,Borim,Goa,South Goa,,")))
    assert not VillageChange.objects.exists()
    for _ in range(2):
        load(write(path, rows("5,Bori,Goa,South Goa,,")))
    change = VillageChange.objects.get()
    assert (change.kind, change.old_name, change.old.name) == ("renamed", "Borim", "Bori")


def test_a_place_gets_its_cell_and_one_outside_india_is_refused_not_the_village(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.csv",
        rows("1,A,Goa,North Goa,15.5,73.9", "2,B,Goa,North Goa,73.9,15.5", "3,C,Goa,North Goa,0,0", "4,D,Goa,,15.5,"),
    )
    figures = load(path)
    village = Village.objects.get(code="lgd:1")
    assert (village.place_source, village.h3_r7) == ("file", geo.cell(15.5, 73.9))
    assert (figures.new, figures.without_place, figures.places_refused) == (4, 3, 2)
    assert {(row["where"], row["loaded"]) for row in rejects(path)} == {("line 3", "yes"), ("line 5", "yes")}


@pytest.mark.parametrize("pinned", ["coordinator", "officer"])
@pytest.mark.parametrize("given", ["", "15.6,73.8"])
def test_a_pin_set_by_a_person_is_moved_by_no_list(tmp_path: Path, pinned: str, given: str) -> None:
    path = tmp_path / "list.csv"
    load(write(path, rows("1,A,Goa,North Goa,,")))
    Village.objects.update(lat=15.5, lon=73.9, h3_r7=geo.cell(15.5, 73.9), place_source=pinned)
    load(write(path, rows(f"1,A,Goa,North Goa,{given or ','}")))
    village = Village.objects.get()
    assert (village.lat, village.lon, village.place_source) == (15.5, 73.9, pinned)
    assert village.h3_r7 == geo.cell(15.5, 73.9)


def test_what_a_list_does_not_say_is_not_forgotten(tmp_path: Path) -> None:
    header = "Village Code,Village Name,State Name,District Name,Population,Gram Panchayat Name,Latitude,Longitude"
    path = tmp_path / "list.csv"
    load(write(path, rows('1,A,Goa,North Goa,"1,200",Aldona,15.5,73.9', header=header)))
    load(write(path, rows("1,A,Goa,Nowhere,NA,,,", header=header)))
    village = Village.objects.get()
    assert (village.population, village.gram_panchayat, village.lat, village.place_source) == (
        1200,
        "Aldona",
        15.5,
        "file",
    )
    assert village.district is not None


def test_a_village_without_a_known_district_stays_and_is_counted(tmp_path: Path) -> None:
    figures = load(write(tmp_path / "list.csv", rows("1,A,Goa,Middle Goa,,", "2,B,Goa,,,")))
    assert figures.without_district == 2
    assert figures.unknown_districts == {"Middle Goa": 1, "(none given)": 1}
    assert Village.objects.filter(district=None).count() == 2


def test_districts_by_lgd_code_then_census_code_then_name_in_the_same_state_only(tmp_path: Path) -> None:
    District.objects.filter(slug="odisha-puri").update(lgd_code="366")
    header = "Village Code,Village Name,State Name,District Code,District Census Code,District Name"
    text = rows(
        "1,By LGD code,Odisha,366,386,Ganjam",
        "2,By Census code,Odisha,999,386,Ganjam",
        "3,By name,Odisha,,,GANJAM",
        "4,By another spelling,Odisha,,,Keonjhar",
        "5,A code of another state,Goa,366,386,North Goa",
        "6,A name of another state,Goa,,,Ganjam",
        header=header,
    )
    load(write(tmp_path / "list.csv", text))
    found = Village.objects.order_by("code").values_list("district__slug", flat=True)
    assert list(found) == ["odisha-puri", "odisha-khordha", "odisha-ganjam", "odisha-kendujhar", "goa-north-goa", None]


def test_a_census_list_adds_figures_to_villages_of_the_official_one(tmp_path: Path) -> None:
    load(write(tmp_path / "lgd.csv", LGD), list_name="LGD")
    header = (
        "State Code,State Name,District Code,District Name,Village Code,Village Name,CD Block Code,Total Households ,"
    )
    text = header + "Total Population of Village\n21,ODISHA,386,Khordha,403002,Kalang,1,210,1042\n"
    text += "21,ODISHA,386,Khordha,403009,X,1,1,5\n"
    path = write(tmp_path / "census.csv", text)
    figures = load(path)
    village = Village.objects.get(code="lgd:403002")
    assert (village.population, village.households, village.name, village.list_name) == (1042, 210, "Kalanga", "LGD")
    assert (figures.known, figures.new, figures.rejected) == (1, 0, 1)
    assert "official (LGD) list first" in rejects(path)[0]["reason"]
    assert not VillageChange.objects.exists()


def test_headings_of_ones_own_are_mapped(tmp_path: Path) -> None:
    text = rows("5,Borim,Goa", header="Gaon ka code,Gaon,Rajya")
    path = write(tmp_path / "list.csv", text)
    call_command("load_villages", str(path), "--map", "code=Gaon ka code", "name=Gaon", "state=Rajya")
    assert Village.objects.get().code == "lgd:5"


def test_a_missing_column_is_named_with_those_found_and_how_to_map(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", rows("5,Borim,Goa", header="Gaon ka code,Village Name,State Name"))
    with pytest.raises(CommandError) as caught:
        call_command("load_villages", str(path))
    text = str(caught.value)
    assert "no column found for code (or census_code)." in text
    assert "'Gaon ka code', 'Village Name', 'State Name'" in text
    assert "--map" in text


def test_a_map_to_an_unknown_column_lists_ours(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", LGD)
    with pytest.raises(Invalid, match="subdistrict_code"):
        load(path, columns={"village": "Village Name"})


def test_rejects_never_overwrite_the_list_and_say_when_they_cannot_be_written(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", rows("x,Bad,Goa,North Goa,,"))
    with pytest.raises(Invalid, match="name another file"):
        load_villages(path, rejects=tmp_path / "." / "list.csv")
    with pytest.raises(Invalid, match="name another file"):
        load_villages(path, rejects=tmp_path / "nowhere" / "rejects.csv")
    assert path.exists()


def test_villages_before_states_say_what_to_load_first(tmp_path: Path) -> None:
    Centre.objects.update(parent=None)
    for model in (Technology, CentreSite, Centre, Cluster, District, State):
        model._default_manager.all().delete()
    with pytest.raises(Invalid, match="load_registry"):
        load(write(tmp_path / "list.csv", LGD))


def test_own_places_carry_the_prefix_demo_and_are_illustrative(tmp_path: Path) -> None:
    load(write(tmp_path / "list.csv", rows("p-17,A,Goa,North Goa,15.5,73.9")), prefix="demo")
    village = Village.objects.get(code="demo:p-17")
    assert village.illustrative


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("A(Sub-District) / B(District) / C(State)", ("A", "B", "C")),
        ("A & B (West)(Sub-district)/B(District)/Jammu And Kashmir(State)", ("A & B (West)", "B", "Jammu And Kashmir")),
        ("B(District) / C(State)", (None, "B", "C")),
        ("", (None, None, None)),
    ],
)
def test_hierarchies(text: str, levels: tuple[str | None, ...]) -> None:
    found = village_files.parse_hierarchy(text)
    assert (found.get("subdistrict"), found.get("district"), found.get("state")) == levels
