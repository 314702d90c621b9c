"""Square codes read as a phone does: drawn as pixels, and given to a reader that others wrote (jsQR, under Node)."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from field_forms.app import build

READ = """
const { w, h, dark } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const pixels = new Uint8ClampedArray(w * h * 4).fill(255);
for (const i of dark) pixels.set([0, 0, 0, 255], i * 4);
const found = require(process.argv[1])(pixels, w, h);
process.stdout.write(JSON.stringify(found && found.data));
"""
SCALE, QUIET = 4, 4  # pixels a module; modules around


def read(svg: str) -> str:
    """What the square in a page says. Errors: AssertionError where it cannot be read."""
    if not (build.MODULES / "jsqr").is_dir():
        pytest.skip("the field app's packages are not installed: run `make setup`")
    runs = list(_runs(svg))
    size = max(max(x + n for x, _, n in runs), max(y + 1 for _, y, _ in runs)) + QUIET
    width = size * SCALE
    dark = [
        (y * SCALE + dy) * width + x * SCALE + dx for x, y, n in runs for dy in range(SCALE) for dx in range(n * SCALE)
    ]
    told = json.dumps({"w": width, "h": width, "dark": dark})
    command = [str(build.node()), "-e", READ, str(build.MODULES / "jsqr")]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    text = json.loads(done.stdout)
    assert text is not None, "no square could be read"
    return str(text)


def _runs(svg: str) -> list[tuple[int, int, int]]:
    """(x, y, length) of each dark run of the drawing, which is one path of horizontal lines."""
    path = re.search(r'<path[^>]*\sd="([^"]+)"', svg)
    assert path is not None
    x, y, runs = 0.0, 0.0, []
    for kind, numbers in re.findall(r"([Mmh])([^Mmh]*)", path[1]):
        values = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if kind == "M":
            x, y = values
        elif kind == "m":
            x, y = x + values[0], y + values[1]
        else:
            runs.append((int(x), int(y), int(values[0])))
            x += values[0]
    return runs


def in_page(content: bytes) -> list[str]:
    """The squares of a page, in order."""
    return re.findall(r"<svg[^>]*class=\"square\".*?</svg>", content.decode(), re.DOTALL)


def of_file(path: Path) -> str:
    return read(path.read_text())
