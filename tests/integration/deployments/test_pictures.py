"""What a map counts and what it is a share of: the lists of the same places, and no share where something is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from backend.accounts.who import Who
from backend.console.drawing import picture
from backend.deployments import pictures
from backend.deployments.filters import Filters
from backend.registry.models import Centre, District, State
from maps.compose import national
from maps.picture import CentreMap
from tests.integration.deployments.test_reach_api import (
    BROKEN,
    OLD,
    RECENT,
    as_user,
    deployment,
    get,
    report,
    token,
    two,
)
from tests.integration.world import World

__all__ = ["two"]  # the fixture


def shown(**filters: Any) -> list[Any]:
    figure = national(pictures.scene(Filters(**filters))).head.figures[0]
    return [figure.value, figure.strong, figure.note]


@pytest.mark.parametrize(
    ("filters", "of"),
    [
        ({}, 3),
        ({"village": ("demo:0",)}, 1),
        ({"state": ("karnataka",)}, 2),
        ({"district": ("maharashtra-pune",)}, 1),
        ({"bbox": (74.0, 13.0, 74.935, 13.19)}, 1),
        ({"centre": ("nitte",)}, 3),
    ],
)
def test_lists_are_narrowed_by_the_same_places_as_deployments(two: Any, filters: dict[str, Any], of: int) -> None:
    assert pictures.scene(Filters(**filters)).catchment["village"].nunique() == of
    assert shown(**filters)[2] == f"of {of} in catchments"


def test_the_subtitle_names_the_chosen_clusters(two: Any) -> None:
    drawn = [national(pictures.scene(Filters(cluster=c))).head.subtitle for c in (("pkc",), ())]
    assert drawn == [
        "Rural reach: technologies of PKC",
        "Rural reach: technologies of 2 S&T clusters and 2 RSVC centres",
    ]


def test_one_village_of_a_centre_is_shown_alone(world: World, two: Any) -> None:
    drawn = picture(Filters(centre=("nitte",), village=("demo:0",)), "centre", None, links=False)
    assert isinstance(drawn, CentreMap)
    assert [v.code for v in drawn.villages] == ["demo:0"]
    assert drawn.head.figures[0].note == "of 1 in catchment"


@pytest.mark.parametrize("filters", [{"cluster": ("best",)}, {"technology": ("cutter",)}, {"status": ("in_use",)}])
def test_a_selection_of_deployments_has_counts_and_no_share(two: Any, filters: dict[str, Any]) -> None:
    assert shown(**filters) == [1, "", "a selection: no share of catchments"]
    drawn = national(pictures.scene(Filters(**filters)))
    assert all(cell.catchment == 0 for cell in (*drawn.cells, *drawn.coarse))  # what others reached is no white spot
    assert not drawn.lists
    own = picture(Filters(centre=("nitte",), **filters), "centre", None, links=False)
    assert own.head.figures[0].share is None


def test_a_selection_awaits_reports_of_its_own_centres(world: World, two: Any) -> None:
    Centre.objects.create(slug="later", name="Later", short_name="Later", kind="rsvc")
    notes = [
        national(pictures.scene(Filters(**f))).head.figures[2].note
        for f in ({}, {"cluster": ("best",)}, {"centre": ("khunt", "later")})
    ]
    assert notes == ["of 3, last 30 days", "of 1, last 30 days", "of 2, last 30 days"]


def test_a_coordinators_centre_has_the_coverage_that_everybody_sees(world: World, two: Any) -> None:
    """Village demo:2 is on Nitte's list and was reached by Khunt, whose deployments Nitte's coordinator is not shown."""
    who = Who("coordinator", centres=frozenset({world.centre.pk}))
    for seen in (None, who):
        drawn = picture(Filters(centre=("nitte",)), "centre", seen, links=False)
        assert isinstance(drawn, CentreMap)
        assert [drawn.head.figures[0].value, drawn.head.figures[0].note] == [2, "of 3 in catchment"]
    other = next(v for v in drawn.villages if v.code == "demo:2")
    assert (other.condition, other.card.rows[0].strong) == ("broken", "by others")


def rows(by: str, client: Client | None = None, **query: str) -> dict[str, int]:
    return {row[by]: row["villages_reached"] for row in get(client=client, by=by, **query)["rows"]}


def test_what_nothing_was_deployed_for_has_a_row(world: World, two: Any) -> None:
    Centre.objects.create(slug="later", name="Later", short_name="Later", kind="rsvc")
    State.objects.create(slug="goa", name="Goa")
    District.objects.create(slug="goa-north", name="North", state=State.objects.get(slug="goa"))
    assert rows("centre") == {"nitte": 1, "khunt": 1, "later": 0}
    assert rows("state") == {"karnataka": 1, "maharashtra": 1, "goa": 0}
    assert rows("district") == {world.villages[0].district.slug: 1, "maharashtra-pune": 1}  # type: ignore[union-attr]
    assert rows("technology") == {"cutter": 1, "pump": 1}
    assert rows("centre", centre="later,khunt") == {"khunt": 1, "later": 0}
    assert rows("centre", state="maharashtra") == {"nitte": 0, "khunt": 1}  # Nitte has a village on its list there
    assert rows("centre", technology="pump") == {"khunt": 1}


def test_a_listed_centre_without_deployments_shows_its_coverage(world: World) -> None:
    (row,) = get(by="centre")["rows"]
    assert (row["centre"], row["deployments"], row["coverage"]["reached"]) == (
        "nitte", 0, {"count": 0, "of": 3, "of_what": "villages on the catchment list", "share": 0.0},
    )  # fmt: skip
    assert row["coverage"]["never_visited"] == 3


def test_rows_without_deployments_keep_to_the_scope(world: World, two: Any) -> None:
    Centre.objects.create(slug="later", name="Later", short_name="Later", kind="rsvc")
    assert rows("centre", as_user("coordinator", centres=[world.centre])) == {"nitte": 1}
    assert rows("cluster", token(world.cluster)) == {"best": 1}


def test_a_filter_given_twice_means_both(world: World, two: Any) -> None:
    found = token().get("/api/v1/reach?cluster=best&cluster=pkc&by=cluster&by=state").json()
    assert (found["total"]["villages_reached"], len(found["rows"]), found["by"]) == (2, 2, ["cluster", "state"])
    assert found["filters"] == "cluster=best%2Cpkc"


@pytest.mark.parametrize(
    ("query", "where"), [("as_of=2026-01-01&as_of=2026-02-01", "as_of"), ("bbox=1,2,3,4&bbox=1,2,3,5", "bbox")]
)
def test_what_can_be_one_only_is_refused_twice(world: World, query: str, where: str) -> None:
    answer = token().get(f"/api/v1/reach?{query}")
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "bad_filter", where)
    assert token().get("/api/v1/reach?as_of=2026-01-01&as_of=2026-01-01").status_code == 200


def test_partnership_centres_and_no_centre_are_told_apart(world: World) -> None:
    Centre.objects.create(slug="partner", name="Partner", short_name="Partner", kind="partnership")
    report(world, deployment(world, technology=None, centre="partner"))
    report(world, deployment(world, place=1, technology=None, centre=None), place=1)
    found = national(pictures.scene(Filters())).sources
    assert [(s.slug, s.villages) for s in found[1:]] == [("rsvc", 0), ("partnership", 1), ("none", 1)]
    cells = token().get("/api/v1/reach/cells?sources=none").json()["features"]
    assert sum(f["properties"]["reached"] for f in cells) == 1


def problem(drawn: Any) -> str:
    return str(next(v for v in drawn.villages if v.code == "demo:0").card.problem)


@pytest.mark.parametrize(("language", "words"), [("en", "A part is broken or worn"), ("hi", "कोई पुर्ज़ा टूटा या घिसा है")])
def test_a_fault_is_said_as_the_form_says_it_in_the_readers_language(world: World, language: str, words: str) -> None:
    report(world, deployment(world), **BROKEN, fault="part_broken", can_repair="centre", down_since=RECENT.isoformat())
    with translation.override(language):
        said = problem(picture(Filters(centre=("nitte",)), "centre", None, links=False))
    assert words in said
    assert "the centre can repair it" in said


def test_an_earlier_map_does_not_tell_a_later_fault(world: World) -> None:
    uuid = deployment(world)
    report(world, uuid, OLD, **BROKEN, fault="weather", down_since=OLD.isoformat())
    before = RECENT - dt.timedelta(days=1)
    report(world, uuid, RECENT, **BROKEN, fault="part_broken", down_since=OLD.isoformat())
    drawn = [picture(Filters(centre=("nitte",), as_of=d), "centre", None, links=False) for d in (before, None)]
    assert ["broken or worn" in problem(d) for d in drawn] == [False, True]
