"""What a process loads before it can receive and export: 120 MB less than with what only maps and figures need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "geopandas", "scipy", "folium", "matplotlib", "pyogrio", "pyproj"}
SERVER = "from django.urls import get_resolver; get_resolver().url_patterns"
COMMAND = "from backend.exports.management.commands import export; export.Command().create_parser('', 'export')"
RECEIPT = (
    "from maps import boundaries, geo; assert boundaries.district_at(13.34, 74.75) >= 0; geo.digipin(13.34, 74.75); "
    "import backend.submissions.services"
)


@pytest.mark.parametrize("code", [SERVER, COMMAND, RECEIPT])
def test_neither_server_nor_export_nor_receipt_loads_what_only_maps_need(code: str, tmp_path: Path) -> None:
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "backend.config.settings", "GRAMREACH_HOME": str(tmp_path)}
    program = f"import sys, django; django.setup(); {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=environ, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "backend.exports" in loaded
    assert not loaded & HEAVY
