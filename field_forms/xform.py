"""XForm bytes -> Schema. What a phone reads is what the server understands: nothing is taken from the spreadsheet.

Source: https://getodk.github.io/xforms-spec
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from field_forms.schema import QUESTION_TYPES, Entity, Group, Path, Question, QuestionType, Schema, Texts
from field_forms.xform_index import XF, Source, index, local, pointed, texts

JR = "{http://openrosa.org/javarosa}"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
GRAM = "{urn:gramreach:xforms}"

_CONTROL_TYPES: dict[str, QuestionType] = {
    "select": "select_multiple",
    "select1": "select_one",
    "rank": "rank",
    "trigger": "trigger",
    "upload": "binary",
}
_INSTANCE = re.compile(r"""^\s*instance\(\s*['"](.*?)['"]\s*\)""")
# Written by the client about the submission itself: kept in the XML, no questions.
_SUBMISSION_META = {"instanceID", "instanceName", "deprecatedID", "entity"}


def read_schema(xform: bytes) -> Schema:
    """The schema of an XForm as pyxform writes it. Errors: ValueError when it has no primary instance."""
    source = index(etree.fromstring(xform, etree.XMLParser(resolve_entities=False, no_network=True)))
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


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else element.find(f"{XF}{name}")


def _walk(
    source: Source,
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


def _group(source: Source, path: Path, bind: etree._Element | None) -> Group:
    body = source.groups.get(path)
    return Group(
        path=path,
        repeat=path in source.repeats,
        label=texts(source, _child(body, "label")),
        relevant=_expression(bind, "relevant"),
    )


def _question(
    source: Source,
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
        label=texts(source, _child(control, "label")),
        hint=texts(source, _child(control, "hint")),
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


def _message(source: Source, bind: etree._Element | None) -> Texts:
    text = bind.get(f"{JR}constraintMsg") if bind is not None else None
    if text is None:
        return {}
    shared = pointed(source, text)
    return {"default": text} if shared is None else shared


def _file(instance: etree._Element) -> str | None:
    address = instance.get("src") or ""
    return address.rpartition("/")[2] if address.startswith("jr://file") else None


def _choices(source: Source, control: etree._Element | None) -> tuple[Mapping[str, Texts] | None, str | None]:
    """Inline choices, or the name of the file they come from."""
    if control is None or local(control) not in ("select", "select1", "rank"):
        return None, None
    itemset = _child(control, "itemset")
    if itemset is None:
        inline = {
            (item.findtext(f"{XF}value") or "").strip(): texts(source, _child(item, "label"))
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


def _items(source: Source, instance: etree._Element) -> Iterator[tuple[str, Texts]]:
    for item in instance.iter(f"{XF}item"):
        name = (item.findtext(f"{XF}name") or "").strip()
        itext, label = item.findtext(f"{XF}itextId"), item.findtext(f"{XF}label")
        yield name, source.texts.get(itext, {}) if itext else ({"default": label} if label else {})


def _entity(source: Source) -> Entity | None:
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
