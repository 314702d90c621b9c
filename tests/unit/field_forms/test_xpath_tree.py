"""Our XPath parser makes the trees of the one it stands in for: of our forms' expressions, and of many that are made up."""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from field_forms.app.build import HERE as APP
from field_forms.app.build import node
from field_forms.compile import compile_form

ROOT = Path(__file__).parents[3]
WRITTEN = [
    ".", "..", "/", "//a", "/a//b", "../a/b", "a | b", "-1", "-a*b", "1 - -1", "a and b or c", "1 + 2 * 3", "a - b - c", "a-b",
    "(1)", "(/a)[1]/b", "f()", "jr:itext('x')", "instance('x')/root/item[name = current()/../a][2]/label", "@x", "a/@*", "@p:*",
    "child :: a", "text ( )", "processing-instruction('x')", "p:*", "*", "* * *", "div div div", "or or or", "1.5", ".5", "1.",
    '"it\'s"', "a[b=1 and c]/d", "गाँव/नाम", "a\n and\tb", "' = '", "current()/.", ".//.", "not(a)and b", "5div 2", "1<=2>=3!=4",
]  # fmt: skip
WRONG = [
    "", " ", "a b", "a(", "a)", "1 2", "a[", "a[]", "f(,)", "f(a,)", "a/", "//", "a |", "and and", "$x", "'a", "a/f()",
    "..[1]", "foo::a", "p:p:p", "--1",
]  # fmt: skip
NAMES = ["a", "name", "item", "div", "mod", "and", "or", "text", "node", "a-b", "a.b", "x1", "_y", "गाँव"]


class Made:
    """Expressions by the grammar, so that most are right."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)

    def one(self, *of: str) -> str:
        return self.pick.choice(of)

    def space(self) -> str:
        return self.one("", "", "", " ", "  ", "\n")

    def test(self) -> str:
        name = self.one(*NAMES)
        return self.one(name, name, name, f"p:{name}", "*", "p:*", "text()", "node( )", "processing-instruction('x')")

    def tests(self, depth: int) -> str:
        times = self.pick.choice([0, 0, 0, 1, 2]) if depth > 0 else 0
        return "".join(f"{self.space()}[{self.space()}{self.any(depth - 1)}{self.space()}]" for _ in range(times))

    def step(self, depth: int) -> str:
        axis = self.one("", "", "", "@", "child::", "ancestor-or-self ::", "following-sibling::\n")
        return self.one(".", "..", *[axis + self.test() + self.tests(depth)] * 4)

    def steps(self, depth: int) -> str:
        more = [
            self.space() + self.one("/", "/", "//") + self.space() + self.step(depth)
            for _ in range(self.pick.randrange(3))
        ]
        return self.step(depth) + "".join(more)

    def primary(self, depth: int) -> str:
        inside = [self.any(depth - 1) for _ in range(self.pick.randrange(4) if depth > 0 else 0)]
        call = self.one("f", "instance", "jr:choice-name") + self.space() + "(" + " ,".join(inside) + ")"
        return self.one("1", "0.5", "'y z'", '""', call, call, f"({self.any(depth - 1)} )")

    def path(self, depth: int) -> str:
        filtered = self.primary(depth) + self.tests(depth) + self.one("", "/", "//")
        whole = filtered + self.steps(depth) if filtered.endswith("/") else filtered
        return self.one(self.steps(depth), self.absolute(depth), whole)

    def absolute(self, depth: int) -> str:
        """Not `/and`: by the specification a path to an element "and", to theirs the root and an operator."""
        made = self.one("/", "//") + self.steps(depth)
        return self.absolute(depth) if re.match(r"/(and|or|div|mod)\b", made) else made

    def any(self, depth: int) -> str:
        if depth <= 0:
            return self.one(".", "a", "../b", "1", '"s"', "/a/b")
        sign = self.one(" or ", " and ", "=", "!=", "<", "<=", ">", ">=", " + ", " - ", "*", " div ", "\nmod ")
        path = self.path(depth)
        return self.one(
            path, path, "-" + path, f"{path} | {self.path(depth)}", self.any(depth - 1) + sign + self.any(depth - 1)
        )


def trees(expressions: list[str]) -> list[tuple[Any, Any]]:
    if not (APP / "node_modules").exists():
        pytest.skip("the field app's packages are not installed: `make setup` installs them")
    command = [str(node()), "--no-warnings", str(Path(__file__).with_name("xpath_trees.mjs")), str(APP)]
    done = subprocess.run(command, input=json.dumps(expressions), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [(theirs, ours) for theirs, ours in json.loads(done.stdout)]


def of_our_forms() -> list[str]:
    found: set[str] = set()
    for path in (*(ROOT / "field_forms/forms").glob("*.md"), ROOT / "tests/fixtures/every_type.md"):
        xform = compile_form(path.read_bytes(), path.name, validate=False).xform.decode()
        attributes = re.findall(
            r'(?:calculate|relevant|constraint|required|nodeset|value|ref|readonly)="([^"]+)"', xform
        )
        found |= {
            one.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
            for one in attributes
        }
    return sorted(found)


def test_ours_is_theirs() -> None:
    made = Made(seed=1)
    asked = [*WRITTEN, *of_our_forms(), *(made.any(1 + n % 4) for n in range(1500))]
    for expression, (theirs, ours) in zip(asked, trees(asked), strict=True):
        assert isinstance(ours, list), f"{expression!r}: {ours}"
        assert ours == theirs, expression


def test_what_is_no_expression_is_refused_by_both() -> None:
    for expression, (theirs, ours) in zip(WRONG, trees(WRONG), strict=True):
        assert theirs == ours == f"Expression has syntax error: {expression}"
