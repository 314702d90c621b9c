"""XForm bytes -> Schema. What a phone reads is what the server understands: nothing is taken from the spreadsheet.

Source: https://getodk.github.io/xforms-spec
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from field_forms.schema import QUESTION_TYPES, Entity, Group, Path, Question, QuestionType, Schema, Texts

XF = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
GRAM = "{urn:gramreach:xforms}"

_CONTROLS = {"input", "select", "select1", "rank", "upload", "trigger", "range"}
_CONTROL_TYPES: dict[str, QuestionType] = {
    "select": "select_multiple",
    "select1": "select_one",
    "rank": "rank",
    "trigger": "trigger",
    "upload": "binary",
}
_ITEXT = re.compile(r"""jr:itext\(\s*['"](.*?)['"]\s*\)""")
_INSTANCE = re.compile(r"""^\s*instance\(\s*['"](.*?)['"]\s*\)""")
_CODE = re.compile(r"\(([A-Za-z][A-Za-z0-9-]*)\)\s*$")
# Written by the client about the submission itself: kept in the XML, no questions.
_SUBMISSION_META = {"instanceID", "instanceName", "deprecatedID", "entity"}


def local(element: etree._Element) -> str:
    """The tag without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def language_code(name: str) -> str:
    """`English (en)` -> `en`; a language without a code keeps its name."""
    match = _CODE.search(name)
    return match.group(1) if match else name


@dataclass
class _Source:
    """The parts of one XForm, indexed by what points at them."""

    title: str
    root: etree._Element
    binds: dict[Path, etree._Element] = field(default_factory=dict)
    attribute_binds: dict[tuple[Path, str], etree._Element] = field(default_factory=dict)
    controls: dict[Path, etree._Element] = field(default_factory=dict)
    groups: dict[Path, etree._Element] = field(default_factory=dict)
    repeats: set[Path] = field(default_factory=set)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    instances: dict[str, etree._Element] = field(default_factory=dict)


def read_schema(xform: bytes) -> Schema:
    """The schema of an XForm as pyxform writes it. Errors: ValueError when it has no primary instance."""
    source = _index(etree.fromstring(xform, etree.XMLParser(resolve_entities=False, no_network=True)))
    default = source.languages[0] if source.languages else "default"
    questions: list[Question] = []
    groups: list[Group] = []
    _walk(source, source.root, (), None, False, questions, groups)
    return Schema(
        form_id=source.root.get("id", ""),
        version=source.root.get("version", ""),
        title={default: source.title},
        languages=source.languages,
        questions=tuple(questions),
        groups=tuple(groups),
        entity=_entity(source),
        files=tuple(dict.fromkeys(name for name in map(_file, source.instances.values()) if name)),
        root=local(source.root),
    )


def _index(html: etree._Element) -> _Source:
    model = next(html.iter(f"{XF}model"))
    primary = next((child for child in model.iterfind(f"{XF}instance") if child.get("id") is None), None)
    if primary is None or len(primary) == 0:
        raise ValueError("the XForm has no primary instance")
    title = next((element.text for element in html.iter() if local(element) == "title"), None)
    source = _Source(title=title or "", root=primary[0])
    for instance in model.iterfind(f"{XF}instance"):
        if identifier := instance.get("id"):
            source.instances[identifier] = instance
    for bind in model.iterfind(f"{XF}bind"):
        nodes = _path(bind.get("nodeset", ""))
        if nodes and nodes[-1].startswith("@"):
            source.attribute_binds[nodes[:-1], nodes[-1][1:]] = bind
        else:
            source.binds[nodes] = bind
    _index_texts(source, model)
    _index_body(source, html)
    return source


def _index_texts(source: _Source, model: etree._Element) -> None:
    translations = list(model.iter(f"{XF}translation"))
    # The default language first: it is the one to fall back on.
    translations.sort(key=lambda translation: translation.get("default") is None)
    source.languages = tuple(language_code(translation.get("lang", "")) for translation in translations)
    for language, translation in zip(source.languages, translations, strict=True):
        for text in translation.iterfind(f"{XF}text"):
            for value in text.iterfind(f"{XF}value"):
                words = _words(value)
                # pyxform writes "-" where a language has no text.
                if value.get("form") is None and words not in ("", "-"):
                    source.texts.setdefault(text.get("id", ""), {})[language] = words


def _index_body(source: _Source, html: etree._Element) -> None:
    body = next(element for element in html.iter() if local(element) == "body")
    for element in body.iter():
        kind = local(element)
        if kind in _CONTROLS and element.get("ref"):
            source.controls[_path(element.get("ref", ""))] = element
        elif kind == "group" and element.get("ref"):
            source.groups[_path(element.get("ref", ""))] = element
        elif kind == "repeat":
            source.repeats.add(_path(element.get("nodeset", "")))


def _path(reference: str) -> Path:
    """`/data/people/women` -> ("people", "women"): the root's name says nothing."""
    return tuple(part.rpartition(":")[2] for part in reference.strip().strip("/").split("/")[1:])


def _words(value: etree._Element) -> str:
    """The text of a label, with `<output value="/data/x"/>` as `${x}`."""
    parts = [value.text or ""]
    for child in value:
        if local(child) == "output":
            parts.append("${" + (child.get("value") or child.get("ref") or "").strip().rpartition("/")[2] + "}")
        parts.append(child.tail or "")
    return "".join(parts).strip()


def _texts(source: _Source, element: etree._Element | None) -> Texts:
    if element is None:
        return {}
    if match := _ITEXT.search(element.get("ref") or ""):
        return source.texts.get(match.group(1), {})
    words = _words(element)
    return {"default": words} if words else {}


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else element.find(f"{XF}{name}")


def _walk(
    source: _Source,
    element: etree._Element,
    path: Path,
    repeat: Path | None,
    personal: bool,
    questions: list[Question],
    groups: list[Group],
) -> None:
    """Questions and groups in the order of the instance; `personal` is handed down from a personal group."""
    seen: set[str] = set()
    for child in element:
        name = local(child)
        # pyxform writes a repeat twice: the template and the first instance.
        if not name or name in seen or (path == ("meta",) and name in _SUBMISSION_META):
            continue
        seen.add(name)
        child_path = (*path, name)
        bind = source.binds.get(child_path)
        child_personal = personal or (bind is not None and bind.get(f"{GRAM}personal") == "yes")
        if len(child) == 0 and child_path not in source.groups and child_path not in source.repeats:
            questions.append(_question(source, child, child_path, bind, repeat, child_personal))
            continue
        if child_path != ("meta",) and name != "meta":
            groups.append(_group(source, child_path, bind))
        below = child_path if child_path in source.repeats else repeat
        _walk(source, child, child_path, below, child_personal, questions, groups)


def _group(source: _Source, path: Path, bind: etree._Element | None) -> Group:
    body = source.groups.get(path)
    return Group(
        path=path,
        repeat=path in source.repeats,
        label=_texts(source, _child(body, "label")),
        relevant=_expression(bind, "relevant"),
    )


def _question(
    source: _Source,
    element: etree._Element,
    path: Path,
    bind: etree._Element | None,
    repeat: Path | None,
    personal: bool,
) -> Question:
    control = source.controls.get(path)
    kind, read_only = _type(bind, control), _expression(bind, "readonly") == "true()"
    calculate = _expression(bind, "calculate")
    metadata = _metadata(path, bind, control, calculate)
    choices, itemset_file = _choices(source, control)
    return Question(
        name=path[-1],
        path=path,
        type="note" if kind == "string" and read_only and control is not None and not calculate else kind,
        label=_texts(source, _child(control, "label")),
        hint=_texts(source, _child(control, "hint")),
        choices=choices,
        itemset_file=itemset_file,
        required=_expression(bind, "required"),
        relevant=_expression(bind, "relevant"),
        constraint=_expression(bind, "constraint"),
        constraint_message=_message(source, bind),
        calculate=calculate,
        read_only=read_only,
        personal=personal,
        renamed_from=None if bind is None else bind.get(f"{GRAM}renamed_from"),
        appearance="" if control is None else control.get("appearance", ""),
        default=element.text.strip() if element.text and element.text.strip() else None,
        mediatype=None if control is None else control.get("mediatype"),
        save_to=None if bind is None else bind.get(f"{ENTITIES}saveto"),
        repeat=repeat,
        metadata=metadata,
    )


def _type(bind: etree._Element | None, control: etree._Element | None) -> QuestionType:
    if control is not None and (of_control := _CONTROL_TYPES.get(local(control))):
        return of_control
    name = (bind.get("type") or "string").rpartition(":")[2] if bind is not None else "string"
    # intent and its like are text to us
    return name if name in QUESTION_TYPES else "string"  # type: ignore[return-value]  # checked against the Literal


def _expression(bind: etree._Element | None, name: str) -> str | None:
    text = (bind.get(name) or "").strip() if bind is not None else ""
    return None if text in ("", "false()") else text


def _metadata(
    path: Path, bind: etree._Element | None, control: etree._Element | None, calculate: str | None
) -> str | None:
    if bind is not None and bind.get(f"{JR}preload"):
        return bind.get(f"{JR}preloadParams") or bind.get(f"{JR}preload")
    if path[0] == "meta":
        return path[-1]
    # Neither shown nor calculated: filled by an action of the client, such as start-geopoint.
    return "hidden" if control is None and calculate is None else None


def _message(source: _Source, bind: etree._Element | None) -> Texts:
    text = bind.get(f"{JR}constraintMsg") if bind is not None else None
    if text is None:
        return {}
    match = _ITEXT.search(text)
    return source.texts.get(match.group(1), {}) if match else {"default": text}


def _file(instance: etree._Element) -> str | None:
    address = instance.get("src") or ""
    return address.rpartition("/")[2] if address.startswith("jr://file") else None


def _choices(source: _Source, control: etree._Element | None) -> tuple[Mapping[str, Texts] | None, str | None]:
    """Inline choices, or the name of the file they come from."""
    if control is None or local(control) not in ("select", "select1", "rank"):
        return None, None
    itemset = _child(control, "itemset")
    if itemset is None:
        inline = {
            (item.findtext(f"{XF}value") or "").strip(): _texts(source, _child(item, "label"))
            for item in control.iterfind(f"{XF}item")
        }
        return inline, None
    match = _INSTANCE.match(itemset.get("nodeset") or "")
    instance = source.instances.get(match.group(1)) if match else None
    if instance is None:
        return None, None  # choices from a repeat: any value may come
    if instance.get("src"):
        return None, _file(instance)
    return dict(_items(source, instance)), None


def _items(source: _Source, instance: etree._Element) -> Iterator[tuple[str, Texts]]:
    for item in instance.iter(f"{XF}item"):
        name = (item.findtext(f"{XF}name") or "").strip()
        itext, label = item.findtext(f"{XF}itextId"), item.findtext(f"{XF}label")
        yield name, source.texts.get(itext, {}) if itext else ({"default": label} if label else {})


def _entity(source: _Source) -> Entity | None:
    """The first entity block; the house's forms carry one."""
    element = next((node for node in source.root.iter() if local(node) == "entity"), None)
    if element is None:
        return None
    names = [local(node) for node in element.iterancestors()][::-1]
    path = tuple(names[names.index(local(source.root)) + 1 :])

    def attribute(name: str) -> str | None:
        bind = source.attribute_binds.get(((*path, "entity"), name))
        return _expression(bind, "calculate") or ("true()" if element.get(name) else None)

    return Entity(
        dataset=element.get("dataset", ""),
        create=attribute("create"),
        update=attribute("update"),
        entity_id=attribute("id"),
        label=_expression(source.binds.get((*path, "entity", "label")), "calculate"),
        path=path[:-1],
    )
