"""A form as the rest of the house sees it: questions, groups and the entity, without XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

QuestionType = Literal[
    "string",
    "int",
    "decimal",
    "boolean",
    "date",
    "time",
    "dateTime",
    "select_one",
    "select_multiple",
    "rank",
    "geopoint",
    "geotrace",
    "geoshape",
    "binary",
    "barcode",
    "trigger",
    "note",
]
Path = tuple[str, ...]
Texts = Mapping[str, str]
QUESTION_TYPES: frozenset[str] = frozenset(get_args(QuestionType))


@dataclass(frozen=True)
class Question:
    """One question, calculate, note or piece of metadata.

    `path` names the elements below the root. Texts are keyed by language code ("en"), or "default" in a form without
    languages; `${name}` in them stands for the answer to another question. `required`, `relevant`, `constraint` are
    XPath as the XForm has it. `repeat` is the path of the nearest repeat. `metadata` is the kind (start, end, today,
    deviceid, username, audit, ...). `mediatype` is that of an attachment, such as image/*.
    """

    name: str
    path: Path
    type: QuestionType
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    choices: Mapping[str, Texts] | None = None
    itemset_file: str | None = None
    required: str | None = None
    relevant: str | None = None
    constraint: str | None = None
    constraint_message: Texts = field(default_factory=dict)
    calculate: str | None = None
    read_only: bool = False
    personal: bool = False
    renamed_from: str | None = None
    appearance: str = ""
    default: str | None = None
    mediatype: str | None = None
    save_to: str | None = None
    repeat: Path | None = None
    metadata: str | None = None

    @property
    def calculated(self) -> bool:
        return self.calculate is not None

    @property
    def asked(self) -> bool:
        """Whether a person answers it: no calculate, no note, no metadata."""
        return not (self.calculated or self.metadata or self.read_only or self.type == "note")


@dataclass(frozen=True)
class Group:
    path: Path
    repeat: bool
    label: Texts = field(default_factory=dict)
    relevant: str | None = None


@dataclass(frozen=True)
class Entity:
    """What a submission does to an entity list; `create`, `update`, `entity_id`, `label` are XPath.

    `create` or `update` is None when the form never does it. `path` is the group that carries the meta block, () for
    the root. Source: https://getodk.github.io/xforms-spec/entities
    """

    dataset: str
    create: str | None = None
    update: str | None = None
    entity_id: str | None = None
    label: str | None = None
    path: Path = ()


# eq=False: two schemas are the same only when they are one object, so a schema can key the cache of its compiled XPath.
@dataclass(frozen=True, eq=False)
class Schema:
    """A form version. `root` is the name of the instance's root element, `files` the external lists it reads."""

    form_id: str
    version: str
    title: Texts
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    groups: tuple[Group, ...] = ()
    entity: Entity | None = None
    files: tuple[str, ...] = ()
    root: str = "data"

    @cached_property
    def by_path(self) -> dict[Path, Question]:
        return {question.path: question for question in self.questions}

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """By leaf name; a name that occurs twice leads to its first question."""
        return {question.name: question for question in reversed(self.questions)}

    @cached_property
    def groups_by_path(self) -> dict[Path, Group]:
        return {group.path: group for group in self.groups}

    def to_json(self) -> dict[str, Any]:
        """Plain dicts and lists for storage; `from_json` reads them back."""
        return {
            "form_id": self.form_id,
            "version": self.version,
            "title": dict(self.title),
            "languages": list(self.languages),
            "root": self.root,
            "files": list(self.files),
            "entity": None if self.entity is None else _plain(self.entity),
            "groups": [_plain(group) for group in self.groups],
            "questions": [_plain(question) for question in self.questions],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Schema:
        """The schema that `to_json` wrote. Errors: KeyError or TypeError for a dict of another shape."""
        return cls(
            form_id=data["form_id"],
            version=data["version"],
            title=data["title"],
            languages=tuple(data["languages"]),
            questions=tuple(Question(**_tuples(item)) for item in data["questions"]),
            groups=tuple(Group(**_tuples(item)) for item in data["groups"]),
            entity=None if data["entity"] is None else Entity(**_tuples(data["entity"])),
            files=tuple(data["files"]),
            root=data["root"],
        )


def _plain(item: Question | Group | Entity) -> dict[str, Any]:
    # Empty fields are the defaults: leaving them out keeps a stored schema a third of the size.
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(item).items()}
    always = {"name", "path", "type", "repeat", "dataset"} if isinstance(item, Group) else {"name", "path", "dataset"}
    return {key: value for key, value in values.items() if key in always or value not in (None, "", False, {}, [])}


def _tuples(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}
