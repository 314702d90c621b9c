"""The protocol's XML. Source: https://docs.getodk.org/openrosa/"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

FORM_LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
RESPONSE = "http://openrosa.org/http/response"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML, even as a reference


@dataclass(frozen=True)
class ListedForm:
    form_id: str
    name: str
    version: str
    md5: str
    url: str
    manifest_url: str | None


@dataclass(frozen=True)
class MediaFile:
    filename: str
    md5: str
    url: str
    integrity_url: str | None = None  # of an entity list


def name_of(schema: Mapping[str, Any], languages: Iterable[str]) -> str:
    """A form's title in the first of these languages that it has, else in any, else its id."""
    title: Mapping[str, str] = schema["title"]
    return next(
        (title[code] for code in languages if title.get(code)), next(iter(title.values()), str(schema["form_id"]))
    )


def form_list(forms: Iterable[ListedForm], *, verbose: bool) -> bytes:
    root = etree.Element(f"{{{FORM_LIST}}}xforms", nsmap=_default(FORM_LIST))
    for form in forms:
        parts = {"formID": form.form_id, "name": form.name, "version": form.version, "hash": f"md5:{form.md5}"}
        if verbose:
            parts["descriptionText"] = form.name
        parts["downloadUrl"] = form.url
        if form.manifest_url is not None:
            parts["manifestUrl"] = form.manifest_url
        _add(root, "xform", parts)
    return _bytes(root)


def manifest(files: Iterable[MediaFile]) -> bytes:
    root = etree.Element(f"{{{MANIFEST}}}manifest", nsmap=_default(MANIFEST))
    for file in files:
        parts = {"filename": file.filename, "hash": f"md5:{file.md5}", "downloadUrl": file.url}
        if file.integrity_url is not None:
            parts["integrityUrl"] = file.integrity_url
        element = _add(root, "mediaFile", parts)
        if file.integrity_url is not None:
            element.set("type", "entityList")
    return _bytes(root)


def integrity(deleted: Mapping[str, bool]) -> bytes:
    """Which entities of those asked for a phone should let go."""
    root = etree.Element("data")
    entities = etree.SubElement(root, "entities")
    for key, gone in deleted.items():
        _add(entities, "entity", {"deleted": "true" if gone else "false"}).set("id", key)
    return _bytes(root)


def response(message: str, *, success: bool) -> bytes:
    root = etree.Element(f"{{{RESPONSE}}}OpenRosaResponse", nsmap=_default(RESPONSE))
    _add(root, "", {"message": message})[0].set("nature", "submit_success" if success else "error")
    return _bytes(root)


def _default(namespace: str) -> Any:
    return {None: namespace}  # the type hints of lxml know no default namespace


def _add(parent: etree._Element, name: str, parts: Mapping[str, str]) -> etree._Element:
    """`parts` as elements in the parent's namespace, inside a new element `name`, if it has one."""
    namespace = etree.QName(parent).namespace
    inside = etree.SubElement(parent, etree.QName(namespace, name)) if name else parent
    for part, text in parts.items():
        etree.SubElement(inside, etree.QName(namespace, part)).text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return inside


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
