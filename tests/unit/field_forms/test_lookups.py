"""Look-ups in list files are worded for an index, where that changes nothing of what they mean."""

from __future__ import annotations

import json
import subprocess

import pytest

from field_forms.app.build import HERE as APP
from field_forms.app.build import node

SCRIPT = """
import { indexed } from 'APP/src/form/expressions.ts';
const asked = JSON.parse(process.argv[1]);
const address = (id) => (['villages', 'sites'].includes(id) ? `form1:${id}` : null);
process.stdout.write(JSON.stringify(asked.map((one) => indexed(one, address))));
"""
VILLAGE = "instance('villages')/root/item[name= /data/village ]/label"
INDEXED = "pulldata('form1:villages', 'label', 'name', /data/village)"


def worded(*expressions: str) -> list[str]:
    script = SCRIPT.replace("APP", APP.as_uri())
    command = [str(node()), "--no-warnings", "--input-type=module", "-e", script, json.dumps(expressions)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: list[str] = json.loads(done.stdout)
    return answer


def test_a_look_up_by_one_value_is_asked_of_the_index() -> None:
    asked = {
        VILLAGE: INDEXED,
        f"if(/data/listed = 'no', /data/other, {VILLAGE})": f"if(/data/listed = 'no', /data/other, {INDEXED})",
        f"concat({VILLAGE}, ', ', {VILLAGE})": f"concat({INDEXED}, ', ', {INDEXED})",
        f"({VILLAGE})": f"({INDEXED})",
        f"{VILLAGE} + 1": f"{INDEXED} + 1",
        "instance('sites')/root/item[code = current()/../a]/lat": "pulldata('form1:sites', 'lat', 'code', current()/../a)",
        "pulldata('villages', 'label', 'name', /data/x)": "pulldata('form1:villages', 'label', 'name', /data/x)",
    }
    assert dict(zip(asked, worded(*asked), strict=True)) == asked


@pytest.mark.parametrize(
    "expression",
    [
        "instance('yes_no')/root/item[name = /data/a]/label",  # choices of the form itself, no file
        "count(instance('villages')/root/item[name = /data/a])",
        "instance('villages')/root/item[name = ../a]/label",  # a path within the list
        "instance('villages')/root/item[name > /data/a]/label",
        "instance('villages')/root/item[name = /data/a][1]/label",
        "instance('villages')/root/item[name = /data/a]",
        f"if({VILLAGE}, 1, 2)",  # whether there is such a row, even one with an empty label
        f"{VILLAGE} != 'x'",  # never true of no row
        f"not({VILLAGE})",
        "/data/village",
    ],
)
def test_what_asks_for_more_than_one_text_is_left_alone(expression: str) -> None:
    assert worded(expression) == [expression]
