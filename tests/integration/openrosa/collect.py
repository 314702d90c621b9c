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
        """HEAD first; then as many posts as the size that the server advertises asks for, each with the whole XML.

        As Collect's OkHttpConnection does: a file goes along before its size is asked, what would be too much begins the
        next post, and so does what comes after the 101st file. An answer that is no 201 or 202 ends it.
        """
        head = self.client.head(f"{self.base}/submission", {"deviceID": "collect:1"})
        limit = 10_000_000
        if head.status_code == 204:  # Collect reads the headers of no other answer
            limit = int(head.headers.get("X-OpenRosa-Accept-Content-Length", limit))
        elif head.status_code >= 400:
            raise Refused(head.status_code, "")
        posts = parts_of(len(xml), [(name, len(content)) for name, content in (files or {}).items()], at_once or limit)
        for names in posts:
            last = names is posts[-1]
            message = self.post(xml, {name: (files or {})[name] for name in names}, incomplete=not last)
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


FILES_AT_ONCE = 101  # `fileIndex - lastFileIndex + 1 > 100`


def parts_of(xml: int, files: list[tuple[str, int]], limit: int) -> list[list[str]]:
    """Which files go with which post, by their sizes."""
    posts: list[list[str]] = [[]]
    size = xml
    for name, length in files:
        full = len(posts[-1]) >= FILES_AT_ONCE or (posts[-1] and size + length > limit)
        if full:
            posts.append([])
            size = xml
        posts[-1].append(name)
        size += length
    return posts


def said(content: bytes) -> str:
    return etree.fromstring(content).findtext(f"{RESPONSE}message") or ""


def md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
