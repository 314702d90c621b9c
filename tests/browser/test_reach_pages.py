"""Pages of centres and the registry in a browser: whole on phone and desk, and the list of villages edited on its map."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.registry import catchments
from backend.registry.models import Village
from tests.browser.conftest import Open
from tests.browser.test_live_map import PHONE, report, signed_in
from tests.integration.world import World, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
PAGES = ("/centres", "/centres/nitte", "/centres/nitte/list", "/villages/demo:0")


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world()
    entity = report(world, world.registration(place=0, installed=2))
    report(world, world.report(entity, place=0, working=2, broken=0, units_in_use=2))
    at = world.villages[0]
    Village.objects.create(
        code="lgd:9", name="Stranger", state=at.state, district=at.district, lat=13.2, lon=74.98, place_source="file"
    )
    return world


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_window(open_tab: Open, world: World, path: str, screenshots: Path) -> None:
    for name, options in (("phone", PHONE), ("desk", {})):
        tab = signed_in(open_tab(**options), world)
        tab.go(path)
        tab.page.wait_for_load_state("networkidle")
        assert tab.sideways() == 0, name
        tab.page.screenshot(path=screenshots / f"pages-{name}-{path.strip('/').replace('/', '-')}.png", full_page=True)


def test_a_village_ticked_on_the_map_joins_the_list_and_the_change_is_undone(
    open_tab: Open, world: World, screenshots: Path
) -> None:
    tab = signed_in(open_tab(), world)
    tab.go("/centres/nitte/list")
    tab.page.wait_for_selector("#map path.leaflet-interactive >> nth=3", state="attached")
    hollow = tab.page.locator('#map path.leaflet-interactive[fill="#fff"]')
    hollow.click()
    assert tab.page.input_value("#codes").split() == ["demo:0", "demo:1", "demo:2", "lgd:9"]
    tab.page.click("text=See what would change")
    assert "+1, −0" in tab.text("#d")
    tab.page.fill("#reason", "Asked by the village council")
    tab.page.click("text=Change the list")
    assert catchments.listed(world.centre) == ["demo:0", "demo:1", "demo:2", "lgd:9"]
    tab.page.click("text=Undo")
    assert catchments.listed(world.centre) == ["demo:0", "demo:1", "demo:2"]
    tab.page.screenshot(path=screenshots / "list-undone.png")


def test_villages_are_drawn_around_and_taken_out(open_tab: Open, world: World) -> None:
    tab = signed_in(open_tab(), world)
    tab.go("/centres/nitte/list")
    tab.page.wait_for_selector("#map path.leaflet-interactive >> nth=3", state="attached")
    tab.page.click("[data-tool=draw]")
    box = tab.page.locator("#map").bounding_box()
    assert box is not None
    for x, y in ((0.2, 0.2), (0.9, 0.2), (0.9, 0.9), (0.2, 0.9)):
        tab.page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    tab.page.click("[data-tool=drop]")
    tab.page.wait_for_selector("#said:not(:empty)")
    assert tab.page.input_value("#codes") == ""
    tab.page.click("[data-tool=back]")
    assert len(tab.page.input_value("#codes").split()) == 3


def test_a_place_is_picked_by_a_click(open_tab: Open, world: World) -> None:
    tab = signed_in(open_tab(), world)
    tab.go("/villages/demo:0")
    tab.page.wait_for_selector(".pin")
    before = tab.page.input_value("#lat")
    box = tab.page.locator(".pick").bounding_box()
    assert box is not None
    tab.page.mouse.click(box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.4)
    assert tab.page.input_value("#lat") != before
    tab.page.click("text=Keep the place")
    village = Village.objects.get(code="demo:0")
    assert f"{village.lat:.5f}" == tab.page.input_value("#lat")
    assert village.place_source == "coordinator"
