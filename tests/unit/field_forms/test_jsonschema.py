from typing import Any

import pytest

from field_forms.check import check
from field_forms.instance import read, write
from field_forms.jsonschema import example_answers, json_schema

from .forms import SHIPPED, schema, shipped

LISTS = {
    "villages.csv": ["demo:1"],
    "deployments.csv": ["d-1"],
    "technologies.csv": ["pump"],
    "centres.csv": ["khunt"],
}


def _fits(value: Any, described: dict[str, Any]) -> bool:
    """The part of JSON Schema that our schemas use."""
    if "enum" in described and value not in described["enum"]:
        return False
    kind = described.get("type")
    if kind == "object":
        known = described["properties"]
        return (
            isinstance(value, dict)
            and set(described.get("required", ())) <= set(value)
            and all(name in known and _fits(inner, known[name]) for name, inner in value.items())
        )
    if kind == "array":
        return isinstance(value, list) and all(_fits(inner, described["items"]) for inner in value)
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    return value == described["const"] if "const" in described else isinstance(value, types[kind or "string"])


@pytest.mark.parametrize("form_id", SHIPPED)
@pytest.mark.parametrize("lists", [LISTS, {}])
def test_the_example_fits_its_own_schema(form_id: str, lists: dict[str, list[str]]) -> None:
    form = shipped(form_id)
    example = example_answers(form, lists)
    described = json_schema(form, example)
    assert described["examples"] == [example]
    assert described["$schema"].endswith("2020-12/schema")
    # Without a list of technologies a registration has nothing to name: the one answer that cannot be made up.
    if not (form_id == "deployment_registration" and not lists):
        assert _fits(example, described)
        assert check(read(write(form, "uuid:1", None, example)), form).flags == ()


def test_required_is_only_what_is_asked_without_condition() -> None:
    described = json_schema(
        schema(
            """
| survey |
| | type | name | label | required | relevant | calculation |
| | text | a | A | yes | | |
| | text | b | B | yes | ${a} = 'x' | |
| | text | c | C | ${a} = 'x' | | |
| | calculate | d | | yes | | 1 |
| | begin group | g | G | | ${a} = 'x' | |
| | text | e | E | yes | | |
| | end group | | | | | |
| | begin group | h | H | | | |
| | text | f | F | yes | | |
| | end group | | | | | |
| | begin repeat | r | R | | | |
| | text | i | I | yes | | |
| | end repeat | | | | | |
"""
        )
    )
    assert described["required"] == ["a", "h"]
    assert described["properties"]["g"]["required"] == ["e"]
    assert described["properties"]["r"]["items"]["required"] == ["i"]


def test_choices_and_words_are_told() -> None:
    described = json_schema(shipped("village_report"))
    how = described["properties"]["work"]["properties"]["how_known"]
    assert how["enum"] == ["seen", "told", "phoned", "not_found", "unreachable"]
    assert how["title"] == "How do you know?"
    assert described["additionalProperties"] is False


def test_a_form_of_somebody_else_gets_an_example_too() -> None:
    form = schema(
        """
| survey |
| | type | name | label | required |
| | integer | n | N | yes |
| | select_multiple k | k | K | yes |
| | geopoint | p | P | yes |
| | text | o | O | |
| choices |
| | list_name | name | label |
| | k | x | X |
"""
    )
    example = example_answers(form, {})
    assert set(example) == {"n", "k", "p"}
    assert _fits(example, json_schema(form, example))
