from __future__ import annotations

from pathlib import Path

from backend.exports.fields import KINDS, as_page
from backend.exports.reports import _CATEGORIES, _FIGURES, said
from backend.exports.sources import READERS

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_the_code_says() -> None:
    page = (ROOT / "docs" / "fields.md").read_text()
    assert page == as_page(), "write it anew: python -m backend.exports.fields > docs/fields.md"


def test_every_kind_is_described_and_names_no_column_twice() -> None:
    assert list(KINDS) == list(READERS)
    for kind in KINDS.values():
        assert len(set(kind.names)) == len(kind.names)
        assert kind.id in kind.names
        assert {"rule", "illustrative"} <= set(kind.names)
        assert all(field.about for field in kind.fields)


def test_the_categories_of_a_report_lie_where_they_are_guarded() -> None:
    assert _FIGURES[1 + _CATEGORIES : 1 + _CATEGORIES + 6] == (
        "sc", "st", "obc", "general", "category_unknown", "with_disability",
    )  # fmt: skip


def test_what_a_report_alone_says() -> None:
    def figures(how_known: str, working: int | None, broken: int, removed: int, in_use: int) -> tuple[object, ...]:
        return how_known, 3, 0, 0, working, 0, broken, removed, in_use

    assert said(False, figures("seen", 2, 0, 0, 1)) == "in_use"
    assert said(False, figures("seen", 2, 0, 0, 0)) == "idle"
    assert said(False, figures("seen", 0, 3, 0, 0)) == "broken"
    assert said(False, figures("seen", 0, 0, 3, 0)) == "ended"
    assert said(True, figures("seen", 2, 0, 0, 1)) == "ended"
    assert said(False, figures("unreachable", None, 0, 0, 0)) is None
