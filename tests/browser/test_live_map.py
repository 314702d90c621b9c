"""The live map in a browser, served by Django: under the strict policy, from our own server alone, as new as its reports."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import h3
import orjson
import pytest
from django.conf import settings as django_settings
from django.test import Client
from PIL import Image
from pytest_django import Settings

from tests.browser.conftest import Open, Tab
from tests.integration.world import World, make_world, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
VIEWS = {
    "national": "/maps/reach",
    "centre": "/maps/reach?centre=nitte",
    "replication": "/maps/reach?view=replication&cluster=best",
}
READY = "body[data-ready=yes]"


@pytest.fixture
def world(transactional_db: None) -> World:
    """Three villages on the list: deployments in two of them, one reported as working, one as broken."""
    world = make_world()
    for place, working in ((0, 2), (1, 0)):
        entity = report(world, world.registration(place=place, installed=2))
        answers = {"working": working, "broken": 2 - working, "units_in_use": working}
        report(world, world.report(entity, place=place, **answers))
    return world


def report(world: World, item: dict[str, object]) -> str:
    """Through the API as a phone sends it; answers the id that the registration gives its deployment."""
    answer = world.client().post("/api/v1/submissions", orjson.dumps(item), content_type="application/json")
    assert answer.status_code == 201, answer.content
    from backend.deployments.models import Deployment

    return str(Deployment.objects.order_by("-id")[0].uuid)


def signed_in(tab: Tab, world: World) -> Tab:
    from backend.accounts.models import User

    client = Client()
    name = "meena.joshi"
    client.force_login(User.objects.filter(username=name).first() or user("coordinator", name, centres=[world.centre]))
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    tab.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": tab.base}])
    return tab


@pytest.fixture
def coordinator(tab: Tab, world: World) -> Tab:
    return signed_in(tab, world)


def show(tab: Tab, path: str = VIEWS["national"]) -> Tab:
    tab.go(path)
    tab.page.wait_for_selector(READY)
    return tab


def cell_requests(tab: Tab) -> list[dict[str, list[str]]]:
    asked: list[dict[str, list[str]]] = []
    tab.page.on("request", lambda r: asked.append(parse_qs(urlsplit(r.url).query)) if "/reach/cells" in r.url else None)
    return asked


def test_the_map_fetches_the_cells_in_view(coordinator: Tab, world: World, screenshots: Path) -> None:
    asked = cell_requests(coordinator)
    show(coordinator)
    assert coordinator.text("#title") == "2 villages reached, 50% still active"
    cells = {h3.latlng_to_cell(v.lat, v.lon, 4) for v in world.villages}
    assert coordinator.page.locator(".leaflet-cells-pane path").count() == len(cells)
    assert len(asked) == len({str(question) for question in asked}), "the same cells are asked for once"
    west, south, east, north = (float(v) for v in asked[-1]["bbox"][0].split(","))
    assert west < 74.93 < east
    assert south < 13.18 < north
    assert coordinator.page.locator(".note-live").count() == 0
    coordinator.page.screenshot(path=screenshots / "live-national.png")


def test_a_report_is_on_the_map_at_the_next_reload(coordinator: Tab, world: World) -> None:
    show(coordinator)
    assert coordinator.text(".figure .value") == "2"
    entity = report(world, world.registration(place=2))
    report(world, world.report(entity, place=2, working=2, units_in_use=2))
    show(coordinator)
    assert coordinator.text("#title") == "3 villages reached, 67% still active"
    assert coordinator.text(".figure .value") == "3"


def test_a_centres_card_leads_to_its_own_map(coordinator: Tab) -> None:
    show(coordinator)
    coordinator.page.locator('[data-slug="nitte"] .sym').click()
    assert "RSVC Nitte" in coordinator.text(".slot .card")
    coordinator.page.keyboard.press("Escape")
    assert coordinator.page.locator(".slot .card").count() == 0
    coordinator.page.locator('[data-slug="nitte"] .sym').click()
    coordinator.page.locator(".card-foot a").click()
    coordinator.page.wait_for_selector(".mark-never .sym")
    assert "centre=nitte" in urlsplit(coordinator.page.url).query


def test_unchecking_a_cluster_counts_anew_and_asks_for_the_others(coordinator: Tab) -> None:
    show(coordinator)
    asked = cell_requests(coordinator)
    coordinator.page.locator('input[data-bit="0"]').uncheck()
    coordinator.page.wait_for_load_state("networkidle")
    assert "layers" in coordinator.text("#chosen")
    assert asked[-1]["sources"] == ["rsvc"]
    assert coordinator.page.locator('[data-slug="best"]').count() == 0
    coordinator.page.locator('input[data-bit="1"]').uncheck()
    assert coordinator.text("#title").startswith("0 villages reached")


def test_an_earlier_month_is_asked_for(coordinator: Tab) -> None:
    show(coordinator)
    asked = cell_requests(coordinator)
    coordinator.page.locator(".months input").fill("0")
    coordinator.page.wait_for_load_state("networkidle")
    assert "as_of" in asked[-1]
    assert coordinator.text("#title") == "No village reached yet"


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_an_earlier_month_is_that_of_its_own_page(coordinator: Tab, view: str) -> None:
    """Title, figures, panels: what the slider puts there is what a page of that day says."""
    show(coordinator, VIEWS[view])
    coordinator.page.locator(".months input").fill("22")
    coordinator.page.wait_for_selector("body:not([aria-busy])")
    said = [coordinator.text(part) for part in ("#title", ".figures", ".left")]
    month = parse_qs(urlsplit(coordinator.page.url).query)["month"][0]
    end = coordinator.page.evaluate("GRAMREACH.data.months[22].end")
    assert end.startswith(month)
    joint = "&" if "?" in VIEWS[view] else "?"
    show(coordinator, f"{VIEWS[view]}{joint}as_of={end}")
    assert said == [coordinator.text(part) for part in ("#title", ".figures", ".left")]


def test_an_address_opens_the_very_view_that_was_left(coordinator: Tab, open_tab: Open, world: World) -> None:
    show(coordinator)
    coordinator.page.locator('input[data-bit="0"]').uncheck()
    coordinator.page.locator(".months input").fill("22")
    coordinator.page.locator(".months input").blur()
    coordinator.page.locator('[data-slug="nitte"] .sym').click()
    title, url = coordinator.text("#title"), coordinator.page.url
    other = show(signed_in(open_tab(), world), url.removeprefix(coordinator.base))
    assert other.text("#title") == title
    assert not other.page.locator('input[data-bit="0"]').is_checked()
    assert "RSVC Nitte" in other.text(".slot .card")
    assert other.page.get_attribute("a[data-exact]", "href") == coordinator.page.get_attribute("a[data-exact]", "href")


def test_close_up_each_village_shows_its_condition_and_opens_its_card(coordinator: Tab, screenshots: Path) -> None:
    show(coordinator, "/maps/reach?at=13.2,74.95,11")
    coordinator.page.wait_for_selector(".is-never .sym")
    assert [coordinator.page.locator(f".is-{name}").count() for name in ("in_use", "broken", "never")] == [1, 1, 1]
    coordinator.page.locator(".is-never .sym").click()
    coordinator.page.wait_for_selector(".more .none")
    assert coordinator.text(".slot h2") == "Village 2"
    coordinator.page.locator(".is-broken .sym").click()
    coordinator.page.wait_for_selector(".deployments")
    assert "broken" in coordinator.text(".deployments")
    assert coordinator.page.get_attribute(".more .card-foot a", "href") == "/reports?village=demo%3A1"
    coordinator.page.screenshot(path=screenshots / "live-villages.png")


def test_a_white_spot_leads_to_its_villages(coordinator: Tab, world: World) -> None:
    from backend.deployments.models import Deployment

    Deployment.objects.update(counted=False)
    show(coordinator, "/maps/reach?at=13.2,74.95,8")
    box = coordinator.page.locator(".leaflet-cells-pane path").first.bounding_box()
    assert box is not None
    coordinator.page.mouse.click(box["x"] + 8, box["y"] + box["height"] / 2)
    assert coordinator.text(".slot h2") == "White spot"
    coordinator.page.click("text=See its villages")
    coordinator.page.wait_for_selector(".place .sym")
    assert coordinator.page.locator(".with-villages").count() == 1


def test_an_outside_tile_server_is_asked_only_if_named_and_its_boundaries_are_warned_of(
    coordinator: Tab, settings: Settings
) -> None:
    show(coordinator)
    assert "boundaries may differ" not in coordinator.text(".leaflet-control-attribution")
    settings.MAP_TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.MAP_TILES_BY = "Example"
    asked: list[str] = []
    coordinator.page.route(
        "https://tiles.example.org/**", lambda route: (asked.append(route.request.url), route.abort())
    )
    show(coordinator)
    said = coordinator.text(".leaflet-control-attribution")
    assert "boundaries may differ from the official ones" in said
    assert "Example" in said
    coordinator.page.wait_for_timeout(300)
    assert asked
    assert not [line for line in coordinator.wrong if "Content Security Policy" in line]
    coordinator.wrong.clear()


def test_the_view_becomes_a_picture(coordinator: Tab, tmp_path: Path) -> None:
    show(coordinator)
    with coordinator.page.expect_download() as saving:
        coordinator.page.click(".console .picture")
    saving.value.save_as(tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (2560, 1600)
        assert len(image.convert("RGB").getcolors(1 << 24)) > 200, "something is drawn"


def test_a_failed_fetch_is_said_in_words(coordinator: Tab) -> None:
    show(coordinator)
    coordinator.page.route("**/reach/cells**", lambda route: route.abort())
    coordinator.page.locator('input[data-bit="0"]').uncheck()
    coordinator.page.wait_for_selector(".note-live")
    assert "could not be fetched" in coordinator.text(".note-live")
    assert all("Failed to load" in line for line in coordinator.wrong)
    coordinator.wrong.clear()


def test_one_centre_shows_its_villages(coordinator: Tab, screenshots: Path) -> None:
    show(coordinator, VIEWS["centre"])
    assert coordinator.text("#title") == "Nitte: 1 of 3 villages active, 1 never visited"
    assert coordinator.page.locator(".is-broken").count() == 1
    assert coordinator.page.locator(".is-never").count() == 1
    coordinator.page.locator(".next button").last.click()
    assert "Broken for" in coordinator.text(".slot .card")
    coordinator.page.screenshot(path=screenshots / "live-centre.png")


def test_another_clusters_replication_is_one_choice_away(coordinator: Tab, world: World) -> None:
    from backend.registry.models import Cluster

    Cluster.objects.create(
        slug="pkc", name="Pune Knowledge Cluster", short_name="PKC", city="Pune", state=world.cluster.state, lat=18.5, lon=73.8,
        letters="Pu", colour="#9C2014",
    )  # fmt: skip
    show(coordinator, VIEWS["replication"])
    assert not coordinator.page.is_visible(".only")
    coordinator.page.locator("input[name=cluster][value=pkc]").check()
    coordinator.page.wait_for_url("**cluster=pkc**")
    coordinator.page.wait_for_selector(READY)
    assert "PKC" in coordinator.text("#title")


@pytest.mark.parametrize("path", ["/maps/reach?centre=nowhere", "/maps/reach?view=centre", "/maps/reach?colour=red"])
def test_a_wrong_filter_is_explained_on_a_page(coordinator: Tab, path: str) -> None:
    coordinator.go(path)
    assert coordinator.text("h1") == "This map cannot be drawn"
    assert coordinator.text("[role=alert]")
    assert coordinator.wrong
    assert all("400" in line for line in coordinator.wrong)
    coordinator.wrong.clear()
    coordinator.page.click("text=Open the whole map")
    coordinator.page.wait_for_selector(READY)


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_any_view_can_be_saved_as_a_file_that_opens_from_the_disk(
    coordinator: Tab, open_tab: Open, view: str, tmp_path: Path
) -> None:
    show(coordinator, VIEWS[view])
    with coordinator.page.expect_download() as saving:
        coordinator.page.click("text=Save as a file")
    assert saving.value.suggested_filename == f"reach-{view}.html"
    file = tmp_path / "map.html"
    saving.value.save_as(file)
    disk = open_tab(offline=True)
    disk.base = "file:"
    disk.page.goto(file.as_uri())
    disk.page.wait_for_selector(READY)
    assert disk.text("#title") == coordinator.text("#title")
    assert disk.page.locator(".console").count() == 0
    assert all(r.is_disabled() or r.is_checked() for r in disk.page.locator("input[name=cluster]").all())


def test_without_signing_in_one_is_sent_to_sign_in_and_back(tab: Tab, world: World) -> None:
    user("coordinator", "meena.joshi", centres=[world.centre])
    tab.go(VIEWS["centre"])
    assert tab.page.url == f"{tab.base}/login?next=%2Fmaps%2Freach%3Fcentre%3Dnitte"
    tab.page.fill("#username", "meena.joshi")
    tab.page.fill("#password", "a-long-password")
    tab.page.click(".door .main")
    tab.page.wait_for_selector(READY)
    assert tab.page.url == tab.base + VIEWS["centre"]


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_phones_show_the_live_map_without_sideways_scrolling(
    open_tab: Open, world: World, view: str, screenshots: Path
) -> None:
    phone = show(signed_in(open_tab(**PHONE), world), VIEWS[view])
    assert phone.sideways() <= 0
    phone.page.screenshot(path=screenshots / f"live-phone-{view}.png")
    phone.page.locator(".sheet-open").tap()
    assert phone.page.is_visible(".layers")
    phone.page.locator(".sheet-close").tap()
    assert not phone.page.is_visible(".layers")
