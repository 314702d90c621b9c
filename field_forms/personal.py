"""Taking personal answers out of the XML, putting them back, and masking Aadhaar numbers.

All three cut into the bytes where the answers stand and leave every other byte as it was received.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary
from xml.parsers import expat
from xml.sax.saxutils import escape

from lxml import etree

from field_forms.reading import Instance
from field_forms.schema import Path, Question, Schema

_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_START_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?")
_PHONE = re.compile(r"phone|mobile|whatsapp|(?:^|_)tel(?:_|$)", re.IGNORECASE)
# Once through with one kind of separator; a neighbouring digit or a decimal point makes it another number.
_TWELVE = re.compile("(?<!\\d)(?<!\\d\\.)(\\d{4})([ \u00a0\\-\u2013]?)(\\d{4})\\2(\\d{4})(?!\\d)(?!\\.\\d)")

Steps = tuple[tuple[str, int], ...]


@dataclass
class _Place:
    """One element's content in the bytes, [start, end), with its start tag before; steps count its namesakes from 1."""

    steps: Steps
    tag: int
    start: int
    end: int = 0
    text: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return tuple(name for name, _ in self.steps)


def split_personal(instance: Instance, schema: Schema) -> tuple[bytes, dict[str, str]]:
    """The XML with every personal answer cut out (its element stays, empty), and the answers.

    Keys are paths below the root, repeats with their place: `/notice/owner_name`, `/member[2]/phone`; the unanswered
    have none. Every other byte stays, unless the XML is not UTF-8: then it is written anew as UTF-8.
    """
    watched = _watched(schema)
    paths = watched.personal
    if not any(element.text or len(element) for element in _named(instance, watched.personal_tags)):
        return instance.xml, {}
    xml = _utf8(instance)
    found = [place for place in _places(xml, paths.__contains__) if place.end > place.start]
    values = {_key(place.steps, schema): "".join(place.text) for place in found}
    return _replaced(xml, [(place, "") for place in found]), {key: text for key, text in values.items() if text}


@dataclass(frozen=True)
class _Watched:
    """The questions of a schema that this module looks at."""

    personal: frozenset[Path]
    free: frozenset[Path]

    @cached_property
    def personal_tags(self) -> tuple[str, ...]:
        return _tags(self.personal)

    @cached_property
    def free_tags(self) -> tuple[str, ...]:
        return _tags(self.free)


def _tags(paths: Collection[Path]) -> tuple[str, ...]:
    """The elements with the names of these questions: most reports have none that matter, and need no second reading."""
    return tuple({f"{{*}}{path[-1]}" for path in paths})


_of_schemas: WeakKeyDictionary[Schema, _Watched] = WeakKeyDictionary()


def _watched(schema: Schema) -> _Watched:
    found = _of_schemas.get(schema)
    if found is None:
        personal = frozenset(question.path for question in schema.questions if question.personal)
        free = frozenset(question.path for question in schema.questions if is_free_text(question))
        found = _of_schemas[schema] = _Watched(personal, free)
    return found


def _named(instance: Instance, tags: Collection[str]) -> Iterable[etree._Element]:
    return instance.root.iter(*tags) if tags else ()


def join_personal(xml: bytes, values: Mapping[str, str]) -> bytes:
    """Put the answers that `split_personal` took out back in their places.

    Errors: ValueError names the places that the XML does not have.
    """
    wanted = {_steps(key): (key, text) for key, text in values.items()}
    paths = {tuple(name for name, _ in steps) for steps in wanted}
    found = [place for place in _places(xml, paths.__contains__) if place.steps in wanted] if wanted else []
    lost = sorted(wanted[steps][0] for steps in wanted.keys() - {place.steps for place in found})
    if lost:
        raise ValueError(f"the report has no place for {', '.join(lost)}")
    return _replaced(xml, [(place, wanted[place.steps][1]) for place in found])


def mask_aadhaar(instance: Instance, schema: Schema) -> tuple[bytes, list[str]]:
    """The XML with Aadhaar-like numbers masked as `XXXX XXXX 0124`, and the paths of the answers that had one.

    Looked at are answers in free text only: questions of the type string that a person answers, save those for phone
    numbers, which are known by the appearance `numbers` or a name with phone, mobile, whatsapp or tel in it.
    """
    paths = _watched(schema).free
    if not _maybe_aadhaar(instance, _watched(schema).free_tags):  # nearly no report has twelve such digits anywhere
        return instance.xml, []
    changes = []
    xml = _utf8(instance)
    for place in _places(xml, paths.__contains__):
        masked = masked_text(text := "".join(place.text))
        if masked != text:
            changes.append((place, masked))
    if not changes:
        return instance.xml, []
    return _replaced(xml, changes), [_key(place.steps, schema) for place, _ in changes]


def _maybe_aadhaar(instance: Instance, tags: Collection[str]) -> bool:
    """Whether a second reading is due. Comments, CDATA and the like could cut a number up: then it always is."""
    xml = _utf8(instance)
    if b"<!" in xml or b"<?" in xml[1:]:
        return True
    elements = _named(instance, tags)
    texts = ("".join(map(str, element.itertext())) if len(element) else element.text for element in elements)
    return any(text is not None and len(text) >= 12 and _TWELVE.search(text) is not None for text in texts)


def is_free_text(question: Question) -> bool:
    is_phone = "numbers" in question.appearance.split() or _PHONE.search(question.name) is not None
    return question.type == "string" and question.asked and not is_phone


def masked_text(text: str) -> str:
    """Text with each 12-digit number that could be an Aadhaar number masked save for its last four digits."""

    def mask(match: re.Match[str]) -> str:
        digits = [int(digit) for digit in match[1] + match[3] + match[4]]
        return f"XXXX XXXX {match[4]}" if digits[0] > 1 and verhoeff(digits) else match[0]

    return _TWELVE.sub(mask, text)


def verhoeff(digits: list[int]) -> bool:
    """Whether the last digit is the check digit of the others. Source: J. Verhoeff, 1969 (dihedral group D5)."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _times(check, _PERMUTED[place % 8][digit])
    return check == 0


def _times(left: int, right: int) -> int:
    """Multiplication in D5: 0-4 are turns, 5-9 turns and a flip."""
    if left < 5:
        return (left + right) % 5 + (5 if right >= 5 else 0)
    return (left - right) % 5 + (0 if right >= 5 else 5)


def _permutations() -> list[list[int]]:
    rows, step = [list(range(10))], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    for _ in range(7):
        rows.append([step[digit] for digit in rows[-1]])
    return rows


_PERMUTED = _permutations()


def _utf8(instance: Instance) -> bytes:
    declared = _ENCODING.match(instance.xml)
    name = declared[1].lower() if declared else b"utf-8"
    if name in (b"utf-8", b"us-ascii") and not instance.xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        return instance.xml
    return etree.tostring(instance.root, encoding="UTF-8", xml_declaration=True)


def _places(xml: bytes, wanted: Callable[[Path], bool]) -> list[_Place]:
    """The elements whose path below the root is wanted, in the order of the document."""
    parser = expat.ParserCreate()
    found: list[_Place] = []
    stack: list[tuple[Steps, dict[str, int], _Place | None]] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not stack:
            stack.append(((), {}, None))
            return
        above, counts, inside = stack[-1]
        counts[name] = counts.get(name, 0) + 1
        steps = (*above, (name, counts[name]))
        if inside is None and wanted(tuple(step for step, _ in steps)):
            tag = _START_TAG.match(xml, parser.CurrentByteIndex)
            if tag is not None:
                inside = _Place(steps, tag.start(), tag.end())
                found.append(inside)
        stack.append((steps, {}, inside))

    def end(_name: str) -> None:
        steps, _, place = stack.pop()
        if place is not None and place.steps == steps:
            closed = xml[place.start - 2 : place.start] == b"/>"
            place.end = place.start if closed else parser.CurrentByteIndex

    def characters(text: str) -> None:
        place = stack[-1][2]
        if place is not None:
            place.text.append(text)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.Parse(xml, True)
    return found


def _replaced(xml: bytes, changes: list[tuple[_Place, str]]) -> bytes:
    """The bytes with the content of some elements replaced."""
    pieces: list[bytes] = []
    last = 0
    for place, text in changes:
        content = escape(text, {"\r": "&#13;"}).encode()
        if content and xml[place.start - 2 : place.start] == b"/>":
            tag = xml[place.tag : place.start - 2].rstrip()
            name = tag[1:].split(None, 1)[0]
            pieces += [xml[last : place.tag], tag, b">", content, b"</", name, b">"]
        else:
            pieces += [xml[last : place.start], content]
        last = place.end
    return b"".join([*pieces, xml[last:]])


def _key(steps: Steps, schema: Schema) -> str:
    parts: list[str] = []
    for depth, (name, number) in enumerate(steps, start=1):
        group = schema.groups_by_path.get(tuple(step for step, _ in steps[:depth]))
        counted = number > 1 or (group is not None and group.repeat)
        parts.append(f"/{name}[{number}]" if counted else f"/{name}")
    return "".join(parts)


def _steps(key: str) -> Steps:
    return tuple((name, int(number or 1)) for name, number in _STEP.findall(key))
