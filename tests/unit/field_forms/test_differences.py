"""What a new version changes, as its author reads it."""

from __future__ import annotations

from field_forms.compile import compile_form
from field_forms.differences import differences
from field_forms.schema import Schema

FORM = """
| settings |
| | form_id | version |
| | visits | {version} |
| survey |
| | type | name | label | constraint | required | calculation |
{rows}
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | {no} |
"""
BASE = [
    "| | text | who | Who? | | | |",
    "| | integer | units | How many? | . > 0 | yes | |",
    "| | select_one yes_no | works | Does it work? | | | |",
]


def form(*rows: str, version: str = "1", no: str = "No") -> Schema:
    text = FORM.format(version=version, rows="\n".join(rows), no=no)
    return compile_form(text.encode(), "visits.md", validate=False).schema


def told(before: Schema, after: Schema) -> list[tuple[str, str, str, str]]:
    return [(d.question, d.what, d.before, d.after) for d in differences(before, after)]


def test_the_same_form_under_a_new_version_changes_nothing() -> None:
    assert told(form(*BASE), form(*BASE, version="2")) == []


def test_added_and_removed_questions_are_named() -> None:
    after = form(*BASE[1:], "| | date | since | Since when? | | | |")
    assert told(form(*BASE), after) == [("since", "added", "", "Since when?"), ("who", "removed", "Who?", "")]


def test_changed_words_types_and_limits_are_told_with_both_sides() -> None:
    after = form(
        "| | text | who | Whom did you meet? | | | |",
        "| | decimal | units | How many? | . >= 1 | | |",
        BASE[2],
        no="Not at all",
    )
    assert told(form(*BASE), after) == [
        ("who", "label", "Who?", "Whom did you meet?"),
        ("units", "type", "int", "decimal"),
        ("units", "required", "true()", ""),
        ("units", "constraint", ". > 0", ". >= 1"),
        ("works", "choices", "yes = Yes; no = No", "yes = Yes; no = Not at all"),
    ]


def test_a_question_that_moved_into_a_group_is_the_same_one() -> None:
    grouped = form(BASE[0], "| | begin group | g | Group | | | |", *BASE[1:], "| | end group | | | | | |")
    assert told(form(*BASE), grouped)[0] == ("g.units", "moved", "units", "g.units")
