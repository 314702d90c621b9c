"""Every language of the field app says everything, with the same blanks to fill in."""

from __future__ import annotations

import json
import re

import pytest

from field_forms.app.build import HERE as APP

WORDS = APP / "src" / "words"
LANGUAGES = sorted(folder.name for folder in WORDS.iterdir() if folder.is_dir())


def words(language: str) -> dict[str, str]:
    return {
        key: sentence
        for name in ("shell.json", "form.json")
        for key, sentence in json.loads((WORDS / language / name).read_text()).items()
    }


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_is_there_with_its_blanks(language: str) -> None:
    english, own = words("en"), words(language)
    assert sorted(own) == sorted(english)
    assert {key for key in english if blanks(own[key]) != blanks(english[key]) and not key.endswith(".one")} == set()
    assert all(sentence.strip() for sentence in own.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_can_be_chosen(language: str) -> None:
    index = (WORDS / "index.ts").read_text()
    assert re.search(rf"\b{language}: '", index)
    assert language == "en" or f"import('./{language}/shell.json')" in index
