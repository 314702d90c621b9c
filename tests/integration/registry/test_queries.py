from __future__ import annotations

import datetime as dt

import pytest

from backend.errors import NotFound
from backend.registry import queries
from backend.registry.models import CatchmentVillage, Centre, District, State, Village
from maps import boundaries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


def test_the_district_of_a_place_and_none_abroad() -> None:
    assert queries.district_at(20.27, 85.84) == District.objects.get(slug="odisha-khordha").id
    assert queries.district_at(27.71, 85.32) is None


def test_district_ids_stand_at_their_positions() -> None:
    District.objects.filter(slug="goa-kushavati").delete()
    ids = queries.district_ids()
    slugs = boundaries.districts()["slug"]
    assert ids.shape == (779,)
    assert ids[slugs[slugs == "odisha-khordha"].index[0]] == District.objects.get(slug="odisha-khordha").id
    assert ids[slugs[slugs == "goa-kushavati"].index[0]] == -1


@pytest.mark.parametrize("text", ["odisha", "ODISHA", "21", "Odisha "])
def test_a_state_as_people_type_it(text: str) -> None:
    found = queries.state_named(text)
    assert found is not None
    assert found.slug == "odisha"


def test_an_unknown_state_is_none() -> None:
    assert queries.state_named("Atlantis") is None
    assert queries.state_named("") is None


def test_villages_are_found_by_their_beginning_the_exact_one_first() -> None:
    goa = State.objects.get(slug="goa")
    for number, name in enumerate(["Borim Kalan", "Borim", "Aborim"]):
        Village.objects.create(code=f"lgd:{number}", name=name, state=goa)
    Village.objects.create(code="lgd:9", name="Borim", state=goa, until=dt.date(2025, 1, 1))  # merged away
    assert [row.code for row in queries.villages_named("borim")] == ["lgd:1", "lgd:0"]
    assert queries.village("lgd:2").name == "Aborim"
    with pytest.raises(NotFound):
        queries.village("lgd:77")


def test_a_catchment_on_a_day_and_how_it_changed() -> None:
    centre, state = Centre.objects.get(slug="rsvc-khunt"), State.objects.get(slug="uttarakhand")
    periods = [("2025-01-01", None), ("2025-01-01", "2026-05-01"), ("2025-01-01", "2026-06-01"), ("2026-04-20", None)]
    for number, (since, until) in enumerate(periods):
        village = Village.objects.create(code=f"lgd:{number}", name=f"V{number}", state=state)
        CatchmentVillage.objects.create(centre=centre, village=village, since=since, until=until)
    assert {row.village.code for row in queries.catchment(centre, on="2026-05-01")} == {"lgd:0", "lgd:2", "lgd:3"}
    assert queries.catchment_figures(centre, since="2026-04-01", on="2026-06-01") == (2, 1, 2)
    assert queries.catchment_figures(centre, since="2025-01-01", on="2026-04-01") == (3, 0, 0)
