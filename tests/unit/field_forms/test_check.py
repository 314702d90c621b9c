from typing import Any

import pytest

from field_forms.check import check
from field_forms.instance import read, write
from field_forms.jsonschema import example_answers
from field_forms.schema import Schema

from .forms import SHIPPED, instance, schema, shipped

LISTS = {
    "villages.csv": ["demo:123"],
    "deployments.csv": ["7f0f3f0e-5a3c-4c39-9d8e-3b0c2e1d4a11"],
    "technologies.csv": ["treadle-pump"],
    "centres.csv": ["khunt"],
}


def flags(form: Schema, body: str) -> list[tuple[str, str]]:
    return [(flag.code, flag.where) for flag in check(read(instance(body)), form).flags]


WELL = """
| survey |
| | type | name | label | required | relevant | constraint | constraint_message |
| | today | today | | | | | |
| | begin group | well | Well | | | | |
| | select_one yn | dry | Dry? | yes | | | |
| | integer | depth | Depth | yes | ${dry} = 'no' | . > 0 and . < 100 | ${depth} m cannot be. Write 1 to 99. |
| | date | dug | Dug | | | . <= today() | |
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


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<well><dry>no</dry><depth>12</depth></well>", []),
        ("<well><dry>no</dry><depth>120</depth></well>", [("constraint_failed", "well.depth")]),
        ("<well><dry>no</dry><depth/></well>", [("required_missing", "well.depth")]),
        ("<well><dry>no</dry></well>", [("required_missing", "well.depth")]),
        ("<well><dry>yes</dry><depth/></well>", []),
        ("<well><dry>yes</dry><depth>120</depth></well>", []),
        ("", [("required_missing", "well.dry")]),
        ("<well><dry>maybe</dry></well>", [("unknown_choice", "well.dry")]),
        (
            "<well><dry>yes</dry></well><pump><parts>2</parts><broken>1</broken></pump>"
            "<pump><parts>1</parts><broken>2</broken></pump><pump/>",
            [("constraint_failed", "pump[2].broken"), ("required_missing", "pump[3].broken")],
        ),
    ],
)
def test_a_report_is_flagged_where_it_breaks_the_form(body: str, expected: list[tuple[str, str]]) -> None:
    assert flags(schema(WELL), body) == expected


def test_a_flag_says_the_forms_own_words_with_the_numbers() -> None:
    (flag,) = check(read(instance("<well><dry>no</dry><depth>120</depth></well>")), schema(WELL)).flags
    assert flag.detail == "120 m cannot be. Write 1 to 99."


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-11-21", []), ("2026-11-22", []), ("2026-11-23", [("constraint_failed", "well.dug")])]
)
def test_today_is_the_day_of_the_report_never_that_of_the_server(day: str, expected: list[tuple[str, str]]) -> None:
    body = f"<today>2026-11-22</today><well><dry>yes</dry><dug>{day}</dug></well>"
    assert flags(schema(WELL), body) == expected


def test_without_a_day_of_its_own_today_is_unchecked() -> None:
    assert flags(schema(WELL), "<well><dry>yes</dry><dug>2999-01-01</dug></well>") == [("unchecked", "well.dug")]


def test_what_cannot_be_evaluated_is_unchecked_once() -> None:
    form = schema(
        """
| survey |
| | type | name | label | constraint |
| | begin repeat | r | R | |
| | text | a | A | pulldata('villages', 'label', 'name', .) = 'x' |
| | end repeat | | | |
"""
    )
    assert flags(form, "<r><a>1</a></r><r><a>2</a></r>") == [("unchecked", "r[1].a")]


def test_a_constraint_on_a_calculate_that_json_left_out_is_unchecked() -> None:
    form = schema(
        """
| survey |
| | type | name | label | constraint | calculation |
| | calculate | most | | | 10 |
| | integer | n | N | . <= ${most} | |
"""
    )
    assert flags(form, "<n>3</n>") == [("unchecked", "n")]
    assert flags(form, "<most>10</most><n>30</n>") == [("constraint_failed", "n")]


def test_personal_answers_are_not_quoted_in_flags() -> None:
    form = schema(
        """
| survey |
| | type | name | label | constraint | constraint_message | bind::gram:personal |
| | text | phone | Phone | regex(., '[0-9]{10}') | ${phone} is none | yes |
| | integer | age | Age | | | yes |
"""
    )
    found = check(read(instance("<phone>Asha</phone><age>Sita</age>")), form).flags
    assert {flag.code for flag in found} == {"constraint_failed", "wrong_type"}
    assert not any("Asha" in flag.detail or "Sita" in flag.detail for flag in found)


def test_flat_answers_leave_out_repeats_and_keep_former_names() -> None:
    form = schema(
        """
| survey |
| | type | name | label | bind::gram:renamed_from |
| | begin group | g | G | |
| | integer | units | Units | installed |
| | end group | | | |
| | begin repeat | r | R | |
| | integer | kg | Kg | |
| | end repeat | | | |
"""
    )
    got = check(read(instance("<g><units>3</units></g><r><kg>1</kg></r>")), form)
    assert got.flat == {"units": 3, "installed": 3}
    assert got.values == {"g": {"units": 3}, "r": [{"kg": 1}]}


def test_namespaces_do_not_disturb_constraints() -> None:
    plain = instance("<well><dry>no</dry><depth>120</depth></well>")
    spaced = plain.replace(b"<data ", b'<data xmlns="http://www.w3.org/2002/xforms" ')
    assert check(read(spaced), schema(WELL)).flags == check(read(plain), schema(WELL)).flags


# -- the shipped forms


@pytest.mark.parametrize("form_id", SHIPPED)
def test_the_example_of_a_shipped_form_keeps_all_its_rules(form_id: str) -> None:
    form = shipped(form_id)
    example = example_answers(form, LISTS)
    got = check(read(write(form, "uuid:1", None, example)), form)
    assert got.flags == ()
    assert got.values == example


def _report(**changes: Any) -> list[tuple[str, str]]:
    form = shipped("village_report")
    example = example_answers(form, LISTS)
    for path, value in changes.items():
        group, name = path.split("__")
        example[group][name] = value
    return [(flag.code, flag.where) for flag in check(read(write(form, "uuid:1", None, example)), form).flags]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"users__men": 87}, ["users.other_gender"]),
        ({"users__sc": 41}, ["users.category_unknown"]),
        ({"users__with_disability": 181}, ["users.with_disability"]),
        ({"units__broken": 1}, ["units.removed"]),
        ({"units__units_in_use": 11}, ["units.units_in_use"]),
        ({"units__working": 13}, ["units.working", "units.removed"]),
        ({"running__first_time": 9}, ["running.first_time"]),
        ({"amounts__period_to": "2026-09-30"}, ["amounts.period_to"]),
        ({"amounts__contribution": 20001}, ["amounts.contribution"]),
        ({"units__down_since": "2026-11-21"}, ["units.down_since"]),
        ({"benefit__hours_now": 25}, ["benefit.hours_now"]),
        ({"place__visit_date": "2026-11-21"}, ["place.visit_date"]),
        ({"notice__respondent_phone": "+919876543210"}, ["notice.respondent_phone"]),
    ],
)
def test_counts_that_do_not_add_up_are_flagged(changes: dict[str, Any], where: list[str]) -> None:
    assert _report(**changes) == [("constraint_failed", place) for place in where]


def test_a_visit_that_found_nothing_need_not_count() -> None:
    form = shipped("village_report")
    for how in ("not_found", "unreachable"):
        example = example_answers(form, LISTS)
        short = {name: example[name] for name in ("today", "place", "notice", "ending")}
        short["work"] = {**example["work"], "how_known": how}
        assert check(read(write(form, "uuid:1", None, short)), form).flags == ()


def test_no_count_condition_or_person_is_filled_in_beforehand() -> None:
    # A number that stands there already is a number that nobody counted. Repeat rows need a 0 to be summed.
    for form_id in SHIPPED:
        for question in shipped(form_id).questions:
            if question.type in ("int", "decimal") and question.repeat is None:
                assert question.default is None, question.path
