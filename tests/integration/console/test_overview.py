"""Pages of all India, a cluster and a centre: each figure is what the pure functions say of the same rows."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backend.deployments import frames
from backend.deployments.filters import Filters, today
from backend.registry.models import CatchmentVillage, Centre
from maps import reach, timeline
from tests.integration.submissions.test_rebuild import Story
from tests.integration.world import World, user

MOST_QUERIES = 30
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def story(world: World) -> Story:
    """Two villages of the list with deployments, one in use when last seen, one broken; the third never visited."""
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


@pytest.mark.parametrize(
    "path", ["/centres", "/centres/nitte", "/maps/reach?centre=nitte", "/maps/reach", "/centres/nitte/list"]
)
def test_no_page_asks_the_database_too_often(
    story: Story, world: World, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Of one's own centre: the scope asks for more than all India does."""
    here = client_of("coordinator", centres=[world.centre])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert here.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/centres", "/centres/nitte", "/clusters/best"])
def test_a_page_is_worked_out_once_until_something_comes(
    boss: Client, story: Story, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    reach_of = reach.villages
    monkeypatch.setattr(reach, "villages", lambda *args: made.append(1) or reach_of(*args))
    first = boss.get(path).content
    assert made
    made.clear()
    assert CSRF.sub(b"", boss.get(path).content) == CSRF.sub(b"", first)
    assert not made, "kept"
    world.client().post("/api/v1/submissions", world.registration(place=2), content_type="application/json")
    boss.get(path)
    assert made, "a report came: worked out anew"


def test_a_kept_page_is_of_its_scope_and_language(story: Story, world: World) -> None:
    here, elsewhere = client_of("coordinator", centres=[world.centre]), client_of("coordinator")
    assert "RSVC Nitte" in here.get("/centres").content.decode()
    assert "RSVC Nitte" not in elsewhere.get("/centres").content.decode()
    assert "केंद्र" in here.get("/centres", headers={"Accept-Language": "hi"}).content.decode()


def test_a_mandate_changed_in_the_registry_is_seen_at_once(boss: Client, world: World) -> None:
    boss.get("/centres/nitte")
    form = boss.get("/registry/centres/nitte").context["form"]
    values = {name: value for name, value in form.initial.items() if value not in (None, [])}
    boss.post("/registry/centres/nitte", values | {"mandate_min": 3, "mandate_max": 7, "states_served": []})
    assert "of 3–7" in boss.get("/centres/nitte").content.decode()


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
