import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_forms.answering import created_id
from field_forms.instance import AnswersError, UnreadableInstance, answers, attachments, entity, read, write
from field_forms.schema import Group, Question, QuestionType, Schema

from .forms import instance, schema, shipped

BOMB = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><data id="wells"><x>&b;</x></data>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><data id="wells"><x>&a;</x></data>'


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        OUTSIDE,
        b'<!DOCTYPE d SYSTEM "http://example.invalid/d.dtd"><data id="wells"/>',
        b"<!-- <data> -->" + BOMB,
        ('<?xml version="1.0" encoding="UTF-16"?>' + BOMB.decode()).encode("utf-16"),
    ],
)
def test_a_dtd_is_refused(xml: bytes) -> None:
    with pytest.raises(UnreadableInstance, match="DOCTYPE"):
        read(xml)


@pytest.mark.parametrize("depth", [100, 100_000])
def test_endless_nesting_is_refused(depth: int) -> None:
    with pytest.raises(UnreadableInstance, match=r"deep|depth"):
        read(b'<data id="wells">' + b"<g>" * depth + b"</g>" * depth + b"</data>")


@pytest.mark.parametrize(
    ("xml", "line"), [(b"", 1), (b'<data id="a">\n<b></data>', 2), (b"\x89PNG", 1), (b"<data/>", 1)]
)
def test_unreadable_says_where_and_what_to_do(xml: bytes, line: int) -> None:
    with pytest.raises(UnreadableInstance) as caught:
        read(xml)
    assert caught.value.line == line
    assert caught.value.remedy


def test_a_doctype_in_an_answer_is_only_text() -> None:
    xml = instance("<x><![CDATA[<!DOCTYPE html>]]></x>")
    assert read(xml).root.findtext("x") == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    "xml",
    [
        b'<data id="wells" version="2"><meta><instanceID>uuid:1</instanceID><deprecatedID> uuid:0 </deprecatedID></meta></data>',
        b'<data xmlns="http://www.w3.org/2002/xforms" id="wells" version="2"><orx:meta xmlns:orx="http://openrosa.org/xforms">'
        b"<orx:instanceID>uuid:1</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta></data>",
    ],
)
def test_identity_is_read_with_and_without_namespaces(xml: bytes) -> None:
    got = read(xml)
    assert (got.form_id, got.version, got.instance_id, got.deprecated_id) == ("wells", "2", "uuid:1", "uuid:0")
    assert got.xml == xml


FORM = """
| survey |
| | type | name | label |
| | begin group | site | Site |
| | geopoint | position | Position |
| | date | day | Day |
| | end group | | |
| | select_multiple kinds | kind | Kind |
| | begin repeat | well | Well |
| | integer | depth | Depth |
| | image | photo | Photo |
| | end repeat | | |
| | text | remarks | Remarks |
| choices |
| | list_name | name | label |
| | kinds | open | Open |
| | kinds | closed | Closed |
"""


def test_answers_are_typed_and_nested() -> None:
    xml = instance(
        "<site><position>12.9 77.5 0 4.5</position><day>2026-11-22</day></site><kind>open closed</kind>"
        "<well><depth>12</depth><photo>a.jpg</photo></well><well><depth/><photo/></well><remarks> </remarks>"
    )
    form = schema(FORM)
    assert answers(read(xml), form) == (
        {
            "site": {
                "position": {"type": "Point", "coordinates": [77.5, 12.9], "properties": {"accuracy": 4.5}},
                "day": "2026-11-22",
            },
            "kind": ["open", "closed"],
            "well": [{"depth": 12, "photo": "a.jpg"}, {}],
        },
        (),
    )
    assert attachments(read(xml), form) == ("a.jpg",)


def test_namespaced_answers_read_the_same() -> None:
    plain = instance("<site><day>2026-11-22</day></site><remarks>x</remarks>")
    spaced = plain.replace(b"<data ", b'<data xmlns="http://www.w3.org/2002/xforms" ')
    assert answers(read(spaced), schema(FORM)) == answers(read(plain), schema(FORM))


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ("<well><depth>1</depth></well><well><depth>deep</depth></well>", "wrong_type", "well[2].depth"),
        ("<well><depth>99999999999</depth></well>", "wrong_type", "well[1].depth"),
        ("<site><day>22-11-2026</day></site>", "wrong_type", "site.day"),
        ("<site><day>2026-02-30</day></site>", "wrong_type", "site.day"),
        ("<site><position>95 77</position></site>", "wrong_type", "site.position"),
        ("<site><colour>red</colour></site>", "unknown_field", "site.colour"),
        ("<remarks>a</remarks><remarks>b</remarks>", "unknown_field", "remarks"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_place(body: str, code: str, where: str) -> None:
    _, problems = answers(read(instance(body)), schema(FORM))
    assert [(problem.code, problem.where) for problem in problems] == [(code, where)]


@pytest.mark.parametrize(
    ("given_answers", "where", "word"),
    [
        ({"site": {"dya": "2026-11-22"}}, "site.dya", "Did you mean day"),
        ({"day": "2026-11-22"}, "day", "site.day"),
        ({"site": "here"}, "site", "group"),
        ({"well": {"depth": 1}}, "well", "list"),
        ({"well": [{"depth": 1}, {"depth": "2"}]}, "well[2].depth", "whole number"),
        ({"well": [{"depth": True}]}, "well[1].depth", "whole number"),
        ({"kind": "open"}, "kind", "list"),
        ({"kind": ["open closed"]}, "kind", "one name"),
        ({"site": {"day": "22.11.2026"}}, "site.day", "date"),
        ({"site": {"position": [77.5, 12.9]}}, "site.position", "GeoJSON Point"),
        ({"site": {"position": {"type": "Point", "coordinates": [12.9, 177.5]}}}, "site.position", "outside"),
        ({"remarks": "a\x00b"}, "remarks", "character"),
    ],
)
def test_answers_that_do_not_fit_say_where(given_answers: dict[str, Any], where: str, word: str) -> None:
    with pytest.raises(AnswersError) as caught:
        write(schema(FORM), "uuid:1", None, given_answers)
    assert caught.value.where == where
    assert word in caught.value.message


def test_an_instance_id_cannot_break_out_of_its_element() -> None:
    xml = write(schema(FORM), "a<b>&", "c]]>", {})
    assert (read(xml).instance_id, read(xml).deprecated_id) == ("a<b>&", "c]]>")


# -- entities

REGISTERED = {"place": {"village": "demo:1"}, "work": {"technology": "treadle-pump", "installed": 3}}


def test_a_registration_creates_one_entity_for_one_instance_id() -> None:
    form = shipped("deployment_registration")
    first, again = (write(form, "uuid:7", None, REGISTERED) for _ in range(2))
    assert first == again
    block = entity(read(first))
    assert block is not None
    assert (block.dataset, block.create, block.update) == ("deployments", True, False)
    assert block.entity_id == created_id("uuid:7") != created_id("uuid:8")
    assert uuid.UUID(block.entity_id).version == 4  # ODK Collect follows no other without a network
    assert block.label == "demo:1, treadle-pump"


def test_an_edited_registration_keeps_its_entity() -> None:
    form = shipped("deployment_registration")
    block = entity(read(write(form, "uuid:8", "uuid:7", REGISTERED, entity_id="the-first")))
    assert block is not None
    assert block.entity_id == "the-first"


def test_a_report_updates_the_deployment_it_names_and_none_otherwise() -> None:
    form = shipped("village_report")
    block = entity(read(write(form, "uuid:7", None, {"work": {"deployment": "d-1"}})))
    assert block is not None
    assert (block.entity_id, block.update, block.create) == ("d-1", True, False)
    assert entity(read(write(form, "uuid:7", None, {"work": {"subject": "no_deployment"}}))) is None


# -- answers -> xml -> answers is the identity, whatever the form

_NAME = st.sampled_from(["a", "b", "c", "d"])
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
_WORDS = _TEXT.map(lambda text: text + "\r\n<&>'\"]]>\t.")
_COORDINATES = st.builds(
    lambda longitude, latitude, altitude: [longitude, latitude, *altitude],
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.lists(st.floats(0.01, 8848), max_size=1),
)
_POINT = st.builds(
    lambda coordinates, accuracy: (
        {"type": "Point", "coordinates": coordinates}
        | ({} if accuracy is None else {"properties": {"accuracy": accuracy}})
    ),
    _COORDINATES,
    st.none() | st.floats(0, 5000),
)
_VALUES: dict[QuestionType, st.SearchStrategy[Any]] = {
    "string": _WORDS,
    "int": st.integers(-(2**31) + 1, 2**31 - 1),
    "decimal": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.dates().map(str),
    "time": st.times().map(lambda time: time.isoformat()),
    "dateTime": st.datetimes().map(lambda moment: moment.isoformat()),
    "select_one": st.sampled_from(["yes", "no"]),
    "select_multiple": st.lists(_NAME, min_size=1, unique=True),
    "rank": st.permutations(["a", "b", "c"]),
    "geopoint": _POINT,
    "geotrace": st.lists(_COORDINATES, min_size=2).map(lambda line: {"type": "LineString", "coordinates": line}),
    "geoshape": st.lists(_COORDINATES, min_size=3).map(
        lambda ring: {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    ),
    "binary": st.just("a b.jpg"),
    "trigger": st.just("OK"),
}
_QUESTION = st.tuples(st.just("question"), st.sampled_from(sorted(_VALUES)))
_TREE = st.recursive(
    st.dictionaries(_NAME, _QUESTION, min_size=1),
    lambda below: st.dictionaries(
        _NAME, _QUESTION | st.tuples(st.sampled_from(["group", "repeat"]), below), min_size=1
    ),
    max_leaves=12,
)


def _build(tree: dict[str, Any], path: tuple[str, ...], questions: list[Question], groups: list[Group]) -> None:
    for name, (kind, what) in tree.items():
        if kind == "question":
            questions.append(Question(name=name, path=(*path, name), type=what))
        else:
            groups.append(Group(path=(*path, name), repeat=kind == "repeat"))
            _build(what, (*path, name), questions, groups)


@st.composite
def _answers_to(draw: st.DrawFn, tree: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, (kind, what) in tree.items():
        if not draw(st.booleans()):
            continue
        if kind == "question":
            made[name] = draw(_VALUES[what])
        elif kind == "repeat":
            made[name] = draw(st.lists(_answers_to(what), min_size=1, max_size=3))
        elif inside := draw(_answers_to(what)):
            made[name] = inside
    return made


@given(st.data())
def test_answers_survive_the_way_through_xml(data: st.DataObject) -> None:
    tree = data.draw(_TREE)
    questions: list[Question] = []
    groups: list[Group] = []
    _build(tree, (), questions, groups)
    form = Schema("f", "1", {}, (), tuple(questions), tuple(groups))
    given_answers = data.draw(_answers_to(tree))
    xml = write(form, "uuid:1", None, given_answers)
    assert answers(read(xml), form) == (given_answers, ())
    assert write(form, "uuid:1", None, answers(read(xml), form)[0]) == xml
