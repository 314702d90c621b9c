"""What the pages say is so: commands, options, addresses, settings, files and folders named in them are there."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from backend.errors import GramReachError

ROOT = Path(__file__).resolve().parents[2]
DOCS = tuple(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", *DOCS)
every_page = pytest.mark.parametrize("name", PAGES)


def text(name: str) -> str:
    return (ROOT / name).read_text()


@cache
def files() -> tuple[str, ...]:
    """Tracked files and those about to be; only git knows which are ours."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return tuple(sorted(name for name in told.split("\0") if name and (ROOT / name).is_file()))


def readable() -> Iterator[tuple[str, str]]:
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            yield name, content.decode()


def code_of(page: str) -> list[str]:
    """Lines of code blocks, and spans of code in the text."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", page, re.S | re.M)
    rest = re.sub(r"^```.*?^```", "", page, flags=re.S | re.M)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`]+)`", rest)


def commands_in(page: str) -> Iterator[tuple[str, list[str]]]:
    for line in code_of(page):
        for name, rest in re.findall(r"(?:^|[/\s])gramreach ([a-z_]+)([^|;]*)", line):
            yield name, re.findall(r"(?<=\s)--[a-z][a-z-]*", rest.partition(" # ")[0])


# ---- commands


@every_page
def test_every_command_named_is_there_with_its_options(name: str) -> None:
    there = get_commands()
    for command, options in commands_in(text(name)):
        assert command in there, f"{name}: gramreach {command}"
        app = there[command]
        loaded = load_command_class(app, command) if isinstance(app, str) else app
        known = loaded.create_parser("gramreach", command)._option_string_actions
        assert set(options) <= set(known), f"{name}: gramreach {command} {options}"


def test_the_readme_names_every_command_of_ours() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("backend.")}
    assert ours - {name for name, _ in commands_in(text("README.md"))} == set()


@every_page
def test_every_make_target_named_is_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.M))
    named = {found for line in code_of(text(name)) for found in re.findall(r"(?:^|\s)make ([a-z]+)", line)}
    assert named <= targets


def test_every_make_target_runs_what_is_there() -> None:
    for module in re.findall(r"python -m (tests[.\w]*)", text("Makefile")):
        place = ROOT.joinpath(*module.split("."))
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


# ---- files, folders, addresses


@every_page
def test_every_link_leads_to_a_file(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text(name)):
        if not target.startswith("https://"):
            assert (ROOT / name).parent.joinpath(target).exists(), target


@every_page
def test_every_path_named_is_there(name: str) -> None:
    roots = {path.partition("/")[0] for path in files()}
    for span in code_of(text(name)):
        for word in re.findall(r"(?<![\w./*-])\.?[A-Za-z_][\w.*-]*/[\w./*-]*", span):
            if word.partition("/")[0] in roots and "my_form" not in word:
                found = [*ROOT.glob(word.rstrip("/."))]
                assert found, f"{name} names {word}"


def test_the_contributing_page_names_every_folder_and_no_other() -> None:
    named = re.findall(r"^\| `([^`]+)/` \|", text("CONTRIBUTING.md"), re.M)
    there = {str(Path(path).parent) for path in files()} - {"."}
    alike = {pattern: {f for f in there if _is(f, pattern)} for pattern in named}
    assert [pattern for pattern, found in alike.items() if not found] == []
    assert sorted(there.difference(*alike.values())) == []


def _is(folder: str, pattern: str) -> bool:
    """`*` stands for one name, never for several."""
    return folder.count("/") == pattern.count("/") and fnmatch(folder, pattern)


@every_page
def test_every_address_named_is_served(name: str) -> None:
    for span in code_of(text(name)):
        for address in re.findall(r"(?:^|[\s`]|GET |POST |url)(/(?:api|maps|admin)/[\w/{}.-]*)", span):
            path = re.sub(r"\{[^}]*\}", "1", address)
            try:
                resolve(path)
            except Resolver404:
                pytest.fail(f"{name} names {address}, which is not served")


def test_the_api_page_names_every_address_of_the_api() -> None:
    from backend.api import api

    page = text("docs/api.md")
    left_out = {"/api/v1/forms/{form_id}/versions/{version}", "/api/v1/export/fields"}  # said in words
    paths = {p for p in api.get_openapi_schema(path_prefix="/api/v1/")["paths"] if not p.startswith(tuple(left_out))}
    assert [path for path in sorted(paths) if f"{path}`" not in page and f"{path}?" not in page] == []


def test_the_api_page_names_every_kind_of_error() -> None:
    page = text("docs/api.md")
    for kind in (GramReachError, *GramReachError.__subclasses__()):
        assert re.search(rf"^\| {kind.status} \|.*`{kind.code}`", page, re.M), kind.__name__


# ---- settings and dependencies


def test_the_readme_names_every_setting_and_no_other() -> None:
    table = text("README.md").partition("## Settings")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.M)) == _read_from_the_environment()


def _read_from_the_environment() -> set[str]:
    from backend import keys

    found: set[str] = set(keys.NAMES)
    for path in (name for name in files() if name.startswith("backend/") and name.endswith(".py")):
        for node in ast.walk(ast.parse(text(path))):
            match node:
                case ast.Call(func=ast.Name(id="_flag"), args=[ast.Constant(value=str(name)), *_]):
                    found.add(name)
                case ast.Call(func=ast.Attribute(value=of, attr="get"), args=[ast.Constant(value=str(name)), *_]):
                    found |= {name} if ast.unparse(of).endswith("environ") else set()
                case ast.Subscript(value=of, slice=ast.Constant(value=str(name))):
                    found |= {name} if ast.unparse(of).endswith("environ") else set()
    return found


def test_every_dependency_has_its_reason() -> None:
    listed = text("pyproject.toml").partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    assert len(listed) > 20
    assert [line for line in listed if not re.search(r'",\s+# \w', line)] == []


# ---- what no file may hold

REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("registry", "yarnpkg"), ("npmjs", "org"),
        ("conda", "anaconda"), ("crates", "io"), ("jsdelivr", "net"), ("unpkg", "com"), ("docker", "io"),
    )
)  # fmt: skip
OF_A_MACHINE = re.compile(r"(?<![\w./)])/(?:home|root|Users|work|tmp)/\w|\b[A-Z]:\\(?:Users|Windows)")


def test_no_file_names_a_registry() -> None:
    assert [(name, host) for name, page in readable() for host in REGISTRIES if host in page] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert [(name, found[0]) for name, page in readable() if (found := OF_A_MACHINE.findall(page))] == []


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.csv")), ids=lambda path: path.name)
def test_every_verified_row_says_where_it_was_read(path: Path) -> None:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for line, row in enumerate(rows, 2):
        assert row.get("verified", "no") in ("yes", "no"), f"{path.name}, row {line}"
        if row.get("verified") == "yes":
            assert "https://" in row["source"], f"{path.name}, row {line}"
