"""Forms filled by the engine that phones use, under the Node that comes as a Python package."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from field_forms.app import build

SCRIPT = Path(__file__).parent / "fixtures" / "fill.mjs"


@dataclass(frozen=True)
class Filled:
    """`leaves`: every answered question by its reference, such as /data/visits[1]/who, as the engine has it."""

    xml: bytes
    leaves: dict[str, str]
    files: dict[str, bytes]
    violations: list[str]


def fill(
    xform: bytes,
    answers: Sequence[tuple[str, Any]],
    *,
    media: Mapping[str, str] | None = None,
    repeats: Sequence[tuple[str, int]] = (),
) -> Filled:
    if not (build.MODULES / "jsdom").is_dir():
        pytest.skip("the field app's packages are not installed: run `make setup`")
    told = {
        "modules": str(build.MODULES), "xform": xform.decode(), "answers": answers, "media": dict(media or {}),
        "repeats": repeats,
    }  # fmt: skip
    done = subprocess.run([str(build.node()), str(SCRIPT)], input=json.dumps(told), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    back = json.loads(done.stdout)
    files = {file["name"]: base64.b64decode(file["bytes"]) for file in back["files"]}
    return Filled(back["xml"].encode(), back["leaves"], files, back["violations"])
