"""Phones as programs: one that sends as the field app does, one as ODK Collect does, and one report by report.

Each holds an outbox, lets go of nothing without a receipt, and sends again what is left, as often as it is told to.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from PIL import Image

from tests.faults.homes import TOKEN

STORED = {"stored", "identical", "edited"}
TUS = {"Tus-Resumable": "1.0.0"}


def noise(seed: int, side: int = 150) -> bytes:
    """A photo that compresses badly: about side * side bytes."""
    out = io.BytesIO()
    Image.frombytes("L", (side, side), random.Random(seed).randbytes(side * side)).save(out, "JPEG", quality=85)
    return out.getvalue()


@dataclass
class Filled:
    """A report in the outbox."""

    item: dict[str, Any]
    xml: bytes
    photos: dict[str, bytes] = field(default_factory=dict)

    @property
    def instance_id(self) -> str:
        return str(self.item["instance_id"])


class TryAgain(Exception):
    """The server said so, with the seconds to wait."""


@dataclass
class Phone:
    port: int
    outbox: dict[str, Filled]
    timeout: float = 2.0
    receipts: dict[str, str] = field(default_factory=dict)  # what the server promised to have
    waited: float = 0.0
    errors: list[str] = field(default_factory=list)  # answers that a phone should never see

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sync_until_done(self, tries: int = 400, pause: float = 0.02) -> None:
        for _ in range(tries):
            if not self.outbox:
                return
            self.session.close()  # each try over a connection of its own, as after a while without network
            try:
                self.sync()
            except TryAgain as told:
                self.waited += float(str(told))
                time.sleep(min(float(str(told)), 0.5))
            except (OSError, requests.RequestException, ValueError):  # ValueError: an answer that was cut short
                self.session.close()
                time.sleep(pause)
        assert not self.outbox, f"never sent: {sorted(self.outbox)}"

    def sync(self) -> None:
        raise NotImplementedError

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self.session.request(method, f"{self.url}{path}", timeout=self.timeout, **options)
        if answer.status_code in (429, 503, 507):
            raise TryAgain(answer.headers.get("Retry-After", "missing"))
        if answer.status_code >= 500:
            self.errors.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            raise ValueError(answer.status_code)
        return answer

    def noted(self, instance_id: str, outcome: str) -> None:
        self.receipts.setdefault(instance_id, outcome)

    def let_go(self, instance_id: str) -> None:
        self.outbox.pop(instance_id, None)


class FieldApp(Phone):
    """One gzip batch, then each missing photo in pieces, then the receipts are asked for once more."""

    def sync(self) -> None:
        waiting = list(self.outbox.values())
        body = gzip.compress(json.dumps({"submissions": [filled.item for filled in waiting]}).encode())
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = self.ask("POST", "/api/v1/submissions/batch", data=body, headers=headers)
        if answer.status_code != 200:
            raise ValueError(answer.status_code)
        results = answer.json()["results"]
        if len(results) != len(waiting):
            raise ValueError("cut short")
        for filled, result in zip(waiting, results, strict=True):
            if result["outcome"] not in STORED:
                self.errors.append(str(result))
                continue
            self.noted(filled.instance_id, result["outcome"])
            for name in result["missing_attachments"]:
                self._upload(filled, name)
        self._ask_for_receipts()

    def _upload(self, filled: Filled, name: str) -> None:
        content = filled.photos[name]
        said = {"instance_id": filled.instance_id, "filename": name, "sha256": hashlib.sha256(content).hexdigest()}
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        made = self.ask("POST", "/api/v1/uploads/", headers=headers)
        if made.status_code not in (200, 201):
            raise ValueError(made.status_code)
        path = "/api/v1/uploads/" + made.headers["Location"].rsplit("/", 1)[1]
        offset = int(self.ask("HEAD", path, headers=TUS).headers["Upload-Offset"])
        while offset < len(content):
            piece = content[offset : offset + 8_000]
            kind = {"Content-Type": "application/offset+octet-stream"}
            answer = self.ask("PATCH", path, data=piece, headers={**TUS, **kind, "Upload-Offset": str(offset)})
            if answer.status_code != 204:
                raise ValueError(answer.status_code)
            offset = int(answer.headers["Upload-Offset"])

    def _ask_for_receipts(self) -> None:
        ids = list(self.outbox)
        for item in self.ask("POST", "/api/v1/sync/receipts", json={"instance_ids": ids}).json()["items"]:
            if item["here"] and not item["missing_attachments"]:
                self.let_go(item["instance_id"])


class Single(Phone):
    """Report by report as JSON, with its photos in the same request."""

    def sync(self) -> None:
        for filled in list(self.outbox.values()):
            files: dict[str, Any] = {"submission": (None, json.dumps(filled.item))}
            files |= {name: (name, content, "image/jpeg") for name, content in filled.photos.items()}
            answer = self.ask("POST", "/api/v1/submissions", files=files)
            result = answer.json()
            if answer.status_code in (200, 201) and result["outcome"] in STORED:
                self.noted(filled.instance_id, result["outcome"])
                if not result["missing_attachments"]:
                    self.let_go(filled.instance_id)
            elif answer.status_code != 400:  # 400: cut off on the way, and told so
                self.errors.append(f"{answer.status_code} {answer.text[:200]}")


class Collect(Phone):
    """HEAD, then posts with the whole XML each, one photo a post."""

    def sync(self) -> None:
        for filled in list(self.outbox.values()):
            path = f"/openrosa/key/{TOKEN}/submission?deviceID=collect%3A1"
            self.ask("HEAD", path)
            waiting = list(filled.photos.items()) or [("", b"")]
            for number, (name, content) in enumerate(waiting):
                files: dict[str, Any] = {"xml_submission_file": ("report.xml", filled.xml, "text/xml")}
                if name:
                    files[name] = (name, content, "image/jpeg")
                if number + 1 < len(waiting):
                    files["*isIncomplete*"] = (None, "yes")
                answer = self.ask("POST", path, files=files, headers={"X-OpenRosa-Version": "1.0"})
                if answer.status_code != 201:
                    if answer.status_code != 400:
                        self.errors.append(f"{answer.status_code} {answer.text[:200]}")
                    raise ValueError(answer.status_code)
                if b"</OpenRosaResponse>" not in answer.content:
                    raise ValueError("cut short")
                self.noted(filled.instance_id, "stored")
            self.let_go(filled.instance_id)


KINDS: tuple[type[Phone], ...] = (FieldApp, Single, Collect)
