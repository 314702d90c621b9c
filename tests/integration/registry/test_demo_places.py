"""Places of the demonstration: real, rural, plausible, and the same ones every time."""

from __future__ import annotations

import re

from backend.registry import demo_places
from maps import boundaries, geo


def test_places_lie_in_the_district_they_carry() -> None:
    places = demo_places.all_places()
    assert len(places) > 100_000
    assert places["code"].is_unique
    at = boundaries.district_of(places["lat"], places["lon"], cap_km=0)
    assert (boundaries.districts()["slug"].to_numpy()[at] == places["district"].to_numpy()).all()
    assert places["state"].nunique() == 36


def test_an_office_whose_coordinates_lie_far_from_the_district_it_names_is_left_out() -> None:
    places = demo_places.all_places()
    in_jammu_and_kashmir = places[places["pincode"].str.startswith(("18", "19"))]  # India Post's numbers for it
    near = {"jammu-and-kashmir", "ladakh", "himachal-pradesh", "punjab"}
    assert len(in_jammu_and_kashmir) > 500
    assert set(in_jammu_and_kashmir["state"]) <= near


def test_names_are_those_of_places_not_of_offices() -> None:
    names = demo_places.all_places()["name"]
    assert (names != "").all()
    assert not names.str.contains(r"(?:\s|[a-z])(?:BO|B\.O\.?)$", regex=True).any()
    assert all(re.fullmatch(r"\d{6}", pincode) for pincode in demo_places.all_places()["pincode"])


def test_near_a_centre_within_the_radius_nearest_first_and_always_the_same() -> None:
    found = demo_places.places_near(29.6, 79.6, 25, 20, seed=3)
    km = [geo.haversine_km(place.lat, place.lon, 29.6, 79.6) for place in found]
    assert len(found) == 20
    assert km == sorted(km)
    assert km[-1] <= 25
    assert found == demo_places.places_near(29.6, 79.6, 25, 20, seed=3)
    assert found != demo_places.places_near(29.6, 79.6, 25, 20, seed=4)


def test_in_a_state_never_more_than_there_are() -> None:
    assert {place.state for place in demo_places.places_in_state("goa", 15)} == {"goa"}
    assert len(demo_places.places_in_state("goa", 100_000)) == (demo_places.all_places()["state"] == "goa").sum()
    assert demo_places.places_in_state("atlantis", 5) == []
