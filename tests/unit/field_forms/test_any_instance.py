"""Whatever a form's instance holds, it is read back as it was written; and whatever bytes come, nothing else is raised."""

from __future__ import annotations

import string
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field_forms.answering import write
from field_forms.check import check
from field_forms.compile import compile_form
from field_forms.instance import UnreadableInstance, answers, entity, read
from field_forms.schema import Schema
from tests.soak import examples

FORM = """
| settings |
| | form_id | version |
| | anything | 1 |
| survey |
| | type | name | label | constraint |
| | text | words | Words | |
| | integer | whole | Whole | . > 0 |
| | decimal | part | Part | |
| | date | day | Day | |
| | select_one ab | one | One | |
| | select_multiple ab | several | Several | |
| | geopoint | point | Point | |
| | geotrace | line | Line | |
| | geoshape | area | Area | |
| | begin group | outer | Outer | |
| | begin group | inner | Inner | |
| | text | deep | Deep | |
| | end group | | | |
| | end group | | | |
| | begin repeat | plot | Plot | |
| | text | owner | Owner | |
| | begin repeat | tree | Tree | |
| | integer | height | Height | |
| | geoshape | crown | Crown | |
| | end repeat | | | |
| | end repeat | | | |
| choices |
| | list_name | name | label |
| | ab | a | A |
| | ab | b | B |
"""


@cache
def schema() -> Schema:
    return compile_form(FORM.encode(), "anything.md", validate=False).schema


# What XML can carry at all, and what says something: an answer of spaces alone is none.
text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f"), min_size=1).filter(
    lambda t: bool(t.strip()) and all(c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") for c in t)
)
whole = st.integers(-(2**31) + 1, 2**31 - 1)
degrees = st.tuples(st.floats(-180, 180, width=32), st.floats(-90, 90, width=32))
position = degrees.map(lambda p: [round(p[0], 6) + 0.0, round(p[1], 6) + 0.0])


def point(at: list[float], accuracy: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "Point", "coordinates": at}
    return made if accuracy is None else made | {"properties": {"accuracy": float(accuracy)}}


points = st.builds(point, position, st.none() | st.integers(0, 5000))
lines = st.lists(position, min_size=2, max_size=6).map(lambda c: {"type": "LineString", "coordinates": c})
areas = st.lists(position, min_size=3, max_size=6).map(lambda c: {"type": "Polygon", "coordinates": [[*c, c[0]]]})


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these answers, or none."""
    return st.fixed_dictionaries({}, optional=parts)


tree = some(height=whole, crown=areas)
plot = some(owner=text, tree=st.lists(tree, min_size=1, max_size=3))
filled = some(
    words=text,
    whole=whole,
    part=st.floats(-1e12, 1e12, allow_nan=False).map(lambda f: f + 0.0),
    day=st.dates().filter(lambda d: d.year > 999).map(str),
    one=st.sampled_from("ab"),
    several=st.lists(st.sampled_from("ab"), min_size=1, unique=True),
    point=points,
    line=lines,
    area=areas,
    outer=st.fixed_dictionaries({"inner": st.fixed_dictionaries({"deep": text})}),
    plot=st.lists(plot, min_size=1, max_size=3),
)
quickly = settings(max_examples=examples(80), deadline=None)


@pytest.mark.hypothesis
@quickly
@given(filled)
def test_answers_come_back_from_their_xml(said: dict[str, Any]) -> None:
    back, flags = answers(read(write(schema(), "uuid:any", None, said)), schema())
    assert flags == ()
    assert back == said


@pytest.mark.hypothesis
@quickly
@given(filled)
def test_the_same_answers_are_the_same_bytes_and_survive_a_second_turn(said: dict[str, Any]) -> None:
    once = write(schema(), "uuid:any", "uuid:before", said)
    assert write(schema(), "uuid:any", "uuid:before", answers(read(once), schema())[0]) == once


# Elements of the form and others, in any nesting, with any text, attributes and namespaces.
names = st.sampled_from(
    ["data", "meta", "instanceID", "plot", "tree", "height", "point", "words", "entity", "orx:meta", "x"]
)
names |= st.text(string.ascii_letters, min_size=1, max_size=6)


def element(name: str, said: str, below: list[str]) -> str:
    escaped = said.replace("&", "&amp;").replace("<", "&lt;")
    return f"<{name}>{escaped}{''.join(below)}</{name}>"


any_element = st.recursive(
    st.builds(element, names, text | st.just(""), st.just([])),
    lambda inner: st.builds(element, names, text | st.just(""), st.lists(inner, max_size=4)),
    max_leaves=12,
)


@pytest.mark.hypothesis
@quickly
@given(st.lists(any_element, max_size=4))
def test_a_report_of_any_shape_is_read_and_checked_and_never_breaks_anything(body: list[str]) -> None:
    xml = f'<data xmlns:orx="http://openrosa.org/xforms" id="anything" version="1">{"".join(body)}</data>'.encode()
    instance = read(xml)
    assert instance.xml == xml
    checked = check(instance, schema())
    assert isinstance(checked.values, dict)
    entity(instance)


@pytest.mark.hypothesis
@quickly
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda b: b"<data id='anything'>" + b + b"</data>"))
def test_any_bytes_are_read_or_refused_with_a_remedy(body: bytes) -> None:
    try:
        instance = read(body)
    except UnreadableInstance as error:
        refused = error.remedy
    else:
        refused = ""
        check(instance, schema())
    assert refused or instance.form_id == "anything"
