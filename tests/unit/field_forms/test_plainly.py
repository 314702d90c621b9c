"""Conditions put into Python say what XPath says on the tree, or leave it to the tree."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from field_forms.plainly import Unsure, plainly
from field_forms.xpath import Clock, NotEvaluable, compile_expression
from tests.soak import examples

from .forms import SHIPPED, shipped

PATHS = ("/data/a", "/data/g/b", "/data/g/lost")
CLOCK = Clock(today=20000.0)

texts = st.one_of(
    st.integers(-20, 20).map(str),
    st.decimals(-30, 30, places=2).map(str),
    st.sampled_from(
        ["", " ", "x", "y", "x y", "yes", "05", "+5", "1e3", "-", "-x", ".5", "5.", "20000.0", "²", "9" * 20]
    ),
)
leaf = st.one_of(
    st.sampled_from([".", *PATHS]),
    st.integers(0, 20).map(str),
    st.sampled_from(["'x'", "'yes'", "''", "'5'", "today()", "0.5", "1000000"]),
)
some = st.lists(leaf, min_size=1, max_size=3).map(", ".join)
value = st.one_of(leaf, st.tuples(leaf, st.sampled_from("+-"), leaf).map(" ".join), some.map("coalesce({})".format))
compared = st.tuples(value, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), value).map(" ".join)
single = st.one_of(
    compared,
    leaf,
    st.sampled_from(["true()", "false()", "regex(., '[0-9]+')"]),
    st.tuples(leaf, leaf).map(lambda pair: f"selected({pair[0]}, {pair[1]})"),
)
condition = st.recursive(
    single,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("not({})".format),
        inner.map("({})".format),
    ),
    max_leaves=5,
)


@settings(max_examples=examples(600), deadline=None)
@example("/data/g/lost != 1", "1", "2", "3")
@example("/data/a != /data/g/lost", "1", "2", "3")
@example(". = '05' or . = 5", "05", "", "")
@example("0.1 + . = /data/a", "0.3", "", "0.2")
@given(condition, texts, texts, texts)
def test_both_ways_agree(source: str, a: str, b: str, here: str) -> None:
    plain = plainly(source, PATHS)
    if plain is None:
        return
    data = etree.Element("data")
    for name, text in (("a", a), ("here", here)):
        etree.SubElement(data, name).text = text
    etree.SubElement(etree.SubElement(data, "g"), "b").text = b
    try:
        by_tree = compile_expression(source).truth(data[1], CLOCK)
        found = plain.truth({"/data/a": a, "/data/g/b": b}.get, here, CLOCK)
    except (Unsure, NotEvaluable):
        return  # the tree decides
    assert found is by_tree, source


@pytest.mark.parametrize("form_id", SHIPPED)
def test_every_condition_of_the_shipped_forms_is_of_a_simple_shape(form_id: str) -> None:
    form = shipped(form_id)
    paths = {f"/{form.root}/{'/'.join(question.path)}" for question in form.questions if question.repeat is None}
    sources = {s for q in form.questions for s in (q.required, q.relevant, q.constraint) if s}
    sources |= {group.relevant for group in form.groups if group.relevant}
    assert [source for source in sources if plainly(source, paths) is None] == []


@pytest.mark.parametrize(
    "source",
    [
        "/data/unknown = 1",
        "../a = 1",
        "sum(/data/a) > 1",
        "/data/a[. = 1]",
        ". = '2026-01-01'",
        ". * 2 = 4",
        "(. = 1) = true()",
        "regex(., '[')x",
        ". >",
    ],
)
def test_other_shapes_are_left_to_the_tree(source: str) -> None:
    assert plainly(source, PATHS) is None


def test_a_text_that_numbers_are_read_from_differently_is_left_to_the_tree() -> None:
    plain = plainly(". > 1", PATHS)
    assert plain is not None
    for text in ("+5", "1e3", "9" * 20, " 5"):
        with pytest.raises(Unsure):
            plain.truth({}.get, text, CLOCK)


def test_without_a_day_today_is_left_to_the_tree() -> None:
    plain = plainly(". <= today()", PATHS)
    assert plain is not None
    with pytest.raises(Unsure):
        plain.truth({}.get, "5", Clock())
