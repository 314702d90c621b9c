"""A centre's list, changed: what joins, what leaves, from which day; taken back, it is as it was."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from backend.audit.models import Entry
from backend.errors import Conflict, Invalid
from backend.registry import catchments, editing
from backend.registry.models import CatchmentVillage, Centre, Village, VillageChange
from tests.integration.world import World, user

DAY = dt.date(2026, 6, 1)


def rows(centre: Centre) -> list[tuple[str, dt.date, dt.date | None]]:
    found = CatchmentVillage.objects.filter(centre=centre).order_by("village__code", "since")
    return list(found.values_list("village__code", "since", "until"))


@pytest.fixture
def stranger(world: World) -> Village:
    at = world.villages[0]
    return Village.objects.create(
        code="lgd:9", name="Stranger", state=at.state, district=at.district, lat=13.2, lon=74.95, place_source="file"
    )


def test_a_pasted_list_may_have_bare_numbers_commas_and_repeats() -> None:
    assert catchments.codes_in("602, lgd:603\nDEMO:4 ;602") == ["lgd:602", "lgd:603", "demo:4"]


def test_what_would_change_is_told_before(world: World, stranger: Village) -> None:
    other = Centre.objects.create(slug="khunt", name="Khunt", short_name="Khunt", kind="rsvc")
    led = Village.objects.create(code="lgd:10", name="Led", state=stranger.state)
    CatchmentVillage.objects.create(centre=other, village=led, since=DAY)
    found = catchments.difference(world.centre, ["demo:0", "demo:1", "lgd:9", "lgd:10", "lgd:404"])
    assert (found.joins, found.leaves) == (("lgd:9",), ("demo:2",))
    assert (found.taken, found.unknown) == ({"lgd:10": "Khunt"}, ("lgd:404",))


def test_who_leaves_stays_on_record_and_earlier_days_keep_the_list(world: World, stranger: Village) -> None:
    catchments.change(world.centre, ["lgd:9"], ["demo:2"], on=DAY, reason="Road washed away")
    assert catchments.listed(world.centre) == ["demo:0", "demo:1", "lgd:9"]
    assert ("demo:2", dt.date(2026, 1, 21), DAY) in rows(world.centre)
    from backend.deployments import frames

    before = frames.catchment(DAY - dt.timedelta(days=1))["village"]
    assert set(before) == {v.pk for v in world.villages}


def test_undone_it_is_as_it_was(world: World, stranger: Village) -> None:
    before = rows(world.centre)
    catchments.change(world.centre, ["lgd:9"], ["demo:2"], on=DAY, reason="A slip")
    assert rows(world.centre) != before
    catchments.change(world.centre, ["demo:2"], ["lgd:9"], on=DAY, reason="Undone")
    assert rows(world.centre) == before


def test_a_village_that_another_centre_leads_is_refused_and_nothing_changes(world: World, stranger: Village) -> None:
    other = Centre.objects.create(slug="khunt", name="Khunt", short_name="Khunt", kind="rsvc")
    CatchmentVillage.objects.create(centre=other, village=stranger, since=DAY)
    before = rows(world.centre)
    with pytest.raises(Conflict, match="Khunt"):
        catchments.change(world.centre, ["lgd:9"], ["demo:2"], on=DAY, reason="More")
    assert rows(world.centre) == before


@pytest.mark.parametrize(("reason", "on"), [("", DAY), ("Earlier", dt.date(2026, 1, 1))])
def test_a_change_needs_a_reason_and_a_day_after_the_village_joined(world: World, reason: str, on: dt.date) -> None:
    with pytest.raises(Invalid):
        catchments.change(world.centre, [], ["demo:2"], on=on, reason=reason)


def test_villages_are_found_within_a_ring_and_a_radius(world: World, stranger: Village) -> None:
    ring = [(13.19, 74.93), (13.19, 74.97), (13.25, 74.97), (13.25, 74.93)]
    assert catchments.inside_ring(ring) == ["demo:1", "demo:2", "lgd:9"]
    assert catchments.inside_circle(13.18, 74.93, 2.6) == ["demo:0", "demo:1"]
    with pytest.raises(Invalid):
        catchments.inside_ring(ring[:2])
    with pytest.raises(Invalid):
        catchments.inside_circle(13.18, 74.93, 0)


def test_the_page_previews_changes_and_undoes(world: World, stranger: Village) -> None:
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    before = rows(world.centre)
    sent = {"codes": "demo:0\ndemo:1\n9"}
    preview = client.post("/centres/nitte/list", sent)
    assert (preview.context["difference"].joins, preview.context["difference"].leaves) == (("lgd:9",), ("demo:2",))
    assert rows(world.centre) == before
    assert client.post("/centres/nitte/list", sent | {"apply": "1", "reason": ""}).status_code == 422
    done = client.post("/centres/nitte/list", sent | {"apply": "1", "reason": "Road"}, follow=True)
    assert "/centres/nitte/list/undo" in done.content.decode()
    assert catchments.listed(world.centre) == ["demo:0", "demo:1", "lgd:9"]
    entry = Entry.objects.get(subject="catchment:nitte")
    assert (entry.actor, entry.details["joins"], entry.details["reason"]) == ("meena", ["lgd:9"], "Road")
    client.post("/centres/nitte/list/undo")
    assert rows(world.centre) == before


def test_a_coordinator_elsewhere_has_no_such_page(world: World) -> None:
    client = Client()
    client.force_login(user("coordinator", "ravi"))
    assert client.get("/centres/nitte/list").status_code == 404
    assert client.post("/centres/nitte/list/undo").status_code == 404
    assert client.get("/villages/demo:0").status_code == 404


def test_a_pin_sets_a_villages_place(world: World) -> None:
    village = world.villages[0]
    editing.set_place(village, "13.30", "74.90")
    village.refresh_from_db()
    assert (village.lat, village.place_source) == (13.3, "coordinator")
    for lat, lon in (("74.9", "13.3"), ("", "")):
        with pytest.raises(Invalid):
            editing.set_place(village, lat, lon)


def test_a_renamed_village_keeps_its_old_name_on_record(world: World) -> None:
    editing.rename(world.villages[0], "Nitte East", "2026-05-01")
    change = VillageChange.objects.get()
    assert (change.old_name, change.kind, change.old.name) == ("Village 0", "renamed", "Nitte East")


def test_a_merged_village_leaves_the_lists_on_that_day(world: World, stranger: Village) -> None:
    editing.end(world.villages[0], "merged", "lgd:9", "2026-05-01")
    village = Village.objects.get(code="demo:0")
    assert village.until == dt.date(2026, 5, 1)
    assert ("demo:0", dt.date(2026, 1, 21), dt.date(2026, 5, 1)) in rows(world.centre)
    with pytest.raises(Invalid):
        editing.end(world.villages[1], "merged", "demo:1", "2026-05-01")


def test_an_administrator_edits_a_technologys_season(world: World) -> None:
    client = Client()
    client.force_login(user("administrator", "boss"))
    sent = {
        "name": "Betel-nut cutter", "origin_kind": "cluster", "origin_cluster": world.cluster.pk, "revisit_days": "90",
        "season": ["10", "11"], "clusters": [world.cluster.pk],
    }  # fmt: skip
    assert client.post("/registry/technologies/cutter", sent).status_code == 302
    world.technology.refresh_from_db()
    assert (world.technology.season_months, world.technology.revisit_days) == ("10,11", 90)
    assert client.post("/registry/technologies/cutter", sent | {"name": ""}).status_code == 422


def test_a_centres_place_takes_district_and_state_from_the_map(world: World) -> None:
    client = Client()
    client.force_login(user("administrator", "boss"))
    client.post(
        "/registry/centres/nitte/places/new",
        {"site-new-name": "East", "site-new-lat": "12.97", "site-new-lon": "77.59"},
    )
    site = world.centre.sites.get(name="East")
    assert site.district is not None
    assert site.district.name == "Bengaluru"
    sea = {"site-new-name": "Sea", "site-new-lat": "10", "site-new-lon": "65"}
    assert client.post("/registry/centres/nitte/places/new", sea).status_code == 422
    assert not world.centre.sites.filter(name="Sea").exists()
