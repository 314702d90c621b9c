"""Map files in a browser: opened from the disk, nothing asked from outside, months and layers that count rightly."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import h3
import pytest

from maps import encode, markup, render
from maps.page import ASSETS
from maps.page import Page as MapPage
from maps.picture import CentreMap
from tests.unit.maps import pictures

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.xdist_group("browser")
ALL = (1 << len(pictures.sources())) - 1
PKC = 3  # the bit of PKC in pictures.sources()


class Opened:
    """A map file in a tab, with what it asked for and what went wrong."""

    def __init__(
        self, browser: sync_api.Browser, file: Path, page: MapPage, width: int = 1280, height: int = 800
    ) -> None:
        file.write_text(page.standalone(), encoding="utf-8")
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.tab = browser.new_page(viewport={"width": width, "height": height})
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.tab.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)
        began = time.monotonic()
        self.tab.goto(file.as_uri())
        self.tab.wait_for_function("document.body.dataset.ready === 'yes'")
        self.seconds = time.monotonic() - began

    def text(self, selector: str) -> str:
        return self.tab.inner_text(selector)

    def cells(self) -> int:
        return int(self.tab.evaluate("document.querySelectorAll('.leaflet-cells-pane path').length"))

    def white_spots(self) -> int:
        return self.tab.locator('.leaflet-cells-pane path[fill="#FFFFFF"]').count()

    def month(self, index: int) -> None:
        self.tab.locator(".months input").fill(str(index))


@pytest.fixture
def national(browser: sync_api.Browser, tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(browser, tmp_path / "national.html", render.national(pictures.national()))
    yield opened
    assert all(url.startswith(("file:", "data:")) for url in opened.asked)
    assert not opened.wrong
    opened.tab.close()


def count(kind: str, chosen: int, month: int) -> int:
    picture = pictures.national()
    return encode.distinct(encode.totals(picture.cells, len(picture.months))[kind], chosen, month)


def test_the_national_map_draws_its_cells_quickly(national: Opened) -> None:
    shown = [c for c in pictures.national().cells if c.catchment or any(n[-1] for _, n in c.reached)]
    assert national.cells() == len(shown)
    assert national.seconds < 5, "2 s on an idle machine; more only under load"
    assert national.text("#title") == pictures.national().head.title


def test_the_slider_changes_title_figures_counts_and_cells(national: Opened) -> None:
    white = national.white_spots()
    national.month(2)
    month = pictures.national().months[2]
    assert national.text("#title") == month.title
    assert national.text(".figure .value") == markup.number(month.figures[0].value)
    assert national.text("#date") == "28 Feb 2025"
    assert national.text("#so-far") == f"{markup.number(count('reached', ALL, 2))} villages reached so far"
    assert national.text(f"#count-{PKC}") == markup.number(count("reached", 1 << PKC, 2))
    assert national.white_spots() > white, "what was reached later is a white spot then"


def test_unchecking_a_cluster_counts_distinct_villages(national: Opened) -> None:
    national.tab.locator(f'input[data-bit="{PKC}"]').uncheck()
    reached, active = count("reached", ALL & ~(1 << PKC), -1), count("active", ALL & ~(1 << PKC), -1)
    assert (
        national.text("#title")
        == f"{markup.number(reached)} villages reached, {round(100 * active / reached)}% still active"
    )
    assert national.text("#chosen") == "9 of 10 layers"
    assert national.tab.locator('[data-slug="pkc"]').count() == 0
    national.tab.locator(f'input[data-bit="{PKC}"]').check()
    assert national.text("#title") == pictures.national().head.title
    assert national.tab.locator('[data-slug="pkc"]').count() == 1


def test_no_bar_stands_on_the_words_above_the_months(national: Opened) -> None:
    words, bars = (national.tab.locator(f".months .chart {part}").bounding_box() for part in ("p", ".bars"))
    assert words["y"] + words["height"] <= bars["y"]


def test_a_card_opens_by_keyboard_and_escape_closes_it(national: Opened) -> None:
    mark = national.tab.locator('[data-slug="rsvc-nitte"]')
    mark.focus()
    national.tab.keyboard.press("Enter")
    assert "RSVC Nitte" in national.text(".card")
    assert "14 of 18 villages" in national.text(".card")
    national.tab.keyboard.press("Escape")
    assert national.tab.locator(".card").count() == 0
    assert national.tab.evaluate("document.activeElement.dataset.slug") == "rsvc-nitte"


def test_districts_can_be_shown_by_coverage(national: Opened) -> None:
    national.tab.locator("#tint").check()
    with_catchment = [a for a in pictures.districts() if a.catchment]
    assert national.tab.evaluate("document.querySelectorAll('.leaflet-tints-pane path').length") == len(with_catchment)


def test_marks_at_one_place_stand_apart(national: Opened) -> None:
    boxes = [national.tab.locator(f'[data-slug="{slug}"] .sym').bounding_box() for slug in ("driiv", "rutag-iit-delhi")]
    assert boxes[0]
    assert boxes[1]
    assert abs(boxes[0]["x"] - boxes[1]["x"]) + abs(boxes[0]["y"] - boxes[1]["y"]) > 20


PICTURES = {
    "national": lambda: render.national(pictures.national()),
    "centre": lambda: render.centre(pictures.centre()),
    "replication": lambda: render.replication(pictures.replication()),
}


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_phones_show_all_without_sideways_scrolling(browser: sync_api.Browser, tmp_path: Path, kind: str) -> None:
    opened = Opened(browser, tmp_path / "map.html", PICTURES[kind](), 360, 740)
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert not opened.wrong
    assert all(url.startswith(("file:", "data:")) for url in opened.asked)
    opened.tab.locator(".sheet-open").click()
    assert opened.tab.locator(".layers").is_visible()
    opened.tab.keyboard.press("Escape")
    assert not opened.tab.locator(".layers").is_visible()
    opened.tab.close()


CELL = h3.latlng_to_cell(18.5, 73.9, 4)
CORNERS = h3.cell_to_boundary(CELL)
ANSWER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"h3": CELL, "reached": 9, "active": 3, "catchment": 12},
            "geometry": {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in (*CORNERS, CORNERS[0])]]},
        }
    ],
}  # fmt: skip
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'"


def serve(route: sync_api.Route, page: MapPage, asked: list[str]) -> None:
    """The own site, without a server: the page under a strict CSP, its script, style, assets and cells."""
    path, _, query = route.request.url.removeprefix("http://maps.test").partition("?")
    asked.append(f"{path}?{query}")
    if path == "/map":
        html = page.live("/assets", "/map.js", "/map.css", urls={"cells": "/cells?cluster=pkc"})
        route.fulfill(
            body=html, headers={"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
        )
    elif path == "/map.js":
        route.fulfill(body=page.script(embed=False), content_type="text/javascript")
    elif path == "/map.css":
        route.fulfill(body=page.style(), content_type="text/css")
    elif path == "/cells":
        route.fulfill(json=ANSWER)
    elif (ASSETS / path.removeprefix("/assets/")).is_file():
        route.fulfill(path=ASSETS / path.removeprefix("/assets/"))
    else:
        route.fulfill(status=404)


def test_a_live_page_runs_under_a_strict_policy_and_fetches_its_cells(browser: sync_api.Browser) -> None:
    page, asked, wrong = render.national(pictures.national()), [], []
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.on(
        "console", lambda line: wrong.append(line.text) if line.type == "error" and "favicon" not in line.text else None
    )
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.route("**/*", lambda route: serve(route, page, asked))
    tab.goto("http://maps.test/map")
    tab.wait_for_selector("body[data-ready=yes]")
    tab.wait_for_selector('.leaflet-cells-pane path[stroke="#B3261E"]', state="attached")
    assert not [line for line in wrong if "404" not in line]
    cells = [url for url in asked if url.startswith("/cells?")]
    assert "cluster=pkc" in cells[0]
    assert "bbox=" in cells[0]
    assert "as_of" not in cells[-1]
    tab.locator(".months input").fill("2")
    tab.wait_for_timeout(200)
    assert "as_of=2025-02-28" in [url for url in asked if url.startswith("/cells?")][-1]
    tab.close()


def test_a_centre_shows_its_villages_and_whom_to_visit(browser: sync_api.Browser, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "centre.html", render.centre(pictures.centre()))
    assert opened.tab.locator(".mark-never").count() == 4
    assert "Broken for 41 days" in opened.text(".slot .card")
    opened.tab.locator('.next button[data-slug="demo:11"]').click()
    assert opened.text(".slot .card h2") == "Village 11"
    opened.tab.locator('input[data-condition="never"]').uncheck()
    assert opened.tab.locator(".mark-never").count() == 0
    assert not opened.wrong
    opened.tab.close()


def crowded() -> CentreMap:
    """The centre of the toy pictures with its villages many times over, most of them never visited."""
    picture, chance = pictures.centre(), random.Random(7)
    more = [
        replace(
            v, code=f"demo:{v.code}-{i}", name=f"{v.name} {i}",
            lat=v.lat + chance.gauss(0, 0.05), lon=v.lon + chance.gauss(0, 0.05),
            condition=v.condition if i == 0 else "never", urgency="9 km N",
        )
        for i in range(10)
        for v in picture.villages
    ]  # fmt: skip
    return replace(picture, villages=tuple(more), visit_next=tuple(v.code for v in more if v.condition == "never"))


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["wide", "phone"])
def crowd(request: pytest.FixtureRequest, browser: sync_api.Browser, tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(browser, tmp_path / "crowd.html", render.centre(crowded()), *request.param)
    yield opened
    assert not opened.wrong
    opened.tab.close()


def boxes(opened: Opened, selector: str) -> list[dict[str, float]]:
    """Of what is visible, without the halo's two pixels above and below."""
    script = """nodes => nodes.filter(n => n.offsetWidth && getComputedStyle(n).visibility === 'visible').map(n => {
        const {x, y, width, height} = n.getBoundingClientRect(); return {x0: x, x1: x + width, y0: y + 2, y1: y + height - 2}})"""
    return list(opened.tab.locator(selector).evaluate_all(script))


def meet(a: dict[str, float], b: dict[str, float]) -> bool:
    return min(a["x1"], b["x1"]) - max(a["x0"], b["x0"]) > 1 and min(a["y1"], b["y1"]) - max(a["y0"], b["y0"]) > 1


def test_names_stand_only_where_they_fit_at_every_zoom(crowd: Opened) -> None:
    for _ in range(3):
        names = boxes(crowd, ".mark .label")
        assert 5 < len(names) < len(crowded().villages)
        assert not [(a, b) for i, a in enumerate(names) for b in names[:i] if meet(a, b)]
        crowd.tab.evaluate("GramReach.view.map.setZoom(GramReach.view.map.getZoom() + 0.5, {animate: false})")


def test_what_is_broken_lies_on_top_and_is_named(browser: sync_api.Browser, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "crowd.html", render.centre(crowded()))
    assert len(boxes(opened, ".is-broken .label")) >= 2
    opened.tab.keyboard.press("Escape")  # what is chosen lies above all
    level = "n => Number(getComputedStyle(n.closest('.place')).zIndex)"
    lowest = min(m.evaluate(level) for m in opened.tab.locator(".is-broken").all())
    assert lowest > max(m.evaluate(level) for m in opened.tab.locator(".is-never, .is-in_use").all())
    opened.tab.close()


def test_every_name_is_shown_on_focus(crowd: Opened) -> None:
    hidden = crowd.tab.locator(".place:has(.mark-never .untold)").first
    label = hidden.locator(".label")
    assert label.evaluate("n => getComputedStyle(n).visibility") == "hidden"
    crowd.tab.keyboard.press("Tab")
    hidden.focus()
    assert label.evaluate("n => getComputedStyle(n).visibility") == "visible"


def test_panels_and_buttons_keep_apart_and_lines_do_not_wrap(browser: sync_api.Browser, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "crowd.html", render.centre(crowded()))
    controls, panels = boxes(opened, ".leaflet-control"), boxes(opened, ".left .panel, .right .panel")
    assert not [1 for a in controls for b in panels if meet(a, b)]
    assert {round(n.bounding_box()["height"]) for n in opened.tab.locator(".layers label").all()} == {23}
    assert opened.tab.locator(".next ol button:visible").count() == 8
    opened.tab.locator(".next summary").click()
    assert opened.tab.locator(".next ol button:visible").count() == len(crowded().visit_next)
    assert opened.text(".next summary") == f"and {len(crowded().visit_next) - 8} more"
    opened.tab.close()


def test_a_replication_file_says_that_it_holds_one_cluster(browser: sync_api.Browser, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "replication.html", render.replication(pictures.replication()))
    radios = opened.tab.locator("input[name=cluster]")
    assert [r.is_enabled() for r in radios.all()] == [r.is_checked() for r in radios.all()]
    assert opened.text(".only") == "This file holds PKC alone. The live map has them all."
    opened.tab.close()
