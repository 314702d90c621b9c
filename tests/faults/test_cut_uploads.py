"""Photos over a line that breaks, sent by a tus client that others wrote, to the real server, which is killed besides:
each arrives once, whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.faults.cutting import Line

PHOTOS = 12
SEED = 20261122
_WORLD = """
import json, django; django.setup()
from tests.integration.world import make_world
world = make_world()
print(json.dumps([world.registration(f"uuid:{i}", photo="photo.jpg") for i in range(%d)]))
"""
TOKEN = {"Authorization": "Bearer the-token-that-the-phone-made-for-itself"}


class Server:
    def __init__(self, home: Path) -> None:
        self.environ = os.environ | {"GRAMREACH_HOME": str(home), "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        self.environ.pop("DATABASE_URL", None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("gramreach"), "serve", "--port", str(self.port)],
            env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                requests.get(f"{self.url}/healthz", timeout=5)
                return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    found.start()  # makes the home
    try:
        yield found
    finally:
        found.kill()


def noise(number: int) -> bytes:
    """A photo of about 150 KB."""
    out = io.BytesIO()
    Image.frombytes("L", (420, 420), random.Random(number).randbytes(420 * 420)).save(out, "JPEG", quality=85)
    return out.getvalue()


def test_photos_arrive_once_and_whole_over_a_line_that_breaks(server: Server) -> None:
    made = subprocess.run(
        [sys.executable, "-c", _WORLD % PHOTOS], env=server.environ, check=True, capture_output=True, text=True
    ).stdout
    batch = {"submissions": json.loads(made.splitlines()[-1])}
    answer = requests.post(f"{server.url}/api/v1/submissions/batch", json=batch, headers=TOKEN, timeout=60).json()
    assert [r["missing_attachments"] for r in answer["results"]] == [["photo.jpg"]] * PHOTOS

    line, dice = Line(server.port, SEED), random.Random(SEED)
    photos = [noise(i) for i in range(PHOTOS)]
    for number, content in enumerate(photos):
        if number in (3, 7):  # half of it straight, then the plug is pulled
            _go_on(server.port, f"uuid:{number}", content, dice, len(content) // 2)
            server.kill()
            server.start()
        for _ in range(60):
            try:
                _go_on(line.port, f"uuid:{number}", content, dice)
                break
            except (TusCommunicationError, requests.RequestException, OSError, TypeError):
                # TypeError: tuspy's own, for an answer whose headers were cut off
                continue
        else:
            raise AssertionError(f"photo {number} never arrived")
    line.close()

    assert line.cuts > PHOTOS / 2
    for number, content in enumerate(photos):
        url = f"{server.url}/api/v1/submissions/uuid:{number}/attachments/photo.jpg"
        got = requests.get(url, headers=TOKEN, timeout=30)
        assert (got.status_code, got.content == content) == (200, True)
    receipts = _receipts(server)
    assert [(r["here"], r["missing_attachments"]) for r in receipts] == [(True, [])] * PHOTOS
    stored = [p for p in (Path(server.environ["GRAMREACH_HOME"]) / "attachments").rglob("*") if p.is_file()]
    assert len([p for p in stored if not p.name.startswith(".part-")]) == PHOTOS


def _go_on(port: int, instance_id: str, content: bytes, dice: random.Random, stop: int | None = None) -> None:
    client = TusClient(f"http://127.0.0.1:{port}/api/v1/uploads/", headers=TOKEN)
    said = {"instance_id": instance_id, "filename": "photo.jpg", "sha256": hashlib.sha256(content).hexdigest()}
    sender: Any = client.uploader(
        file_stream=io.BytesIO(content), metadata=said, chunk_size=dice.choice([20_000, 70_000, len(content)]),
        upload_checksum=dice.random() < 0.3,
    )  # fmt: skip
    sender.set_url(sender.create_url())
    sender.offset = sender.get_offset()
    if sender.offset < len(content):
        sender.upload(stop)


def _receipts(server: Server) -> Any:
    body = {"instance_ids": [f"uuid:{i}" for i in range(PHOTOS)]}
    return requests.post(f"{server.url}/api/v1/sync/receipts", json=body, headers=TOKEN, timeout=30).json()["items"]
