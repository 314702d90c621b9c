"""`make audit` fails for a known weakness, never for want of a network, and says when it did not look."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / ".ci/audit.py"
WEAK = {"name": "django", "version": "1.0", "vulns": [{"id": "CVE-1"}]}
FINE = {"name": "orjson", "version": "9", "vulns": []}
SKIPPED = {"name": "orjson", "skip_reason": "not found"}
NO_NPM = json.dumps({"message": "405 Method Not Allowed"})
NPM: dict[str, Any] = {"auditReportVersion": 2, "metadata": {"dependencies": {"total": 7}}, "vulnerabilities": {}}


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("python", "npm", "ends", "says"),
    [
        ([WEAK, FINE], json.dumps(NPM), 1, ["WEAKNESS: django 1.0: CVE-1", "2 of 2", "7 packages"]),
        ([FINE], json.dumps(NPM | {"vulnerabilities": {"vite": {"severity": "high"}}}), 1, ["WEAKNESS: vite: high"]),
        ([FINE, SKIPPED], json.dumps(NPM), 0, ["1 of 2 packages"]),
        ([SKIPPED], NO_NPM, 0, ["pip-audit did NOT run: not found", "npm audit did NOT run: 405 Method Not Allowed"]),
        (None, None, 0, ["pip-audit did NOT run: no answer", "npm audit did NOT run: no answer"]),
    ],
)
def test_what_is_known_is_told(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    python: list[dict[str, Any]] | None, npm: str | None, ends: int, says: list[str],
) -> None:  # fmt: skip
    tool = tmp_path / "bin/pip-audit"
    tool.parent.mkdir()
    tool.touch()

    def ran(command: list[Any], folder: Path = tmp_path) -> str | None:
        if "--output" not in command:
            return npm
        if python is not None:
            command[command.index("--output") + 1].write_text(json.dumps({"dependencies": python}))
        return None

    monkeypatch.setattr(audit, "OWN", tmp_path)
    monkeypatch.setattr(audit, "ran", ran)
    assert audit.main() == ends
    out = capsys.readouterr().out
    assert [line for line in says if line not in out] == []
