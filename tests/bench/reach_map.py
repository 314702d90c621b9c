"""The national reach map: bytes, and seconds until Chromium has drawn it; ours and plain Folium, in one run.

    REPORTS=10000,100000 .venv/bin/python -m tests.bench.reach_map

For each number of reports (made by `synthesize --bulk` in a home that is thrown away): the file that `reach_map` writes,
opened from the disk, and the live page served by `gramreach serve`, in a new browser profile each time. A page's own
bytes are its HTML, script, style and cells, as sent; program and fonts, and the base map, are the same for every
page and counted apart: the browser keeps them and asks only whether they have changed. Medians of RUNS (default 3)
openings; Folium is opened once.

Beside them POINTS (default 100,000) points by plain Folium: CircleMarkers on canvas, its quickest way without a plug-in.
MarkerCluster cannot be measured here: Folium links its script from outside, and no package we depend on carries it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

REPORTS = [int(n) for n in os.environ.get("REPORTS", "10000,100000").replace("_", "").split(",")]
POINTS = int(os.environ.get("POINTS", "100000").replace("_", ""))
RUNS = int(os.environ.get("RUNS", "3"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
GRAMREACH = str(Path(sys.executable).with_name("gramreach"))
LEAFLET = Path(__file__).parents[2] / "maps" / "assets" / "leaflet"
DRAWN = "body[data-ready=yes] .leaflet-cells-pane path"
PATIENCE = 600_000  # milliseconds


@dataclass
class Seen:
    """One opening: seconds until drawn, and bytes received by kind (page, program, base map)."""

    seconds: float
    received: dict[str, float] = field(default_factory=dict)


@dataclass
class Row:
    name: str
    seconds: float
    own: float  # KB
    program: float = 0
    basemap: float = 0
    note: str = ""


def main() -> None:
    if not CHROMIUM:
        sys.exit("No Chromium is installed (apt-get install chromium): nothing could be measured.")
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for reports in REPORTS:
            with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as home:
                rows += _of_reports(browser, reports, home)
        with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as folder:
            rows.append(_folium(browser, Path(folder)))
        browser.close()
    _print(rows)


def _of_reports(browser: Browser, reports: int, home: str) -> list[Row]:
    environ = os.environ | {"GRAMREACH_HOME": home}
    environ.pop("DATABASE_URL", None)
    begun = time.perf_counter()
    for command in (["migrate", "-v0"], ["synthesize", "--reports", str(reports), "--bulk"]):
        subprocess.run([GRAMREACH, *command], env=environ, check=True, stdout=subprocess.DEVNULL)
    print(f"{reports:,} made-up reports written in {time.perf_counter() - begun:.0f} s", flush=True)
    return [_file(browser, reports, home, environ), *_live(browser, reports, environ)]


def _file(browser: Browser, reports: int, home: str, environ: dict[str, str]) -> Row:
    out = Path(home) / "reach.html"
    begun = time.perf_counter()
    subprocess.run([GRAMREACH, "reach_map", "--out", str(out)], env=environ, check=True, stdout=subprocess.DEVNULL)
    note = f"written in {time.perf_counter() - begun:.1f} s"
    seen = _median([_opened(browser, out.as_uri(), DRAWN) for _ in range(RUNS)])
    return Row(f"file, {reports:,}", seen.seconds, out.stat().st_size / 1000, note=note)


def _live(browser: Browser, reports: int, environ: dict[str, str]) -> list[Row]:
    cookie = _session(environ)
    with _served(environ) as base:

        def opened() -> Seen:
            return _opened(browser, f"{base}/maps/reach", DRAWN, {"name": "sessionid", "value": cookie, "url": base})

        first = opened()
        seen = _median([opened() for _ in range(RUNS)])
    kinds = seen.received
    note = f"the first one after the server began {first.seconds:.1f} s"
    return [Row(f"live, {reports:,}", seen.seconds, kinds["page"], kinds["program"], kinds["basemap"], note)]


SESSION = """
import django; django.setup()
from django.test import Client
from backend.accounts.models import User
client = Client()
client.force_login(User.objects.create_user("bench", role="administrator"))
print(client.cookies["sessionid"].value)
"""


def _session(environ: dict[str, str]) -> str:
    settings = {"DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    command = [sys.executable, "-c", SESSION]
    return subprocess.run(command, env=environ | settings, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def _served(environ: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([GRAMREACH, "serve", "--port", str(port)], env=environ, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{base}/healthz")
        yield base
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # our own http address
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(url)


def _opened(browser: Browser, url: str, drawn: str, cookie: Any = None) -> Seen:
    """In a profile of its own, so that nothing is kept from before."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    if cookie:
        context.add_cookies([cookie])
    page = context.new_page()
    received = _received(page)
    begun = time.perf_counter()
    page.goto(url, wait_until="commit", timeout=PATIENCE)
    page.wait_for_selector(drawn, state="attached", timeout=PATIENCE)
    _painted(page)
    seconds = time.perf_counter() - begun
    page.wait_for_load_state("networkidle", timeout=PATIENCE)
    seen = Seen(seconds, received())
    context.close()
    return seen


def _painted(page: Page) -> None:
    """Two frames on: what stands in the document is on the screen. By CDP, because a live page's policy forbids eval."""
    frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": frames, "awaitPromise": True})


def _received(page: Page) -> Callable[[], dict[str, float]]:
    """Counts KB as sent, headers included, by kind of address."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda e: urls.__setitem__(e["requestId"], e["response"]["url"]))
    session.on(  # what was broken off has been sent too
        "Network.dataReceived",
        lambda e: sizes.__setitem__(e["requestId"], sizes.get(e["requestId"], 0.0) + e["encodedDataLength"] / 1000),
    )
    session.on("Network.loadingFinished", lambda e: sizes.__setitem__(e["requestId"], e["encodedDataLength"] / 1000))

    def by_kind() -> dict[str, float]:
        kinds = {"page": 0.0, "program": 0.0, "basemap": 0.0}
        for request, size in sizes.items():
            kinds[_kind(urls.get(request, ""))] += size
        return kinds

    return by_kind


def _kind(url: str) -> str:
    if "/maps/assets/basemap/" in url:
        return "basemap"
    return "program" if "/maps/assets/" in url else "page"


def _median(openings: list[Seen]) -> Seen:
    return Seen(statistics.median(o.seconds for o in openings), openings[-1].received)


def _folium(browser: Browser, folder: Path) -> Row:
    import folium

    chance = random.Random(1)  # points for a benchmark
    begun = time.perf_counter()
    view = folium.Map((22.5, 82.5), zoom_start=5, tiles=None, prefer_canvas=True)
    view.default_js, view.default_css = [("leaflet", "leaflet.js")], [("leaflet_css", "leaflet.css")]
    for _ in range(POINTS):
        folium.CircleMarker((chance.uniform(9, 34), chance.uniform(70, 95)), radius=4).add_to(view)
    out = folder / "folium.html"
    view.save(str(out))
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copy(LEAFLET / name, folder)
    note = f"written in {time.perf_counter() - begun:.0f} s"
    seen = _opened(browser, out.as_uri(), "canvas")  # one script: all points are added by then
    program = sum((folder / name).stat().st_size for name in ("leaflet.js", "leaflet.css")) / 1000
    return Row(f"Folium, {POINTS:,} points", seen.seconds, out.stat().st_size / 1000, program, note=note)


def _print(rows: list[Row]) -> None:
    folium = rows[-1]
    print(f"\n{'':26}{'drawn in s':>11}{'own KB':>10}{'program KB':>12}{'base map KB':>12}{'Folium is':>26}")
    for row in rows:
        ratio = f"{folium.seconds / row.seconds:.0f}x slower, {folium.own / row.own:.0f}x larger"
        line = f"{row.name:26}{row.seconds:11.2f}{row.own:10.0f}{row.program:12.0f}{row.basemap:12.0f}"
        print(f"{line}{'' if row is folium else ratio:>26}   {row.note}")
    for kind in ("file", "live"):
        ours = [row for row in rows if row.name.startswith(kind)]
        if len(ours) > 1:
            most = f"{ours[-1].own / ours[0].own:.2f}x the bytes, {ours[-1].seconds / ours[0].seconds:.2f}x the seconds"
            print(f"{kind}: {REPORTS[-1] / REPORTS[0]:g}x the reports, {most}")
    print(json.dumps([vars(row) for row in rows]))


if __name__ == "__main__":
    main()
