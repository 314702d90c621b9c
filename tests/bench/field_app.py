"""The field app on a poor phone: its first load over a slow line, and then without one; beside the goals.

    .venv/bin/python -m tests.bench.field_app

A real Chromium, its CPU slowed down 4 times (CDP), against a server of its own with VILLAGES (2,000) in the officer's
area. The line gives 50 kbit/s and 500 ms latency to all connections together, the service worker's included, and
counts what passes with headers. 100 reports are the demonstration's own, put into the phone's outbox.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.bench.slow_line import SlowLine
from tests.browser.field import AT_THE_OFFICE, CENTRE, DIST, Office, Pocket, fresh

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Playwright

VILLAGES = int(os.environ.get("VILLAGES", "2000"))
SLOWER = 4
PATIENCE = 300_000  # milliseconds
FORMS = ("village_report", "deployment_registration")

AREA = f"""
from backend.accounts.models import Officer
from backend.registry.models import Centre, District, Village
centre = Centre.objects.get(slug="{CENTRE}")
few = Officer.objects.create(name="Slow Line", centre=centre, forms=["village_report"])
many = Officer.objects.create(name="Many Villages", centre=centre)
district = District.objects.get(name="Pithoragarh")
many.districts.add(district)
Village.objects.bulk_create(
    Village(code=f"demo:bench-{{n}}", name=f"Village {{n}}", name_local=f"ग्राम {{n}}", state=district.state,
            district=district, subdistrict=f"Block {{n % 8}}", gram_panchayat=f"Panchayat {{n % 400}}",
            lat=29.5 + n / 4000, lon=80.0 + n % 100 / 300) for n in range({VILLAGES})
)
"""


def main() -> None:
    if not (DIST / "files.json").exists():
        sys.exit("The app is not built: make setup builds it.")
    with tempfile.TemporaryDirectory(prefix="gramreach-bench-") as folder, sync_playwright() as playwright:
        office = Office(Path(folder) / "home")
        office.run("demo", "--no-serve", "--reports", "300", "--port", str(office.port))
        office.run("shell", "-c", AREA)
        office.open()
        try:
            _first_load(playwright, office, Path(folder))
            with _phone(playwright, office, Path(folder) / "phone") as (phone, cdp):
                phone.enrol(office.code("Many Villages", add=False))
                _say("  villages on this phone", f"{_villages(phone):,}")
                _open_forms(phone, cdp)
                _batch(phone, office)
                _reopen(phone, office)
        finally:
            office.close()


def _say(what: str, measured: str, goal: str = "") -> None:
    print(f"{what:<58} {measured:>22}   {goal}", flush=True)


@contextmanager
def _phone(playwright: Playwright, office: Office, folder: Path) -> Iterator[tuple[Pocket, CDPSession]]:
    phone = Pocket(playwright, folder, office)
    phone.page.set_default_timeout(PATIENCE)
    cdp = phone.context.new_cdp_session(phone.page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield phone, cdp
    phone.context.close()


def _first_load(playwright: Playwright, office: Office, folder: Path) -> None:
    code = office.code("Slow Line", add=False)
    line = SlowLine(office.port)
    with _phone(playwright, office, folder / "slow") as (phone, _):
        phone.base = f"http://127.0.0.1:{line.port}"
        begun = time.monotonic()
        phone.page.goto(f"{phone.base}/field/#enrol={code}", timeout=PATIENCE, wait_until="commit")
        phone.page.locator(".screen").first.wait_for()
        _say("first screen, over 50 kbit/s and 500 ms", f"{time.monotonic() - begun:.1f} s")
        phone.page.wait_for_function(IS_HERE)
        phone.page.wait_for_function(GO_AND_SEE, polling=200)
        took, came = time.monotonic() - begun, line.received
        phone.page.evaluate("location.hash = '#pack'")
        phone.page.get_by_role("heading", name="Ready to work offline").wait_for()
        ready, all_came = time.monotonic() - begun, line.received
    line.close()
    app, form = _bytes_of_app(), _bytes_of_form(office)
    _say("app, engine and one form, as sent (brotli, gzip)", f"{(app + form) / 1000:.0f} KB", "260 KB at most")
    _say("  of which the form", f"{form / 1000:.1f} KB")
    _say("until enrolled and that form is open, with its lists", f"{took:.1f} s, {came / 1000:.0f} KB", "50 s at most")
    _say("until the whole app is kept: 'Ready to work offline'", f"{ready:.1f} s, {all_came / 1000:.0f} KB")


def _bytes_of_app() -> int:
    """Of all files that open a first form, and the service worker."""
    files = json.loads((DIST / "files.json").read_text())["files"]
    paths = [DIST / file["path"] for file in files if not file.get("later")] + [DIST / "sw.js"]
    return sum(_packed(path).stat().st_size for path in paths)


def _packed(path: Path) -> Path:
    small = path.with_name(path.name + ".br")
    return small if small.exists() else path


def _bytes_of_form(office: Office) -> int:
    demo = json.loads((office.home / "demo.json").read_text())
    headers = {"Authorization": f"Bearer {demo['devices'][0]['token']}", "Accept-Encoding": "gzip"}

    def answer(path: str) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(office.base + path, headers=headers)) as got:  # noqa: S310  # our own
            return bytes(got.read())

    forms = json.loads(gzip.decompress(answer("/api/v1/sync")))["forms"]
    return len(answer(next(form["xform"] for form in forms if form["form_id"] == "village_report")))


def _villages(phone: Pocket) -> int:
    script = """() => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
        const all = ask.result.transaction('packs').objectStore('packs').getAll();
        all.onsuccess = () => { ask.result.close(); done(all.result[0].villages); }; }; })"""
    return int(phone.page.evaluate(script))


IS_HERE = """() => new Promise((done) => { const ask = indexedDB.open('gramreach'); ask.onsuccess = () => {
    const all = ask.result.transaction('profiles').objectStore('profiles').getAll();
    all.onsuccess = () => { ask.result.close(); done(all.result.some((one) => one.state === 'ready')); }; }; })"""
GO_AND_SEE = """() => {
  if (!location.hash.startsWith('#fill')) location.hash = '#fill?form=village_report';
  return !!document.querySelector('.form-view .q'); }"""
OPEN = """(hash) => new Promise((done) => {
  const began = performance.now();
  location.hash = hash;
  const drawn = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  const look = () => (document.querySelector('.form-view .q') ? drawn() : requestAnimationFrame(look));
  requestAnimationFrame(look); })"""
FILTER = """(typed) => new Promise((done) => {
  const field = document.querySelector('.search-box input'), began = performance.now();
  field.value = typed; field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); })"""


def _open_forms(phone: Pocket, cdp: CDPSession) -> None:
    for form in FORMS:
        phone.go("#today")
        phone.see("Do today")
        phone.page.wait_for_timeout(1500)
        times = []
        for _ in range(2):
            phone.page.evaluate("location.hash = '#today'")
            phone.see("Do today")
            times.append(phone.page.evaluate(OPEN, f"#fill?form={form}") / 1000)
        _say_heap(phone, cdp, form)
        _say(f"{form} opens in the app just started, again", f"{times[0]:.2f} s, {times[1]:.2f} s", "2.5 s at most")
    phone.page.locator(".picker").first.click()
    phone.page.locator(".search-row").first.wait_for()
    took = [phone.page.evaluate(FILTER, typed) / 1000 for typed in ("v", "village 1", "village 19", "panch", "ग्राम 7")]
    _say("its villages filtered, slowest of 5", f"{max(took):.3f} s", "0.3 s at most")
    _say_heap(phone, cdp, "with the search open")


def _say_heap(phone: Pocket, cdp: CDPSession, what: str) -> None:
    cdp.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = cdp.send("Runtime.getHeapUsage")
    _say(f"  heap, {what}", f"{used['usedSize'] / 1e6:.1f} MB", "25 MB at most")


WEIGH = """window.weighed = []; const send = window.fetch; window.fetch = (to, how) => {
  if (String(to).endsWith('/batch')) weighed.push(how.body.size ?? how.body.byteLength ?? how.body.length);
  return send(to, how); };"""


def _batch(phone: Pocket, office: Office) -> None:
    reports = fresh(office.rows(AT_THE_OFFICE, "village_report", 100))
    phone.context.add_init_script(WEIGH)
    phone.go("#today")
    phone.put(reports)
    phone.send_now()
    phone.until(lambda: not phone.unsent())
    sent = phone.page.evaluate("weighed")
    whole = sum(len(one["xml"]) for one in reports)
    _say(
        f"{len(reports)} reports, {whole / 1000:.0f} KB of XML, in {len(sent)} request",
        f"{sum(sent) / 1000:.1f} KB",
        "60 KB at most",
    )


def _reopen(phone: Pocket, office: Office) -> None:
    office.close()
    times = []
    for _ in range(3):
        phone.page.goto("about:blank")
        begun = time.monotonic()
        phone.page.goto(f"{phone.base}/field/#today", wait_until="commit")
        phone.see("Do today")
        times.append(time.monotonic() - begun)
    _say("opens again with the server killed, slowest of 3", f"{max(times):.2f} s", "2.5 s at most")


if __name__ == "__main__":
    main()
