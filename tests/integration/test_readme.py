"""The README's walk, as a reader types it: its commands against a running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from backend.accounts.services import make_api_token
from backend.deployments.models import DeploymentState
from backend.submissions.models import Flag, SubmissionVersion
from tests.integration.world import World

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the README's walk needs bash and curl")
def test_the_walk_of_the_readme_stores_one_report_that_counts(
    world: World, live_server: LiveServer, tmp_path: Path
) -> None:
    world.centre.slug = "rsvc-khunt"
    world.centre.save()
    sent = world.client().post(
        "/api/v1/submissions", world.registration(started="2026-06-01"), content_type="application/json"
    )
    assert sent.status_code == 201, sent.content
    demo = {
        "base_url": live_server.url,
        "devices": [{"token": world.token}],
        "api_tokens": [{"token": make_api_token("all", None)}],
    }
    (tmp_path / "demo.json").write_text(json.dumps(demo))

    said = _run(tmp_path)

    assert said.index('"outcome":"stored"') < said.index('"outcome":"identical"') < said.index('"type":"Feature"')
    assert '"condition":"in_use"' in said
    state = DeploymentState.objects.get()
    assert (state.reports, state.units_in_use) == (1, state.installed)
    version = SubmissionVersion.objects.latest("id")
    assert not Flag.objects.filter(version=version).exists(), list(Flag.objects.values_list("code", "where", "detail"))


def _run(home: Path) -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    script = "set -eo pipefail\n" + "\n".join(blocks).replace(".venv/bin/python", sys.executable)
    environ = os.environ | {"GRAMREACH_HOME": str(home), "TZ": "Asia/Kolkata"}
    ended = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
