"""Pages of all India, a cluster and a centre: each figure is what the pure functions say of the same rows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backend.deployments import frames, scenes
from backend.deployments.filters import Filters, today
from backend.registry.models import CatchmentVillage, Centre
from maps import reach, timeline
from tests.integration.submissions.test_rebuild import Story
from tests.integration.world import World, user

MOST_QUERIES = 30


@pytest.fixture
def story(world: World) -> Story:
    """Two villages of the list with deployments, one in use when last seen, one broken; the third never visited."""
    scenes.forget_scenes()
    story = Story(world, user("administrator", "boss"))
    story.play("register", 0, 0)
    story.play("register", 1, 1)
    story.play("report", 0, 3, 2, "seen")
    story.play("report", 1, 5, 0, "seen")
    return story


def client_of(role: str, **scope: object) -> Client:
    client = Client()
    client.force_login(user(role, f"user-{role}-{len(scope)}", **scope))
    return client


@pytest.fixture
def boss(story: Story) -> Client:
    return client_of("administrator")


def test_a_centres_figures_are_those_of_the_pure_functions(boss: Client, world: World) -> None:
    page = boss.get("/centres/nitte").context["page"]
    rows = frames.deployments(Filters(centre=("nitte",)))
    places = reach.villages(rows, today())
    listed = frames.catchment(today(), [world.centre.pk])
    covered = reach.coverage(listed, places, places.index[places["reached"]])
    assert page.coverage == covered
    assert (covered.reached.count, covered.reached.of, covered.never_visited) == (2, 3, 1)
    assert page.told.figures == reach.reach(rows, today())
    assert sum(u.installed for u in page.told.units) == page.told.figures.units_in_use.of
    assert sum(u.in_use for u in page.told.units) == page.told.figures.units_in_use.count
    assert [v.condition for v in page.villages].count("never") == 1


def test_each_month_of_a_chart_is_what_that_day_says(boss: Client, world: World) -> None:
    page = boss.get("/centres/nitte").context["page"]
    for moment, told in zip(timeline.moments(today(), 12), page.told.months, strict=True):
        then = Filters(centre=("nitte",), as_of=moment.day)
        places = reach.villages(frames.deployments(then), moment.day)
        covered = reach.coverage(frames.catchment(moment.day, [world.centre.pk]), places, ())
        assert (told.reached, told.active) == (covered.reached.count, covered.active.count), moment.label


def test_a_clusters_figures_are_those_of_the_pure_functions(boss: Client, world: World) -> None:
    page = boss.get("/clusters/best").context["page"]
    rows = frames.deployments(Filters(cluster=("best",)))
    assert page.told.figures == reach.reach(rows, today())
    assert page.replication == reach.replication(reach.villages(rows, today()), world.cluster.state_id, ())
    assert page.told.months[-1].reached == page.told.figures.villages_reached
    assert page.told.months[-1].active == page.told.figures.villages_active.count


def test_all_india_shows_each_with_its_own_denominator(boss: Client, world: World) -> None:
    page = boss.get("/centres").context["page"]
    rows = frames.deployments(Filters())
    assert page.figures == reach.reach(rows, today())
    assert page.clusters[0].figures == page.figures, "the one cluster facilitates all that there is"
    assert page.centres[0].coverage.reached.of == 3
    assert (page.listed.count, page.listed.of) == (2, 3)


def test_a_share_never_stands_without_what_it_is_of(boss: Client) -> None:
    for path in ("/centres", "/centres/nitte", "/clusters/best"):
        assert not re.search(r"\d%(?! of)", boss.get(path).content.decode()), path


@pytest.mark.parametrize("path", ["/centres", "/centres/nitte", "/clusters/best", "/centres/nitte/list"])
def test_no_page_asks_the_database_too_often(
    boss: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        assert boss.get(path).status_code == 200


def test_a_coordinator_sees_own_centres_only(story: Story, world: World) -> None:
    here = client_of("coordinator", centres=[world.centre])
    elsewhere = client_of("coordinator")
    other = Centre.objects.create(slug="khunt", name="RSVC Khunt", short_name="Khunt", kind="rsvc")
    assert [row.entry.slug for row in here.get("/centres").context["page"].centres] == ["nitte"]
    assert here.get("/centres").context["page"].centres[0].coverage.reached.count == 2
    assert here.get(f"/centres/{other.slug}").status_code == 404
    assert elsewhere.get("/centres/nitte").status_code == 404
    assert here.get("/clusters/best").status_code == 404
    assert elsewhere.get("/centres").status_code == 200


def test_without_a_list_there_is_no_share_and_a_way_to_make_one(boss: Client) -> None:
    CatchmentVillage.objects.all().delete()
    page = boss.get("/centres/nitte").content.decode()
    assert "no list, so no share" in page
    assert "/centres/nitte/list" in page


def test_the_pages_speak_hindi(boss: Client) -> None:
    for path in ("/centres", "/centres/nitte", "/clusters/best", "/centres/nitte/list", "/registry/technologies"):
        page = boss.get(path, headers={"accept-language": "hi"}).content.decode()
        assert '<html lang="hi"' in page
        main = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
        words = re.findall(r"\b(?:village|villages|reached|active|units|month|Last|Never|list)\b", main)
        assert not [w for w in words if w not in ("Village",)], (path, words[:5])
