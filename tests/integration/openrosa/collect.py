"""A client that behaves as ODK Collect does, request for request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree

LISTED = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


@dataclass
class Form:
    form_id: str
    version: str
    xform: bytes
    media: dict[str, bytes] = field(default_factory=dict)
    entity_lists: dict[str, str] = field(default_factory=dict)  # file name -> integrityUrl


@dataclass
class Collect:
    """`base`: what the settings hold as the server's address."""

    base: str
    client: Client = field(default_factory=Client)

    def get(self, url: str, **data: str) -> bytes:
        parts = urlsplit(url)
        answer = self.client.get(parts.path + (f"?{parts.query}" if parts.query else ""), data or None)
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        if answer.status_code != 200:
            raise Refused(answer.status_code, said(answer.content))
        return answer.content

    def forms(self) -> dict[str, Form]:
        """Every form on offer with its media, each checked against the hash that the server told."""
        found = {}
        for item in etree.fromstring(self.get(f"{self.base}/formList")):
            told = {element.tag.removeprefix(LISTED): element.text or "" for element in item}
            form = Form(told["formID"], told["version"], self.get(told["downloadUrl"]))
            assert told["hash"] == md5(form.xform)
            if "manifestUrl" in told:
                self._media(form, told["manifestUrl"])
            found[form.form_id] = form
        return found

    def _media(self, form: Form, url: str) -> None:
        for item in etree.fromstring(self.get(url)):
            told = {element.tag.removeprefix(MANIFEST): element.text or "" for element in item}
            content = self.get(told["downloadUrl"])
            assert told["hash"] == md5(content)
            form.media[told["filename"]] = content
            if item.get("type") == "entityList":
                form.entity_lists[told["filename"]] = told["integrityUrl"]

    def deleted(self, url: str, ids: list[str]) -> dict[str, bool]:
        root = etree.fromstring(self.get(url, id=",".join(ids)))
        return {e.get("id", ""): e.findtext("deleted") == "true" for e in root.iterfind("entities/entity")}

    def send(self, xml: bytes, files: dict[str, bytes] | None = None, *, at_once: int | None = None) -> str:
        """HEAD first; then as many posts as the size that the server advertises asks for, each with the whole XML."""
        head = self.client.head(f"{self.base}/submission", {"deviceID": "collect:1"})
        limit = 10_000_000
        if head.status_code == 204:  # Collect reads the headers of no other answer
            limit = int(head.headers.get("X-OpenRosa-Accept-Content-Length", limit))
        elif head.status_code >= 400:
            raise Refused(head.status_code, "")
        message = ""
        waiting = list((files or {}).items())
        while True:
            part: list[tuple[str, bytes]] = []
            size = len(xml)
            while waiting and (not part or size + len(waiting[0][1]) <= (at_once or limit)):
                part.append(waiting.pop(0))
                size += len(part[-1][1])
            message = self.post(xml, dict(part), incomplete=bool(waiting))
            if not waiting:
                return message

    def post(self, xml: bytes, files: dict[str, bytes], *, incomplete: bool = False) -> str:
        body: dict[str, Any] = {"xml_submission_file": SimpleUploadedFile("report.xml", xml, "text/xml")}
        body |= {name: SimpleUploadedFile(name, content) for name, content in files.items()}
        body |= {"*isIncomplete*": "yes"} if incomplete else {}
        answer = self.client.post(f"{self.base}/submission?deviceID=collect%3A1", body)
        if answer.status_code not in (201, 202):  # 200 is a failure, too
            raise Refused(answer.status_code, said(answer.content))
        assert answer.headers["Content-Type"].startswith("text/xml")
        return said(answer.content)


def said(content: bytes) -> str:
    return etree.fromstring(content).findtext(f"{RESPONSE}message") or ""


def md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
