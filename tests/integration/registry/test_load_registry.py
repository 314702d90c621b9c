"""The registry's files: they load as they are shipped, again without duplicates, and a fault names its place."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from backend.errors import Invalid
from backend.registry import services, tables
from backend.registry.models import Centre, CentreSite, Cluster, District, State, Technology, Theme
from maps import boundaries

DATA = Path(settings.BASE_DIR) / "data"
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def counts() -> dict[str, int]:
    return {table.file: table.model._default_manager.count() for table in tables.TABLES}


def test_the_shipped_files_load_and_load_again_without_duplicates() -> None:
    services.load_registry(DATA)
    first = counts()
    assert first["clusters.csv"] == 8
    assert (State.objects.count(), District.objects.count()) == (36, 779)
    again = services.load_registry(DATA)
    assert counts() == first
    assert all(loaded.new == 0 for loaded in again)


def test_lists_in_a_cell_follow_the_file(folder: Path) -> None:
    services.load_registry(folder)
    cluster = Cluster.objects.get(slug="pi-rahi")
    assert set(cluster.states_served.values_list("slug", flat=True)) == {
        "chandigarh",
        "haryana",
        "himachal-pradesh",
        "jammu-and-kashmir",
        "punjab",
    }
    replace(folder / "clusters.csv", ";jammu-and-kashmir", "")
    replace(folder / "clusters.csv", "Pune Knowledge Cluster", "Pune Knowledge and Innovation Cluster")
    services.load_registry(folder)
    assert not cluster.states_served.filter(slug="jammu-and-kashmir").exists()
    assert Cluster.objects.get(slug="pkc").name == "Pune Knowledge and Innovation Cluster"


def test_a_chapter_has_its_centre_and_an_rsvc_its_mandate_and_both_its_sites(registry: None) -> None:
    chapter = Centre.objects.get(slug="rutag-jammu")
    assert chapter.parent is not None
    assert chapter.parent.slug == "rutag-iit-delhi"
    nitte = Centre.objects.get(slug="rsvc-nitte")
    assert (nitte.mandate_min, nitte.mandate_max) == (15, 20)
    assert set(nitte.sites.values_list("district__slug", flat=True)) == {
        "karnataka-udupi",
        "karnataka-dakshina-kannada",
    }


def test_every_site_lies_in_the_district_and_state_it_names(registry: None) -> None:
    for site in CentreSite.objects.select_related("district", "state"):
        assert site.district is not None
        assert boundaries.districts()["slug"][boundaries.district_at(site.lat, site.lon)] == site.district.slug
        assert site.district.state_id == site.state_id


def test_a_clusters_host_state_is_one_it_serves(registry: None) -> None:
    for cluster in Cluster.objects.prefetch_related("states_served"):
        assert cluster.state in cluster.states_served.all()


def test_no_row_is_shown_as_fact_without_a_source() -> None:
    for table in tables.TABLES:
        with (DATA / table.file).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert row["source"], row
                assert row["illustrative"] == "no"
                assert row["verified"] == "no" or row["source"].startswith("https://"), row


def test_every_technology_names_who_made_it(registry: None) -> None:
    assert not Technology.objects.filter(origin_cluster=None, origin_centre=None).exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "remedy"),
    [
        ("clusters.csv", ",odisha,odisha,", ",orissa,odisha,", "clusters.csv, line 4, column state", "Did you mean"),
        ("clusters.csv", "20.35,85.82", "85.82,20.35", "clusters.csv, line 4, column lat", "exchanged"),
        ("clusters.csv", "20.35,85.82", "twenty,85.82", "clusters.csv, line 4, column lat", "float"),
        ("clusters.csv", "letters,colour", "letters,color", "clusters.csv, line 1, column color", "colour"),
        ("centres.csv", "rutag-iit-bombay,", ",", "centres.csv, line 2, column slug", "blank"),
        ("centres.csv", ",rsvc,", ",smart_village,", "column kind", "not a valid choice"),
        ("centres.csv", "2024-09-10", "10/09/2024", "column active_from", "YYYY-MM-DD"),
        ("themes.csv", ",yes,no", ",maybe,no", "themes.csv, line 2, column verified", "neither yes nor no"),
        ("technologies.csv", "rutag-iit-delhi", "rutag-delhi", "column origin_centre", "Did you mean rutag-iit-delhi"),
        ("states.csv", "goa,", "gao,", "column slug", "adds no rows"),
    ],
)
def test_a_fault_names_file_line_column_and_remedy_and_changes_nothing(
    folder: Path, file: str, old: str, new: str, where: str, remedy: str
) -> None:
    replace(folder / file, old, new)
    with pytest.raises(Invalid) as caught:
        services.load_registry(folder)
    assert where in caught.value.detail
    assert remedy in caught.value.detail
    assert not State.objects.exists()
    assert not Theme.objects.exists()


def test_a_folder_without_registry_files_says_which_are_meant(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"clusters\.csv"):
        call_command("load_registry", str(tmp_path))


def test_the_command_prints_how_many_rows_came_from_where(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_registry")
    assert "clusters.csv              8 rows      8 new" in capsys.readouterr().out


def test_a_districts_lgd_code_set_by_hand_survives_another_load(registry: None) -> None:
    District.objects.filter(slug="odisha-khordha").update(lgd_code="362")
    services.load_registry(DATA)
    assert District.objects.get(slug="odisha-khordha").lgd_code == "362"
