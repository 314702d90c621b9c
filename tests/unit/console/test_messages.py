"""Each sentence of the console and of what phones are answered is in the Hindi catalogue, which is compiled as written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from django.utils.translation.template import templatize

from backend import console, openrosa

HERE = Path(console.__file__).parent
FOLDER = HERE / "locale" / "hi" / "LC_MESSAGES"
CALL = re.compile(r"""\bn?gettext(?:_lazy)?\(u?(".*?(?<!\\)"|'.*?(?<!\\)')|(?<!\w)_\((".*?(?<!\\)")\)""", re.DOTALL)
SOURCES = sorted([*HERE.glob("templates/**/*.html"), *HERE.glob("*.py"), *Path(openrosa.__file__).parent.glob("*.py")])


@pytest.fixture(scope="module")
def hindi() -> Catalog:
    return pofile.read_po(io.BytesIO((FOLDER / "django.po").read_bytes()), locale="hi")


def sentences(source: Path) -> set[str]:
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".html":
        text = templatize(text)
    found = {(first or second)[1:-1] for first, second in CALL.findall(text)}
    return {sentence.replace("%%", "%") for sentence in found}


def test_sentences_are_found() -> None:
    assert "Sign in" in sentences(HERE / "templates" / "console" / "sign_in.html")
    assert "All India" in sentences(HERE / "queries.py")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_sentence_has_its_translation(hindi: Catalog, source: Path) -> None:
    missing = [s for s in sentences(source) if (found := hindi.get(s)) is None or not found.string]
    assert not missing


def test_the_compiled_catalogue_is_the_written_one(hindi: Catalog) -> None:
    compiled = mofile.read_mo(io.BytesIO((FOLDER / "django.mo").read_bytes()))
    assert sentences_of(compiled) == sentences_of(hindi), "run `make messages`"


def sentences_of(catalogue: Catalog) -> set[tuple[str, ...]]:
    """Each sentence with its translation; where it counts something, both numbers of both."""
    both = [(m.id, m.string) for m in catalogue if m.id]
    return {tuple(x for part in pair for x in ([part] if isinstance(part, str) else part)) for pair in both}
