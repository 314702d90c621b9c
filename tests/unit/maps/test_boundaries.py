"""States and districts: clean names, codes that are what they claim to be, and the district of any place."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
import shapely

from maps import boundaries, names


@pytest.fixture(scope="module")
def scattered() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.uniform(6.5, 37.2, 20_000), rng.uniform(68.0, 97.5, 20_000)


def slug_at(lat: float, lon: float, cap_km: float = 10) -> str | None:
    position = boundaries.district_at(lat, lon, cap_km)
    return None if position < 0 else str(boundaries.districts()["slug"][position])


def test_36_states_and_779_districts_each_in_a_known_state() -> None:
    states, districts = boundaries.states(), boundaries.districts()
    assert (len(states), len(districts)) == (36, 779)
    assert states["slug"].is_unique
    assert districts["slug"].is_unique
    assert set(districts["state"]) == set(states["slug"])
    assert districts["slug"].is_monotonic_increasing


def test_no_disputed_sliver_is_a_place() -> None:
    every = [*boundaries.states()["name"], *boundaries.districts()["name"]]
    assert not [name for name in every if "disputed" in name.lower()]


def test_names_are_written_as_people_write_them() -> None:
    assert {"Jammu and Kashmir", "Dadra and Nagar Haveli and Daman and Diu", "Puducherry"} <= set(
        boundaries.states()["name"]
    )
    districts = boundaries.districts().set_index("slug")["name"]
    assert districts["assam-baksa"] == "Baksa"
    assert districts["andhra-pradesh-ntr"] == "NTR"
    assert districts["chhattisgarh-janjgir-champa"] == "Janjgir-Champa"
    assert districts["punjab-sas-nagar"] == "SAS Nagar (Sahibzada Ajit Singh Nagar)"
    assert not [n for n in districts if re.search(r"_x000D_|\s\s|\n|&|^\s|\s$", n)]


def test_slugs_are_what_urls_and_columns_carry() -> None:
    districts = boundaries.districts()
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in districts["slug"])
    assert all(slug.startswith(f"{state}-") for slug, state in zip(districts["slug"], districts["state"], strict=True))
    assert districts["slug"].str.len().max() <= 128


def test_census_codes_are_those_of_2011_and_lgd_codes_are_not_guessed() -> None:
    districts = boundaries.districts().set_index("slug")
    assert districts["census_code"]["odisha-khordha"] == "386"
    assert districts["census_code"]["jammu-and-kashmir-kupwara"] == "001"
    assert districts["census_code"]["telangana-mulugu"] == ""  # formed in 2019
    known = districts["census_code"][districts["census_code"] != ""]
    assert known.is_unique
    assert known.astype(int).between(1, 640).all()
    assert (districts["lgd_code"] == "").all()


def test_states_formed_since_the_census_have_an_lgd_code_only() -> None:
    states = boundaries.states().set_index("slug")
    assert states.loc["telangana", ["census_code", "lgd_code"]].tolist() == ["", "36"]
    assert states.loc["odisha", ["census_code", "lgd_code"]].tolist() == ["21", "21"]
    assert states["lgd_code"].is_unique


@pytest.mark.parametrize(
    ("lat", "lon", "slug"),
    [
        (20.27, 85.84, "odisha-khordha"),
        (29.60, 79.66, "uttarakhand-almora"),
        (34.08, 74.80, "jammu-and-kashmir-srinagar"),
        (13.34, 74.75, "karnataka-udupi"),
        (27.59, 91.87, "arunachal-pradesh-tawang"),
        (34.36, 73.47, "jammu-and-kashmir-muzaffarabad"),
        (35.92, 74.31, "ladakh-leh"),
        (7.03, 93.90, "andaman-and-nicobar-islands-nicobars"),
    ],
)
def test_a_place_lies_in_its_district_up_to_the_official_boundary(lat: float, lon: float, slug: str) -> None:
    assert slug_at(lat, lon) == slug
    assert boundaries.in_india(lat, lon).all()


@pytest.mark.parametrize(("lat", "lon"), [(27.71, 85.32), (23.81, 90.41), (6.93, 79.85), (31.55, 74.34), (0, 0)])
def test_neighbouring_capitals_are_in_no_district(lat: float, lon: float) -> None:
    assert slug_at(lat, lon) is None
    assert not boundaries.in_india(lat, lon).any()


def test_one_by_one_and_all_at_once_agree(scattered: tuple[np.ndarray, np.ndarray]) -> None:
    lat, lon = scattered
    singly = [boundaries.district_at(y, x) for y, x in zip(lat[:3000], lon[:3000], strict=True)]
    assert boundaries.district_of(lat[:3000], lon[:3000]).tolist() == singly


def test_where_two_districts_overlap_the_lower_position_wins() -> None:
    shapes = boundaries.districts().geometry.to_numpy()
    first, second = np.sort(shapely.STRtree(shapes).query(shapes, predicate="overlaps"), axis=0)
    overlaps = ((i, j, shapely.intersection(shapes[i], shapes[j])) for i, j in zip(first, second, strict=True) if i < j)
    i, _, shared = max((next(overlaps) for _ in range(60)), key=lambda found: found[2].area)
    spot = shapely.maximum_inscribed_circle(max(shapely.get_parts(shared), key=shapely.area)).coords[0]
    assert boundaries.district_of([spot[1]], [spot[0]]).tolist() == [i]
    assert boundaries.district_at(spot[1], spot[0]) == i


def test_a_place_at_sea_goes_to_the_nearest_district_within_the_cap() -> None:
    puri_beach, offshore = (19.79, 85.83), (19.73, 85.86)
    assert slug_at(*puri_beach, cap_km=3) == "odisha-puri"
    assert slug_at(*offshore, cap_km=10) == "odisha-puri"
    assert slug_at(*offshore, cap_km=1) is None
    assert slug_at(*offshore, cap_km=0) is None


def test_a_missing_coordinate_is_in_no_district() -> None:
    assert boundaries.district_of([np.nan, 20.27], [85.84, np.nan]).tolist() == [-1, -1]
    assert boundaries.district_at(float("nan"), 85.84) == -1
    assert boundaries.in_india([np.nan, 20.27], [85.84, 85.84]).tolist() == [False, True]


def test_the_outline_has_no_holes_and_holds_the_districts(scattered: tuple[np.ndarray, np.ndarray]) -> None:
    outline = boundaries.outline()
    assert not any(len(part.interiors) for part in shapely.get_parts(outline))
    lat, lon = scattered
    in_districts = boundaries.district_of(lat, lon, cap_km=0) >= 0
    assert (boundaries.in_india(lat, lon) | ~in_districts).all()
    assert np.mean(shapely.contains_xy(outline, lon, lat) != in_districts) < 0.002


def test_reading_boundaries_does_not_import_the_package_that_carries_them() -> None:
    code = "import sys; from maps import boundaries; boundaries.districts(); print('adarvmaps' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Lahul and Spiti", "LAHUL & SPITI"),
        ("Kaimur (Bhabua)", "Kaimur"),
        ("The Nilgiris", "Nilgiris"),
        ("Ri-Bhoi", "Ri Bhoi"),
        ("Kendujhar", " KENDUJHAR district"),
    ],
)
def test_spellings_that_mean_the_same_compare_equal(ours: str, theirs: str) -> None:
    assert names.plain(ours) == names.plain(theirs)
