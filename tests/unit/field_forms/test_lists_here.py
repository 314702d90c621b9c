"""What a form may ask of lists and do to entities here: said at its row, before it is published."""

from __future__ import annotations

import pytest

from field_forms.compile import FormError, compile_form
from field_forms.problems import Problem
from tests.unit.field_forms.forms import FORMS

LISTS = frozenset({"villages.csv", "deployments.csv"})
HEAD = "| settings |\n| | form_id | version |\n| | wells | 1 |\n| survey |\n| | type | name | label | calculation |\n"
WELLS = HEAD + "| | select_one_from_file deployments.csv | which | Which? | |\n"


def problems(source: str, name: str = "wells.md") -> tuple[Problem, ...]:
    with pytest.raises(FormError) as refused:
        compile_form(source.encode(), name, validate=False, lists=LISTS)
    return refused.value.problems


def shipped_with(form_id: str, entities: str) -> str:
    source = (FORMS / f"{form_id}.md").read_text()
    return source[: source.rindex("| entities |")] + "| entities |\n" + entities


@pytest.mark.parametrize(
    ("row", "at"),
    [
        ("| | select_one_from_file trees.csv | tree | Which tree? | |\n", (2, "type")),
        ("| | calculate | tree | | pulldata('trees', 'species', 'name', '7') |\n", (2, "calculation")),
        ("| | csv-external | trees | | |\n| | text | tree | Tree | |\n", (2, "name")),
    ],
)
def test_a_list_that_phones_cannot_be_given_is_refused_at_its_row(row: str, at: tuple[int, str]) -> None:
    [problem] = problems(HEAD + row + "| | text | why | Why? | |\n")
    assert (problem.sheet, problem.row, problem.column) == ("survey", *at)
    assert problem.message == "There is no list trees.csv here."
    assert "deployments.csv, villages.csv" in problem.remedy


def test_lists_that_are_here_are_taken() -> None:
    assert compile_form(WELLS.encode(), "wells.md", validate=False, lists=LISTS).warnings == ()


@pytest.mark.parametrize("action", ["| | deployments | | | ${which} |", "| | deployments | ${which} | true() | |"])
def test_another_form_neither_makes_nor_changes_deployments(action: str) -> None:
    source = WELLS + "| entities |\n| | list_name | entity_id | update_if | label |\n" + action + "\n"
    [problem] = problems(source)
    assert (problem.sheet, problem.row, problem.column) == ("entities", 2, "list_name")
    assert "Only deployment_registration makes deployments" in problem.message


@pytest.mark.parametrize(
    ("form_id", "entities", "column"),
    [
        (
            "deployment_registration",
            "| | list_name | entity_id | create_if | update_if | label |\n"
            "| | deployments | ${moved_from} | ${moved_from} = '' | ${moved_from} != '' | ${technology_label} |\n",
            "entity_id",
        ),
        (
            "village_report",
            "| | list_name | entity_id | create_if | update_if | label |\n"
            "| | deployments | ${deployment} | ${deployment} = '' | ${deployment} != '' | ${deployment} |\n",
            "create_if",
        ),
        ("village_report", "| | list_name | label |\n| | deployments | ${deployment} |\n", "entity_id"),
    ],
)
def test_making_and_changing_at_once_is_refused_with_what_to_do(form_id: str, entities: str, column: str) -> None:
    [problem] = problems(shipped_with(form_id, entities), f"{form_id}.md")
    assert (problem.sheet, problem.row, problem.column) == ("entities", 2, column)
    assert "(upsert)" in problem.message
    assert problem.remedy


def test_one_report_changes_one_deployment() -> None:
    row = "| | deployments | ${deployment} | true() |\n"
    [problem] = problems(
        shipped_with("village_report", "| | list_name | entity_id | update_if |\n" + row + row), "village_report.md"
    )
    assert (problem.row, problem.column) == (3, "repeat")


def test_entities_of_another_list_are_said_not_to_be_kept() -> None:
    source = HEAD + "| | text | why | Why? | |\n| entities |\n| | list_name | label |\n| | trees | ${why} |\n"
    [said] = compile_form(source.encode(), "wells.md", validate=False, lists=LISTS).warnings
    assert said.startswith("The office keeps no list 'trees'")


def test_pictures_of_a_form_are_said_to_be_missing_on_phones() -> None:
    source = (
        "| settings |\n| | form_id | version |\n| | wells | 1 |\n"
        "| survey |\n| | type | name | label | media::image |\n| | select_one kinds | kind | Kind? | kinds.png |\n"
        "| choices |\n| | list_name | name | label | media::audio |\n| | kinds | open | Open | open.mp3 |\n"
    )
    [said] = compile_form(source.encode(), "wells.md", validate=False, lists=LISTS).warnings
    assert said == "Phones get no pictures and sounds of a form: kinds.png, open.mp3. Say in words what they show."


def test_choices_of_an_outside_sheet_are_refused() -> None:
    source = (
        "| settings |\n| | form_id | version |\n| | wells | 1 |\n"
        "| survey |\n| | type | name | label | choice_filter |\n| | text | state | State | |\n"
        "| | select_one_external towns | town | Town? | state=${state} |\n"
        "| external_choices |\n| | list_name | name | label | state |\n| | towns | a | A | x |\n"
    )
    [problem] = problems(source)
    assert (problem.row, problem.column) == (3, "type")
    assert "sheet choices" in problem.remedy
