"""What is worked out once for a sequence of names holds for every report of these names, and for no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field_forms import check as checking
from field_forms.check import check
from field_forms.instance import read
from field_forms.schema import Schema
from tests.soak import examples

from .forms import instance, schema

FORM = """
| survey |
| | type | name | label | required | relevant | constraint | constraint_message |
| | today | today | | | | | |
| | begin group | well | Well | | ${today} != '' | | |
| | select_one yn | dry | Dry? | yes | | | |
| | integer | depth | Depth | yes | ${dry} = 'no' | . > 0 and . < 100 | ${depth} m cannot be. |
| | date | dug | Dug | | | . <= today() | |
| | begin group | owner | Owner | | | | |
| | text | name | Name | yes | selected(${dry}, 'no') | | |
| | end group | | | | | | |
| | end group | | | | | | |
| | begin repeat | pump | Pump | | | | |
| | integer | parts | Parts | | | . >= 1 | |
| | integer | broken | Broken | yes | | . <= ${parts} | |
| | end repeat | | | | | | |
| choices |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
"""

texts = st.sampled_from(["", " ", "yes", "no", "maybe", "0", "5", "120", "-3", "2026-11-22", "2027-01-01"])


def element(name: str, content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), st.just(f"<{name}/>"), content.map(lambda text: f"<{name}>{text}</{name}>"))


def several(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).flatmap(lambda made: st.permutations(made)).map("".join)


leaf_or_more = st.one_of(texts, st.just("1<!-- c -->2"), st.just("<b>1</b>"))
owner = element("owner", element("name", texts))
well = element("well", several(*(element(n, leaf_or_more) for n in ("dry", "depth", "dug", "depth", "unheard")), owner))
pump = element("pump", several(element("parts", texts), element("broken", texts)))
template = st.just('<pump xmlns:jr="http://openrosa.org/javarosa" jr:template=""><parts/><broken/></pump>')
body = several(element("today", texts), well, pump, pump, st.one_of(st.just(""), template))


@pytest.fixture(scope="module")
def form() -> Schema:
    return schema(FORM)


@settings(max_examples=examples(300), deadline=None)
@given(body)
def test_a_report_reads_the_same_whatever_was_read_before(form: Schema, document: str) -> None:
    untouched = replace(form)  # another object: nothing is remembered for it
    assert check(read(instance(document)), form) == check(read(instance(document)), untouched)


@settings(max_examples=examples(300), deadline=None)
@given(body)
def test_conditions_in_python_flag_what_the_tree_flags(form: Schema, document: str) -> None:
    on_the_tree = replace(form)
    checking._rules_of(on_the_tree).plain.clear()
    assert check(read(instance(document)), form).flags == check(read(instance(document)), on_the_tree).flags


def test_the_same_names_nested_otherwise_are_another_report(form: Schema) -> None:
    for told, strange in (
        ("<well><dry>no<b>1</b></dry><depth>7</depth></well>", []),
        ("<well><dry>no</dry><b>1</b><depth>7</depth></well>", ["well.b"]),
        ("<well><dry>no</dry><owner><name>x</name></owner></well>", []),
        ("<well><dry>no</dry><owner/><name>x</name></well>", ["well.name"]),
    ):
        checked = check(read(instance(told)), form)
        assert [flag.where for flag in checked.flags if flag.code == "unknown_field"] == strange
        assert checked.flat["dry"] == "no"


def test_a_template_of_a_repeat_is_no_row(form: Schema) -> None:
    row = "<pump><parts>1</parts></pump>"
    blank = '<pump xmlns:jr="http://openrosa.org/javarosa" jr:template=""><parts>1</parts></pump>'
    for told, rows in ((row, 1), (blank, 0), (blank + row, 1), (row + row, 2)):
        assert len(check(read(instance(told)), form).values.get("pump", [])) == rows
