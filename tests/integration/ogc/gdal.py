"""GDAL in a process of its own: it asks the server of the test, which could not answer while GDAL waits in the same one.

python -m tests.integration.ogc.gdal ADDRESS TOKEN [LAYER [OPTIONS AS JSON]]
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def asked(address: str, token: str, *more: str) -> Any:
    program = [sys.executable, "-m", "tests.integration.ogc.gdal", address, token, *more]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def main(address: str, token: str, layer: str = "", options: str = "{}") -> None:
    import pyogrio

    from backend.exports.fields import KINDS
    from tests.integration.exports.reading import PLACE, of_frame

    pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": f"qgis:{token}"})  # as QGIS keeps it
    source = f"OAPIF:{address}/ogc/"
    if not layer:
        print(json.dumps(sorted(pyogrio.list_layers(source)[:, 0])))
        return
    asked_for = {name: tuple(value) if name == "bbox" else value for name, value in json.loads(options).items()}
    frame = pyogrio.read_dataframe(source, layer=layer, **asked_for)
    info = pyogrio.read_info(source, layer=layer, force_feature_count=True)
    types = zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True)
    rows = [row | {PLACE: row[PLACE] and list(row[PLACE])} for row in of_frame(frame, KINDS[layer])]
    bounds = [float(side) for side in frame.total_bounds]
    print(json.dumps({"rows": rows, "types": dict(types), "count": int(info["features"]), "bounds": bounds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
