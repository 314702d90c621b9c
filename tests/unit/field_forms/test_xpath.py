import pytest
from lxml import etree

from field_forms.xpath import Clock, NotEvaluable, compile_expression

TREE = etree.fromstring(
    "<data><a>3</a><blank/><many>x y</many><day>20000</day><g><n>5</n></g><r><kg>1</kg></r><r><kg/></r></data>"
)
CLOCK = Clock(today=20000.0, now=20000.75)


@pytest.mark.parametrize(
    "expression",
    [
        ". = 5 and /data/a < .",
        "../../a + . = 8",
        "current()/../../a = 3",
        "selected( /data/many , 'y') and not(selected(/data/many, 'z'))",
        "count-selected(/data/many) = 2 and selected-at(/data/many, 1) = 'y'",
        "coalesce( /data/blank , 7) = 7",
        "if( /data/blank , 1, 2) = 2",
        "/data/day = today() and now() - today() = 0.75",
        "/data/day = date('2024-10-04') and /data/day < '2024-10-05'",
        "format-date(/data/day, '%Y-%m-%d') = '2024-10-04'",
        "format-date(/data/day, '%e.%n.%y') = '4.10.24'",
        "decimal-date-time('2024-10-04T12:00:00Z') = 20000.5",
        "regex('9876543210', '[6-9][0-9]{9}') and not(regex('98765432101', '[6-9][0-9]{9}'))",
        "int(-2.7) = -2 and round(2.567, 2) = 2.57 and round(2.5) = 3",
        "sum(/data/r/kg) = 1 and count(/data/r) = 2 and count-non-empty(/data/r/kg) = 1",
        "max(1, 3, 2) = 3 and min(/data/a, 9) = 3 and pow(2, 3) = 8 and abs(-1) = 1",
        "string-length(/data/many) = 3 and concat(/data/a, '-', .) = '3-5'",
        "substr('hello', 1, 3) = 'el' and ends-with('hello', 'lo')",
        "once(/data/a) = 3",
        "/data/blank = ''",
        "number(/data/blank) != number(/data/blank)",
    ],
)
def test_the_listed_functions_answer_as_odk_does(expression: str) -> None:
    assert compile_expression(expression).truth(TREE[4][0], CLOCK)


@pytest.mark.parametrize(
    "expression",
    [
        "instance('a')/root/item[name = /data/a]/b = 1",
        "jr:choice-name(., '.') = 'x'",
        "pulldata('a', 'b', 'c', .) = 1",
        "indexed-repeat(/data/r/kg, /data/r, 1) = 1",
        "/data/r[kg = current()/../a]",
        "random() > 0",
        ". >",
        ". ; 1",
    ],
)
def test_what_lies_outside_of_the_list_is_said_not_guessed(expression: str) -> None:
    with pytest.raises(NotEvaluable):
        compile_expression(expression)


def test_today_needs_a_report_that_says_when_it_was_made() -> None:
    with pytest.raises(NotEvaluable, match="today"):
        compile_expression(". <= today()").truth(TREE[4][0], Clock())


def test_wrong_arguments_are_not_evaluable_instead_of_a_crash() -> None:
    with pytest.raises(NotEvaluable):
        compile_expression("selected(.)").truth(TREE[4][0], CLOCK)
    with pytest.raises(NotEvaluable):
        compile_expression("regex(., '[')").truth(TREE[4][0], CLOCK)


def test_an_expression_names_the_paths_it_rests_on() -> None:
    assert compile_expression(". + /data/a <= ../../g/n or /data/a = 1").paths == ("/data/a", "../../g/n")
