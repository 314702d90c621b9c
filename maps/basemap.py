"""The base map: India's outline, states and districts simplified together, and the land around as a plain mask.

`python -m maps.basemap [land.json]` makes the two files in `maps/assets/basemap/` anew from the `adarvmaps` boundaries.
The land around comes from Natural Earth's *land* polygons (public domain, world-atlas's `land-50m.json`): coasts
only, never a country line. Without that file, the mask already stored is kept.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from maps.topology import SCALE, stitch, unpack

FOLDER = Path(__file__).parent / "assets" / "basemap"
Level = Literal["national", "detail"]
Line = list[tuple[float, float]]
EXTERNAL, STATE, DISTRICT, ISLAND = range(4)


@dataclass(frozen=True)
class Basemap:
    """One stored level, decoded lazily. Points are (lon, lat) in degrees."""

    raw: dict[str, Any]

    @cached_property
    def arcs(self) -> list[list[tuple[int, int]]]:
        return [unpack(arc) for arc in self.raw["arcs"]]

    def lines(self, kind: int) -> list[Line]:
        """All borders of a kind, each once."""
        found = zip(self.arcs, self.raw["kinds"], strict=True)
        return [[(x / SCALE, y / SCALE) for x, y in arc] for arc, k in found if k == kind]

    def rings(self, what: Literal["india", "states", "districts"], slug: str) -> list[list[Line]]:
        """The polygons of a state or district (or of "india"), each as its rings."""
        polygons = self.raw["india"] if what == "india" else self.raw[what][slug]["polygons"]
        return [[stitch(ring, self.arcs) for ring in polygon] for polygon in polygons]

    @property
    def land(self) -> list[Line]:
        """The land around India: closed rings, to be drawn under India."""
        return [[(x / 100, y / 100) for x, y in unpack(ring)] for ring in self.raw["land"]]


@lru_cache(maxsize=2)
def load(level: Level) -> Basemap:
    return Basemap(json.loads(path(level).read_bytes()))


def path(level: Level) -> Path:
    return FOLDER / f"{level}.json"


def main(arguments: list[str]) -> None:
    from maps import basemap_make

    land = basemap_make.land_mask(Path(arguments[0])) if arguments else load("national").raw["land"]
    for level, tolerance in (("national", 2600.0), ("detail", 0.0)):
        text = json.dumps(basemap_make.make(tolerance, land), separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{level}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{level}: {len(text):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
