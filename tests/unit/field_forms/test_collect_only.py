"""What the field app cannot show is named when a form is published, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from field_forms.collect_only import collect_only
from field_forms.compile import compile_form
from tests.unit.field_forms.forms import FORMS, SHIPPED

EVERY_TYPE = Path(__file__).parents[2] / "fixtures" / "every_type.md"


def xform(path: Path) -> bytes:
    return compile_form(path.read_bytes(), path.name, validate=False).xform


@pytest.mark.parametrize("path", [*(FORMS / f"{name}.md" for name in SHIPPED), EVERY_TYPE], ids=lambda path: path.stem)
def test_our_own_forms_are_for_the_app(path: Path) -> None:
    assert collect_only(xform(path)) == ()


LOOK_UP = "instance('villages')/root/item[name= /data/lists/village ]/label"


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        ('appearance="quick"', 'appearance="image-map"', "district: choosing on a map or a picture (image-map)"),
        ('"annotate"', '"signature"', "photo: drawing with a finger (signature)"),
        ('"multiline"', '"ex:org.app(a= 1)"', "long: another app that is opened for the answer (ex:org.app(a= 1))"),
        ('"month-year"', '"w1 persian"', "month: another calendar (persian)"),
        (LOOK_UP, "pulldata( /data/x , 'a', 'b', 'c')", "village_label: pulldata() from a file that an answer names"),
    ],
)
def test_what_only_collect_can_ask_is_named(found: str, instead: str, said: str) -> None:
    changed = xform(EVERY_TYPE).replace(found.encode(), instead.encode())
    assert changed != xform(EVERY_TYPE)
    assert collect_only(changed) == (said,)
