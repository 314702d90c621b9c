"""Pages: one file without a network, or files for a strict CSP; every name escaped, every figure with its denominator."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from maps import encode, markup, render
from maps.page import ASSETS, FONTS, Page, font_face
from maps.picture import Card
from tests.unit.maps import pictures

EVIL = "<script>alert(1)</script>\u2028</script>"
PAGES = {
    "national": lambda: render.national(pictures.national()),
    "centre": lambda: render.centre(pictures.centre()),
    "replication": lambda: render.replication(pictures.replication()),
}


@pytest.fixture(scope="module", params=sorted(PAGES))
def page(request: pytest.FixtureRequest) -> Page:
    return PAGES[request.param]()


class Tags(HTMLParser):
    """All start tags, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._code = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._code = False

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text += data


def test_a_stand_alone_file_asks_for_nothing(page: Page) -> None:
    html = page.standalone()
    for _, attributes in Tags(html).tags:
        assert not {"src", "srcset"} & set(attributes)
        assert not re.match(r"(https?:)?//", attributes.get("href") or "")
    assert set(re.findall(r"url\(\"?([a-z]+)", html)) <= {"data"}
    assert "@import" not in html
    assert "sourceMappingURL" not in html
    outside = re.findall(r"https?://[\w.]+", html)
    assert set(outside) <= {"http://www.w3.org", "https://leafletjs.com"}, (
        "a namespace and Leaflet's licence, nothing else"
    )


def test_a_stand_alone_file_stays_under_its_budget(page: Page) -> None:
    assert len(page.standalone().encode()) < 1_500_000


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert render.national(pictures.national()).standalone() == render.national(pictures.national()).standalone()


def test_a_live_page_has_no_inline_code(page: Page) -> None:
    html = page.live("/static/maps", "/maps/reach/map.js", "/maps/reach/map.css", urls={"cells": "/api/v1/reach/cells"})
    for tag, attributes in Tags(html).tags:
        assert not any(name.startswith("on") for name in attributes), attributes
        if tag == "script":
            assert (attributes["src"] or "").startswith("/")
        if tag == "link":
            assert (attributes["href"] or "").startswith("/")
    assert '<script defer src="/maps/reach/map.js"></script>' in html
    assert "<style" not in html


def test_every_file_a_live_page_names_exists(page: Page) -> None:
    html = page.live("/static/maps", "/own.js", "/own.css")
    named = re.findall(r'"/static/maps/([^"]+)"', html)
    assert named
    assert all((ASSETS / name).is_file() for name in named)
    assert (ASSETS / "css/fonts.css").read_text() == "\n".join(font_face(name, f"../{name}") for name in FONTS) + "\n"


def test_live_cells_are_left_out_of_the_script_and_kept_in_the_file() -> None:
    page = PAGES["national"]()
    assert '"cells":' in page.script()
    assert '"cells":' not in page.script(embed=False)
    assert len(page.script(embed=False)) < 0.6 * len(page.script())
    assert 'data-cells="/api/v1/reach/cells?cluster=pkc&amp;x=1"' in page.live(
        "/a", "/b", "/c", urls={"cells": "/api/v1/reach/cells?cluster=pkc&x=1"}
    )


def test_names_are_escaped_everywhere() -> None:
    picture = pictures.national()
    evil_card = Card(EVIL, EVIL, EVIL, rows=(), last=EVIL, link="/x", link_text=EVIL)
    mark = replace(picture.marks[0], name=EVIL, card=evil_card)
    picture = replace(
        picture,
        head=replace(picture.head, title=EVIL, subtitle=EVIL, rule=EVIL, chips=(replace(picture.head.chips[0], text=EVIL),)),
        marks=(mark, *picture.marks[1:]),
        sources=(replace(picture.sources[0], name=EVIL), *picture.sources[1:]),
        gaps=((EVIL, 1, 2),),
    )  # fmt: skip
    clean = render.national(pictures.national())
    page = render.national(picture)
    for html, before in (
        (page.standalone(), clean.standalone()),
        (page.live("/a", "/b", "/c"), clean.live("/a", "/b", "/c")),
    ):
        assert "<script>alert" not in html
        assert html.count("</script") == before.count("</script")
        assert "<script>alert(1)</script>" in Tags(html).text
    assert "<script" not in page.script()


def test_village_names_are_escaped() -> None:
    picture = pictures.centre()
    village = replace(picture.villages[0], name=EVIL, urgency=EVIL, card=Card(EVIL, EVIL))
    page = render.centre(replace(picture, villages=(village, *picture.villages[1:]), visit_next=(village.code,)))
    assert "<script>alert" not in page.standalone()


def test_figures_are_printed_with_their_denominators(page: Page) -> None:
    text = " ".join(Tags(page.live("/a", "/b", "/c")).text.split())
    expected = {
        "national": ["40% of 5,913 in catchments", "86% of 21, last 30 days", "2,09,509"],
        "centre": ["78% of 18 in catchment", "64% of 14 reached", "Villages by condition of 18"],
        "replication": ["39% of 437 reached by PKC", "28 of 37", "8 of 35 other states and UTs"],
    }[page.kind]
    for words in expected:
        assert words in text


def test_the_tag_date_and_rule_are_on_the_page(page: Page) -> None:
    text = Tags(page.live("/a", "/b", "/c")).text
    assert "Illustrative data" in text
    assert "22 Nov 2026" in text
    if page.kind != "centre":
        assert "Reached: at least one accepted report." in text


def test_real_data_carries_no_tag() -> None:
    picture = pictures.centre()
    page = render.centre(replace(picture, head=replace(picture.head, illustrative=False)))
    assert "llustrative" not in page.live("/a", "/b", "/c")
    assert "illustrative" not in page.data()["attribution"]


def test_the_script_is_plain_json_and_code() -> None:
    page = PAGES["national"]()
    first = page.script().split("\n", 1)[0]
    data = json.loads(first.removeprefix("var GRAMREACH = {data: ").removesuffix("};"))
    assert data["months"][-1]["end"] == "2026-11-22"
    assert data["months"][0]["end"] == "2024-12-31"


def test_devanagari_is_carried_only_when_needed() -> None:
    picture = pictures.national()
    hindi = replace(picture, head=replace(picture.head, title="2,831 गाँव"))
    assert '"Anek Devanagari"; font-weight' not in render.national(picture).standalone()
    assert '"Anek Devanagari"; font-weight' in render.national(hindi).standalone()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (209509, "2,09,509"), (12345678, "1,23,45,678"), (None, "–")],
)
def test_lakh_commas(value: int | None, text: str) -> None:
    assert markup.number(value) == text


def test_only_changes_are_stored() -> None:
    assert encode.changes((0, 0, 3, 3, 5)) == [2, 3, 4, 5]
    assert encode.changes((0, 0)) == []


def test_a_village_of_two_sources_counts_once() -> None:
    masks = [[0b01, [2, 3]], [0b10, [1, 1]], [0b11, [0, 4]]]
    assert encode.distinct(masks, 0b01, 1) == 7
    assert encode.distinct(masks, 0b10, 1) == 5
    assert encode.distinct(masks, 0b11, 1) == 8
    assert encode.distinct(masks, 0b11, 0) == 3


def test_totals_are_the_cells_together() -> None:
    picture = pictures.national()
    totals = encode.totals(picture.cells, len(picture.months))
    everyone = (1 << len(picture.sources)) - 1
    assert encode.distinct(totals["reached"], everyone, -1) == picture.head.figures[0].value
    assert encode.distinct(totals["active"], everyone, -1) == picture.head.figures[1].value
