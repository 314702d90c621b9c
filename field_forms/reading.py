"""Instance bytes -> Instance, without trust: no DTD, no entities, no network, no endless depth."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from field_forms.xform_index import local

# libxml2 stops at 256 by itself; forms nest a handful of groups.
MAX_DEPTH = 64
_TOO_DEEP = etree.XPath(f"boolean({'/'.join('*' * MAX_DEPTH)})")
# A DTD stands before the first element; behind it the same signs are somebody's answer.
_ELEMENT = re.compile(rb"<[A-Za-z_:\x80-\xff]")
_DECLARED = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class UnreadableInstance(Exception):
    """Bytes that are no report. `line` is where reading stopped, if known; `remedy` what to do."""

    def __init__(self, message: str, remedy: str, line: int | None = None) -> None:
        super().__init__(f"{message} (line {line}). {remedy}" if line else f"{message}. {remedy}")
        self.message = message
        self.remedy = remedy
        self.line = line


@dataclass(frozen=True, eq=False)
class Instance:
    """A submission's XML, read. `xml` are the bytes as received; ids are None when the meta block has none."""

    form_id: str
    version: str
    instance_id: str | None
    deprecated_id: str | None
    root: etree._Element
    xml: bytes


def read(xml: bytes) -> Instance:
    """Read one instance. Namespaces may be there or not, on the root, on meta, on both.

    Errors: UnreadableInstance for what is no XML, carries a DTD, nests too deep, or names no form.
    Source: https://docs.getodk.org/openrosa-metadata/
    """
    root = _parse(xml)
    form_id = root.get("id") or ""
    if not form_id:
        raise UnreadableInstance(
            "The report does not say which form it is", "Its first element needs the attribute id", 1
        )
    meta = next(root.iterchildren("{*}meta"), None)
    ids = {} if meta is None else {local(child): (child.text or "").strip() for child in meta}
    return Instance(
        form_id=form_id,
        version=root.get("version") or "",
        instance_id=ids.get("instanceID") or None,
        deprecated_id=ids.get("deprecatedID") or None,
        root=root,
        xml=xml,
    )


def _parse(xml: bytes) -> etree._Element:
    first = _ELEMENT.search(xml)
    if _DECLARED.search(xml, 0, first.start() if first else len(xml)):
        raise _forbidden()
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        # libxml2 repeats the place in its words; ours come after.
        reason = re.sub(r", line \d+, column \d+.*$", "", str(error))
        remedy = "Send the file again as the phone saved it; if it stays so, ask the coordinator to look at it"
        raise UnreadableInstance(f"This is not a whole XML file: {reason}", remedy, error.lineno) from error
    # The search above reads ASCII and stops at the first tag; another encoding or a comment could hide a DTD from it.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _forbidden()
    if _TOO_DEEP(root):
        raise UnreadableInstance(f"Groups are nested more than {MAX_DEPTH} deep", "Send a report that a form made")
    return root


def _forbidden() -> UnreadableInstance:
    return UnreadableInstance("A report must not declare a DOCTYPE or entities", "Take the declaration out")
