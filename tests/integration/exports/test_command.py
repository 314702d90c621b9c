"""`gramreach export`: the same file as over HTTP, under its name only when it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command

from backend.exports.queries import Prepared
from tests.integration.exports.conftest import Send, fetched, ids
from tests.integration.world import World


def test_it_writes_what_the_api_gives(world: World, send: Send, deployment: Any, tmp_path: Path, capsys: Any) -> None:
    send(world.report(deployment(), "uuid:r1"))
    out = tmp_path / "reports.geojson"
    call_command("export", "reports", out=out, filter_cluster="best")
    assert capsys.readouterr().out == f"1 rows: {out}\n"
    collection = orjson.loads(out.read_bytes())
    assert ids(collection) == ids(fetched("reports")) == ["uuid:r1"]
    assert collection["filters"] == "cluster=best"
    assert [p.name for p in tmp_path.iterdir()] == ["reports.geojson"]


def test_options_are_named_as_the_filters_are(world: World, send: Send, deployment: Any, tmp_path: Path) -> None:
    send(world.report(deployment(), "uuid:r1", visit_date="2026-11-01"))
    out = tmp_path / "x.csv"
    options = [
        "--format",
        "csv",
        "--from",
        "2026-11-02",
        "--as-of",
        "2026-11-20",
        "--bbox=74,13,75,14",
        "--out",
        str(out),
    ]
    call_command("export", "reports", *options)
    assert len(out.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reports", "--cluster", "nowhere"], "There is no cluster 'nowhere'"),
        (["reports", "--format", "gif"], "geojsonseq"),
        (["tractors"], "deployments"),
        (["villages", "--review", "approved"], "no review state"),
    ],
)
def test_what_cannot_be_done_says_what_can(world: World, tmp_path: Path, arguments: list[str], said: str) -> None:
    out = tmp_path / "x"
    with pytest.raises(CommandError, match=said):
        call_command("export", *arguments, "--out", str(out))
    assert not out.exists()


def test_a_file_that_was_cut_off_never_has_the_name(
    world: World, send: Send, deployment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.exports.queries.CHUNK", 1)
    uuid = deployment()
    for n in range(3):
        send(world.report(uuid, f"uuid:{n}"))
    out = tmp_path / "reports.geojson"
    out.write_text("yesterday's")
    calls: list[int] = []
    read = Prepared.__call__

    def fails(self: Prepared, *args: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) > 4:
            raise RuntimeError("lost")
        return read(self, *args, **named)

    monkeypatch.setattr(Prepared, "__call__", fails)
    with pytest.raises(RuntimeError):
        call_command("export", "reports", out=out)
    assert out.read_text() == "yesterday's"


def test_it_goes_to_the_output_for_a_dash(world: World, capfdbinary: Any) -> None:
    call_command("export", "villages", "--format", "geojsonseq", "--out", "-")
    lines = capfdbinary.readouterr().out.splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == ["demo:0", "demo:1", "demo:2"]


def test_a_folder_that_is_not_there_is_a_plain_error(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be written"):
        call_command("export", "villages", out=tmp_path / "none" / "x.geojson")
