"""`make bench`: all benchmarks, or those named: `python -m tests.bench receiving`."""

from __future__ import annotations

import importlib
import sys

<<<<<<< HEAD
ALL = ("receiving", "load", "geojson", "exports", "reach_map", "field_app", "console")
=======
ALL = ("receiving", "openrosa", "geojson", "reach_map", "field_app")
>>>>>>> 8df0b16 (Benchmark of OpenRosa: 8 and 32 phones, with and without a photo, beside a bare endpoint)


def main() -> None:
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name} ==", flush=True)
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main()
