"""The parts of an XForm, indexed by what points at them: binds, controls, texts, lists.

Source: https://getodk.github.io/xforms-spec
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from field_forms.schema import Path, Texts

XF = "{http://www.w3.org/2002/xforms}"

_CONTROLS = {"input", "select", "select1", "rank", "upload", "trigger", "range"}
_ITEXT = re.compile(r"""jr:itext\(\s*['"](.*?)['"]\s*\)""")
_CODE = re.compile(r"\(([A-Za-z][A-Za-z0-9-]*)\)\s*$")


def local(element: etree._Element) -> str:
    """The tag without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def language_code(name: str) -> str:
    """`English (en)` -> `en`; a language without a code keeps its name."""
    match = _CODE.search(name)
    return match.group(1) if match else name


@dataclass
class Source:
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


def index(html: etree._Element) -> Source:
    """Errors: ValueError when the XForm has no primary instance."""
    model = next(html.iter(f"{XF}model"))
    primary = next((child for child in model.iterfind(f"{XF}instance") if child.get("id") is None), None)
    if primary is None or len(primary) == 0:
        raise ValueError("the XForm has no primary instance")
    title = next((element.text for element in html.iter() if local(element) == "title"), None)
    source = Source(title=title or "", root=primary[0])
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


def _index_texts(source: Source, model: etree._Element) -> None:
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


def _index_body(source: Source, html: etree._Element) -> None:
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


def texts(source: Source, element: etree._Element | None) -> Texts:
    """The words of a label or hint by language, whether it points at them or holds them."""
    if element is None:
        return {}
    if (shared := pointed(source, element.get("ref") or "")) is not None:
        return shared
    words = _words(element)
    return {"default": words} if words else {}


def pointed(source: Source, reference: str) -> Texts | None:
    """The words that `jr:itext('...')` points at; None when it is no such reference."""
    match = _ITEXT.search(reference)
    return source.texts.get(match.group(1), {}) if match else None
