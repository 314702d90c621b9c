"""What a new version of a form changes, question by question: for whoever publishes it, and for whoever reads its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from field_forms.schema import Question, Schema

What = Literal[
    "added", "removed", "moved", "type", "label", "hint", "choices", "required", "relevant", "constraint", "message",
    "calculation", "list", "personal", "read_only", "default",
]  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """`question` is its path, such as `units.working`; `before` and `after` are texts as a person reads them."""

    question: str
    what: What
    before: str = ""
    after: str = ""


def differences(before: Schema, after: Schema) -> tuple[Difference, ...]:
    """In the order of the new form; what was removed comes last. Metadata and notes are questions here too."""
    old, new = _by_name(before), _by_name(after)
    found = [d for name, question in new.items() for d in _of(old.get(name), question)]
    found += [Difference(_where(q), "removed", _text(q.label)) for name, q in old.items() if name not in new]
    return tuple(found)


def _by_name(schema: Schema) -> dict[str, Question]:
    """By leaf name where that says which one, so that a question that moved is the same one; else by its path."""
    names = [question.name for question in schema.questions]
    return {q.name if names.count(q.name) == 1 else _where(q): q for q in schema.questions}


def _of(old: Question | None, new: Question) -> Iterator[Difference]:
    if old is None:
        yield Difference(_where(new), "added", "", _text(new.label) or new.type)
        return
    if old.path != new.path:
        yield Difference(_where(new), "moved", _where(old), _where(new))
    for what, was, now in _told(old, new):
        if was != now:
            yield Difference(_where(new), what, was, now)


def _told(old: Question, new: Question) -> Iterator[tuple[What, str, str]]:
    yield "type", old.type, new.type
    yield "label", _text(old.label), _text(new.label)
    yield "hint", _text(old.hint), _text(new.hint)
    yield "choices", _choices(old), _choices(new)
    yield "list", old.itemset_file or "", new.itemset_file or ""
    yield "required", old.required or "", new.required or ""
    yield "relevant", old.relevant or "", new.relevant or ""
    yield "constraint", old.constraint or "", new.constraint or ""
    yield "message", _text(old.constraint_message), _text(new.constraint_message)
    yield "calculation", old.calculate or "", new.calculate or ""
    yield "default", old.default or "", new.default or ""
    yield "personal", _yes(old.personal), _yes(new.personal)
    yield "read_only", _yes(old.read_only), _yes(new.read_only)


def _where(question: Question) -> str:
    return ".".join(question.path)


def _text(texts: Mapping[str, str]) -> str:
    """All languages, so that a translation that changed is seen."""
    return " / ".join(f"{text}" for _, text in sorted(texts.items()))


def _choices(question: Question) -> str:
    return "; ".join(f"{name} = {_text(label)}" for name, label in (question.choices or {}).items())


def _yes(value: bool) -> str:
    return "yes" if value else "no"
