"""`make bench`: all benchmarks, or those named: `python -m tests.bench receiving`."""

from __future__ import annotations

import importlib
import sys

ALL = ("receiving", "openrosa", "load", "geojson", "exports", "reach_map", "field_app", "console")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name} ==", flush=True)
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main()
