"""Distances, nearest centres, cells and DIGIPIN, each against an independent oracle."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pytest
from digipin.encoder import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import geo

latitudes = st.floats(6.0, 37.5).map(lambda x: round(x, 7))
longitudes = st.floats(68.0, 98.0).map(lambda x: round(x, 7))
places = st.tuples(latitudes, longitudes)


def test_one_degree_of_a_great_circle_is_111_km() -> None:
    assert geo.haversine_km(20.0, 78.0, 21.0, 78.0) == pytest.approx(111.195, abs=0.001)
    assert geo.haversine_km(60.0, 0.0, 60.0, 1.0) == pytest.approx(55.597, abs=0.01)


def test_distances_broadcast_and_a_missing_place_is_nan() -> None:
    km = geo.haversine_km(np.array([20.0, np.nan]), np.array([78.0, 78.0]), 20.0, 78.0)
    assert km[0] == 0
    assert np.isnan(km[1])


@settings(deadline=None)  # the first call loads SciPy
@given(st.lists(places, min_size=1, max_size=40), st.lists(places, min_size=1, max_size=40))
def test_nearest_centre_is_the_one_a_full_comparison_finds(
    points: list[tuple[float, float]], centres: list[tuple[float, float]]
) -> None:
    lat, lon = np.array(points).T
    centres_lat, centres_lon = np.array(centres).T
    index, km = geo.nearest(lat, lon, centres_lat, centres_lon)
    table = geo.haversine_km(lat[:, None], lon[:, None], centres_lat[None, :], centres_lon[None, :])
    assert km == pytest.approx(table.min(axis=1), abs=1e-3)
    assert table[np.arange(len(points)), index] == pytest.approx(table.min(axis=1), abs=1e-3)


def test_nearest_in_the_north_is_not_the_nearest_in_degrees() -> None:
    # at 34 N a degree of longitude is shorter than one of latitude: 0.95 degrees north is farther than 1.1 east
    index, _ = geo.nearest([34.0], [75.0], [34.95, 34.0], [75.0, 76.1])
    assert index.tolist() == [1]


def test_no_centre_and_no_place_give_none() -> None:
    index, km = geo.nearest([20.0], [78.0], [], [])
    assert index.tolist() == [-1]
    assert np.isnan(km).all()
    index, km = geo.nearest([20.0, np.nan], [78.0, 78.0], [20.0], [78.0])
    assert index.tolist() == [0, -1]
    assert np.isnan(km[1])


@given(places, st.integers(0, 7))
def test_parents_by_bits_are_h3s_parents(place: tuple[float, float], res: int) -> None:
    cell = geo.cell(*place)
    assert geo.parent(np.array([cell]), res).tolist() == [h3.cell_to_parent(cell, res)]


def test_pentagons_have_parents_too() -> None:
    pentagons = np.array(h3.get_pentagons(7), dtype=np.int64)
    assert geo.parent(pentagons, 3).tolist() == [h3.cell_to_parent(int(p), 3) for p in pentagons]


def test_a_parent_finer_than_its_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="resolution 8"):
        geo.parent(np.array([geo.cell(20.0, 78.0)]), 8)


def test_cells_of_arrays_are_those_of_single_places_and_a_missing_one_has_none() -> None:
    got = geo.cells(np.array([20.0, np.nan, 13.02]), np.array([78.0, 78.0, 77.57]))
    assert got.tolist() == [geo.cell(20.0, 78.0), -1, geo.cell(13.02, 77.57)]
    assert geo.parent(got, 4).tolist()[1] == -1


def test_a_cells_boundary_surrounds_its_centre() -> None:
    corners = np.array(geo.cell_boundary(geo.cell(20.0, 78.0)))
    lat, lon = geo.cell_centre(geo.cell(20.0, 78.0))
    assert corners.shape == (6, 2)
    assert corners.mean(axis=0) == pytest.approx([lat, lon], abs=0.01)


@given(st.lists(st.tuples(st.floats(2.5, 38.5), st.floats(63.5, 99.5)), min_size=1, max_size=20))
def test_digipin_is_india_posts(points: list[tuple[float, float]]) -> None:
    points = [(round(lat, 7), round(lon, 7)) for lat, lon in points]
    lat, lon = np.array(points).T
    assert geo.digipin(lat, lon).tolist() == [encode(*p) for p in points]
    assert [geo.digipin(*p) for p in points] == [encode(*p) for p in points]


@given(st.integers(0, 4**10), st.integers(0, 4**10), st.sampled_from([-1, 0, 1]))
def test_at_the_edges_of_squares_one_place_and_many_agree(north: int, east: int, beside: int) -> None:
    lat, lon = 2.5 + north * 36 / 4**10, 63.5 + east * 36 / 4**10
    lat = np.nextafter(lat, lat + beside).item()
    assert geo.digipin(np.array([lat]), np.array([lon])).tolist() == [geo.digipin(lat, lon)]


def test_digipin_of_dak_bhawan_as_published() -> None:
    assert geo.digipin(28.622788, 77.213033) == "39J49LL8T4"


@pytest.mark.parametrize("corner", [(2.5, 63.5), (38.5, 99.5), (38.5, 63.5), (2.5, 99.5)])
def test_the_corners_of_the_box_belong_to_it(corner: tuple[float, float]) -> None:
    assert geo.digipin(*corner) == encode(*corner)


def test_no_digipin_outside_the_box_or_without_a_place() -> None:
    assert geo.digipin(51.5, 0.1) == ""
    assert geo.digipin(np.array([np.nan, 28.622788]), np.array([77.0, 77.213033])).tolist() == ["", "39J49LL8T4"]
