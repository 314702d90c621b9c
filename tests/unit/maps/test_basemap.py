"""The stored base maps: India whole, every district in it, no country line."""

from __future__ import annotations

import pytest
import shapely

from maps import boundaries
from maps.basemap import EXTERNAL, FOLDER, load


def india() -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(rings[0]).buffer(0) for rings in load("national").rings("india", "")])


def test_it_has_the_36_states_and_all_districts_by_their_slugs() -> None:
    raw = load("national").raw
    assert set(raw["states"]) == set(boundaries.states().slug)
    assert set(raw["districts"]) == set(boundaries.districts().slug)


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [("Gilgit", 35.92, 74.31), ("Aksai Chin", 35.2, 79.3), ("Muzaffarabad", 34.37, 73.47), ("Tawang", 27.59, 91.87)],
)
def test_the_outline_is_the_official_one(place: str, lat: float, lon: float) -> None:
    assert india().contains(shapely.Point(lon, lat)), place


def test_the_land_around_leaves_no_sliver_and_reaches_india() -> None:
    around = [shapely.Polygon(ring).buffer(0) for ring in load("national").land]
    assert all(part.area > 0.02 for part in around)
    kathmandu, lhasa, lahore = shapely.Point(85.3, 27.7), shapely.Point(91.1, 29.6), shapely.Point(74.2, 31.5)
    assert all(any(part.contains(p) for part in around) for p in (kathmandu, lhasa, lahore))


def test_no_dark_border_runs_inside_india() -> None:
    inner = india().buffer(-0.05)
    assert not any(inner.contains(shapely.LineString(line)) for line in load("national").lines(EXTERNAL))


def test_the_files_stay_small() -> None:
    assert (FOLDER / "national.json").stat().st_size < 350_000
    assert (FOLDER / "detail.json").stat().st_size < 700_000
