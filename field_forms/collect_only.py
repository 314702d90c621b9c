"""What the field app's view cannot show: forms that ask for it are for ODK Collect only, which is said at publishing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from field_forms.xform_index import local

_CONTROLS = ("input", "select1", "select", "upload", "range", "rank", "trigger")
_LOOKS = {
    r"image-map|map|map-quick": "choosing on a map or a picture",
    r"draw|signature": "drawing with a finger",
    r"bearing": "a compass bearing",
    r"ex:.*|intent.*": "another app that is opened for the answer",
    r"printer:.*": "a label printer",
    r"(quick-)?search\(.*": "search() in a file",
    r"ethiopian|coptic|islamic|bikram-sambat|myanmar|persian|buddhist": "another calendar",
}
_PULLDATA = re.compile(r"pulldata\(\s*[^'\"\s]")


@lru_cache(maxsize=256)
def collect_only(xform: bytes) -> tuple[str, ...]:
    """One line for each thing that only ODK Collect can ask, with the question's name; empty for a form of the app."""
    tree = etree.fromstring(xform, etree.XMLParser(resolve_entities=False, no_network=True))
    return tuple(dict.fromkeys(_found(tree)))


def _found(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        kind = local(element)
        name = (element.get("ref") or element.get("nodeset") or "").rpartition("/")[2] or "form"
        if kind in _CONTROLS:
            looks = re.split(r"\s+(?![^(]*\))", element.get("appearance") or "")
            yield from (f"{name}: {what} ({look})" for look in looks for what in _needed(look))
            if element.get("query"):
                yield f"{name}: choices from itemsets.csv (select_one_external)"
        elif kind == "bind" and any(_PULLDATA.search(str(value)) for value in element.attrib.values()):
            yield f"{name}: pulldata() from a file that an answer names"
        elif kind == "audit":
            yield "audit: a log of every touch"
        elif kind == "recordaudio":
            yield "audio: recording in the background"
        elif kind == "submission" and element.get("base64RsaPublicKey"):
            yield "form: encryption on the phone"


def _needed(look: str) -> Iterator[str]:
    return (what for pattern, what in _LOOKS.items() if re.fullmatch(pattern, look))
