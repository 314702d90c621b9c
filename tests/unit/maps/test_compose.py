"""The pictures say what `maps.reach` says: each village once, no figure without its denominator."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import compose, geo, reach, wording
from maps.compose_centre import Detail, Surroundings, VillageEntry
from maps.compose_centre import centre as centre_map
from maps.compose_replication import replication
from maps.picture import Cell, NationalMap
from tests.soak import examples
from tests.unit.maps.frames import (
    BEST,
    BOOK,
    BROKEN,
    DAY,
    GOA,
    KERALA,
    PKC,
    REGISTERED,
    SILENT,
    catchment,
    deployments,
    scene,
)
from tests.unit.maps.frames import centre as centre_entry

FAR = geo.cell(18.5, 73.8)


def national(*rows: dict[str, Any], listed: list[dict[str, Any]] | None = None) -> NationalMap:
    return compose.national(scene(deployments(*rows), listed=catchment(*(listed or []))))


def count(cells: tuple[Cell, ...], sources: int, what: str = "reached") -> int:
    """Villages of the last month that one of the chosen sources reached, as the map's script counts them."""
    return sum(counts[-1] for cell in cells for mask, counts in getattr(cell, what) if mask & sources)


def bit(picture: NationalMap, slug: str) -> int:
    return 1 << [s.slug for s in picture.sources].index(slug)


some = st.fixed_dictionaries(
    {
        "village": st.integers(0, 5), "clusters": st.integers(0, 3), "centre": st.sampled_from([-1, 1, 2]),
        "units_in_use": st.integers(0, 1), "village_use": st.booleans(),
    }
)  # fmt: skip
some |= some.map(lambda row: {**row, **REGISTERED})


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(some, max_size=8), st.integers(0, 31))
def test_the_sum_over_masks_is_the_number_of_distinct_villages_of_any_sources(
    rows: list[dict[str, Any]], sources: int
) -> None:
    rows = [{**row, "h3_r7": FAR if row["village"] > 2 else geo.cell(13.18, 74.93)} for row in rows]
    picture = national(*rows)
    bits, _ = compose.source_bits(scene(deployments(*rows)))
    chosen = deployments(*rows)[(bits & sources) != 0]
    told = reach.reach(chosen, DAY)
    for cells in (picture.cells, picture.coarse):
        assert count(cells, sources) == told.villages_reached


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(some, max_size=8))
def test_the_figures_of_the_picture_are_those_of_reach(rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "people": 10 + i, "population": 25} for i, row in enumerate(rows)]
    told = reach.reach(deployments(*rows), DAY)
    reached, active, _, people = national(*rows).head.figures
    assert (reached.value, active.value, people.value) == (
        told.villages_reached, told.villages_active.count, told.people.low,
    )  # fmt: skip


def test_a_village_of_two_clusters_counts_for_each_and_once_together() -> None:
    picture = national({"clusters": BEST}, {"clusters": PKC})
    best, pkc = bit(picture, "best"), bit(picture, "pkc")
    assert [count(picture.cells, chosen) for chosen in (best, pkc, best | pkc)] == [1, 1, 1]
    assert [s.villages for s in picture.sources[:2]] == [1, 1]


def test_a_village_may_be_reached_by_two_sources_and_active_by_one() -> None:
    picture = national({"clusters": BEST}, {"clusters": PKC, **BROKEN})
    assert [count(picture.cells, bit(picture, slug), "active") for slug in ("best", "pkc")] == [1, 0]


def test_what_no_cluster_and_no_centre_names_has_a_source_of_its_own() -> None:
    picture = national({"clusters": 0, "centre": -1})
    assert picture.sources[-1].name == "No centre named"
    assert count(picture.cells, 1 << len(picture.sources) - 1) == 1


def test_a_cell_with_listed_villages_and_none_reached_is_a_white_spot() -> None:
    (cell,) = national(listed=[{"village": 1}, {"village": 2}]).cells
    assert (cell.catchment, cell.reached) == (2, ())


def test_a_village_without_a_place_is_in_the_figures_and_in_no_cell() -> None:
    picture = national({"h3_r7": -1})
    assert (picture.head.figures[0].value, picture.cells) == (1, ())


def test_no_list_no_percentage() -> None:
    assert national({}).head.figures[0].share is None
    listed = national({}, listed=[{"village": 1}, {"village": 2}]).head.figures[0]
    assert (listed.share, listed.strong, listed.note) == (0.5, "50%", "of 2 in catchments")


def test_of_the_share_only_villages_on_a_list_are_part() -> None:
    figure = national({"village": 1}, {"village": 9}, listed=[{"village": 1}, {"village": 2}]).head.figures[0]
    assert (figure.value, figure.share) == (2, 0.5)
    assert figure.note == "of 2 in catchments: 1"  # whose number stands above is another one, 2


def test_the_title_never_says_reached_without_still_active() -> None:
    assert national({"village": 1}, {"village": 2, **BROKEN}).head.title == "2 villages reached, 50% still active"
    assert national(REGISTERED).head.title == "No village reached yet"


def test_people_are_said_as_the_least_and_the_most_of_each_village_never_above_its_population() -> None:
    people = national({"people": 30}, {"people": 50}, {"village": 2, "people": 40, "population": 25}).head.figures[3]
    assert (people.value, people.note) == (75, "up to 105; counted in 100% of villages")


@settings(deadline=None, max_examples=examples(20))
@given(st.lists(some, max_size=8))
def test_each_card_says_what_its_own_deployments_say(rows: list[dict[str, Any]]) -> None:
    """All cards are made from villages that were worked out together; each is as if its own were worked out alone."""
    picture = national(*rows, listed=[{"village": n} for n in range(3)])
    frame = deployments(*rows)
    use = frame[frame["village_use"] & (frame["village"] >= 0)]
    cards = {m.slug: m.card for m in picture.marks}
    for slug, chosen in (("best", use["clusters"] & 1 == 1), ("pkc", use["clusters"] & 2 == 2)):
        told = reach.reach(use[chosen], DAY)
        assert cards[slug].rows[0].strong == wording.plural_villages(told.villages_reached)
        assert cards[slug].rows[2].strong == str(told.units_in_use.count)
        assert sum(n for _, n in cards[slug].conditions) == len(reach.villages(use[chosen], DAY))
    on_list = reach.villages(use[use["village"].isin([0, 1, 2])], DAY)
    assert cards["nitte"].rows[0].strong == f"{int(on_list['reached'].sum())} of 3"
    told = reach.reach(use[use["centre"] == 2], DAY)
    assert cards["madras"].rows[0].strong == wording.plural_villages(told.villages_reached)


def test_of_a_selection_reached_has_no_share_and_says_why() -> None:
    selection = replace(scene(deployments({}), listed=catchment({"village": 1})), covers=False)
    picture = compose.national(selection)
    assert (picture.head.figures[0].share, picture.head.figures[0].note) == (
        None,
        "a selection: no share of catchments",
    )
    assert next(m for m in picture.marks if m.slug == "nitte").card.rows[0].label == "Reached"


def test_a_districts_coverage_counts_villages_on_lists_only() -> None:
    (area,) = national({"village": 1}, {"village": 9}, listed=[{"village": 1}, {"village": 2}]).districts
    assert (area.reached, area.covered, area.catchment) == (2, 1, 2)


def test_two_sources_never_share_a_name() -> None:
    partner = replace(BOOK, centres=(*BOOK.centres, centre_entry(3, "partner", "partnership")))
    rows = deployments({"clusters": 0, "centre": -1})
    picture = compose.national(replace(scene(rows), gazetteer=partner))
    slugs = [s.slug for s in picture.sources]
    assert len(slugs) == len(set(slugs))
    assert (slugs[-1], picture.sources[-1].villages, picture.sources[-1].centres) == ("none", 1, 0)


def test_a_demonstration_is_on_no_map() -> None:
    assert national({"village_use": False}).cells == ()


def test_one_illustrative_deployment_makes_the_picture_illustrative() -> None:
    assert national({}, {"illustrative": True}).head.illustrative
    assert not national({}).head.illustrative


@pytest.mark.parametrize(
    ("part", "of", "said"), [(0, 0, "–"), (0, 9, "0%"), (1, 999, "1%"), (998, 999, "99%"), (9, 9, "100%")]
)
def test_a_share_is_never_100_where_something_is_missing_nor_0_where_something_is(
    part: int, of: int, said: str
) -> None:
    assert wording.percent(part, of) == said


def test_the_rule_in_force_is_named() -> None:
    assert "not rejected" in wording.rule(review_required=False)
    assert "approved" in wording.rule(review_required=True)


def entry(key: int, placed: bool = True) -> VillageEntry:
    return VillageEntry(key, f"demo:{key}", f"V{key}", "", 13.2 if placed else None, 74.95 if placed else None, 200)


def of_nitte(*rows: dict[str, Any], listed: list[dict[str, Any]], unplaced: tuple[int, ...] = ()) -> Any:
    frame = deployments(*rows)
    keys = {*(r.get("village", 1) for r in rows), *(r["village"] for r in listed)}
    around = Surroundings(
        {k: entry(k, k not in unplaced) for k in keys},
        {i: Detail("Cutter", "BeST", "Blade worn", "village") for i in range(len(rows))},
        (),
    )
    return centre_map(scene(frame, listed=catchment(*listed)), BOOK.centre("nitte"), around)


LIST = [{"village": n} for n in (1, 2, 3)]


def test_a_centres_map_shows_every_listed_village_by_its_condition() -> None:
    picture = of_nitte({"village": 1}, {"village": 2, "centre": 2, **BROKEN}, listed=LIST)
    assert [(v.code, v.condition) for v in picture.villages] == [
        ("demo:1", "in_use"), ("demo:2", "broken"), ("demo:3", "never"),
    ]  # fmt: skip
    assert picture.head.title == "Nitte: 1 of 3 villages active, 1 never visited"
    assert (picture.head.figures[0].value, picture.head.figures[0].note) == (2, "of 3 in catchment")


def test_visit_next_is_never_visited_then_broken_and_silent_the_longest_first() -> None:
    down = {"down_since": dt.date(2026, 8, 1)}
    rows = [{"village": 1, **SILENT}, {"village": 2, **BROKEN}, {"village": 4, **BROKEN, **down}]
    assert of_nitte(*rows, listed=[*LIST, {"village": 4}]).visit_next == ("demo:3", "demo:4", "demo:2", "demo:1")


def test_a_listed_village_without_a_place_is_told_in_words() -> None:
    picture = of_nitte({"village": 1}, listed=LIST, unplaced=(1, 3))
    assert (len(picture.villages), picture.unplaced) == (1, 2)


def test_deployments_outside_the_list_are_shown_apart() -> None:
    picture = of_nitte({"village": 1}, {"village": 8}, listed=LIST)
    assert [v.code for v in picture.reached_outside] == ["demo:8"]
    assert picture.head.figures[0].value == 1


def test_a_centres_active_villages_by_month_leave_demonstrations_out() -> None:
    shown, plain = (
        of_nitte({"village": 1}, {"village": 2, "village_use": use}, listed=LIST).centre.card.series
        for use in (False, True)
    )
    assert (shown.values[-1], plain.values[-1]) == (1, 2)


def test_flows_go_to_other_states_and_own_villages_stay_apart() -> None:
    rows = [{"village": 1}, {"village": 2, "state": GOA}, {"village": 3, "state": KERALA, **BROKEN}]
    rows = [*rows, {"village": 4, "state": KERALA}, {"village": 5, "state": GOA, "clusters": PKC}]
    picture = replication(scene(deployments(*rows)), BOOK.cluster("best"))
    assert [(f.name, f.reached, f.active) for f in picture.flows] == [("Kerala", 2, 1), ("Goa", 1, 1)]
    assert (picture.own_villages, picture.head.figures[0].value, picture.head.figures[0].note) == (
        1, 3, "of 4 reached by BEST",
    )  # fmt: skip


def test_where_no_other_state_is_known_nothing_is_said_to_be_a_share_of_none() -> None:
    alone = replace(BOOK, states={1: ("karnataka", "Karnataka")})
    figures = [
        replication(replace(scene(deployments({})), gazetteer=b), BOOK.cluster("best")).head.figures[2]
        for b in (BOOK, alone)
    ]
    assert [f.note for f in figures] == ["of 2 other states and UTs", "no other state or UT in the registry yet"]


def test_a_village_card_says_the_fault_in_words_or_not_at_all() -> None:
    said = []
    for fault, can_repair in (("A part is broken", "supplier"), ("", "mechanic"), ("", "not_known")):
        around = Surroundings({1: entry(1)}, {0: Detail("Cutter", "BeST", fault, can_repair)}, ())
        frame = deployments({**BROKEN, "down_since": dt.date(2026, 11, 12)})
        drawn = centre_map(scene(frame, listed=catchment({"village": 1})), BOOK.centre("nitte"), around)
        said.append(drawn.villages[0].card.problem)
    assert said == [
        "Broken for 10 days. A part is broken; the supplier can repair it.",
        "Broken for 10 days. A mechanic nearby can repair it.",
        "Broken for 10 days.",
    ]
