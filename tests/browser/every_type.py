"""An officer who fills the form of every type of question (tests/fixtures/every_type.md), page by page, to its end."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from tests.browser.form_page import Filling, photo_with_exif

VILLAGE = ("dham", "village 19")


def fill_everything(
    filling: Filling, folder: Path, seen: Path | None = None, *, villages: tuple[str, str] = VILLAGE
) -> None:
    """`seen`: where pictures of the pages go. `villages`: what is typed to find the one, and the others; the second and the
    first two found are chosen.
    """
    officer = _Officer(filling, folder, seen)
    for fill in (officer.reads, officer.writes, officer.counts, officer.dates, officer.chooses):
        fill()
        filling.on()
    officer.searches(*villages)
    filling.on()
    officer.narrows_down()
    for fill in (officer.repeats, officer.stands_still, officer.places_by_hand):
        filling.on()
        fill()
    filling.on()
    for what, points in (("line", 2), ("area", 3)):
        officer.taps(what, points)
        filling.on()
    for fill in (officer.walks, officer.brings_files):
        fill()
        filling.on()
    officer.settles_the_rest()


@dataclass
class _Officer:
    filling: Filling
    folder: Path
    seen: Path | None

    def shot(self, name: str) -> None:
        if self.seen:
            self.filling.draw(self.seen / f"form-{name}.png")

    def write(self, label: str, text: str, field: str = "input") -> None:
        self.filling.question(label).locator(field).fill(text)

    def tick(self, label: str, *options: int) -> None:
        for n in options:
            self.filling.question(label).locator(".option").nth(n).click()

    def reads(self) -> None:
        self.filling.page.wait_for_selector(".note")
        self.shot("note")

    def writes(self) -> None:
        self.write("A word", "charkha <&>")
        self.write("More words", "one\ntwo", "textarea")
        self.write("Mobile number", "९८७६५४३२१०")
        self.shot("texts")

    def counts(self) -> None:
        for _ in range(3):
            self.filling.question("How many of them work?").locator("button").last.click()
        self.filling.number("Weight in kg", "3,75")
        self.filling.page.wait_for_selector(".slider")
        self.write("How sure are you?", "7", ".field")
        self.filling.question("How sure are you?").locator(".field").blur()
        self.tick("How many stars?", 3)
        self.shot("numbers")

    def dates(self) -> None:
        self.write("Day", "2026-11-20")
        self.write("Month", "2026-10")
        self.write("Hour", "09:41")
        self.write("Day and hour", "2026-11-20T09:41")
        self.shot("times")

    def chooses(self) -> None:
        self.tick("How are the wheels now?", 1)
        self.tick("Which did you see?", 0, 2)
        self.tick("Two beside each other", 0)
        self.tick("Do people like it?", 2)
        self.filling.question("From a list that folds").locator("select").select_option("broken")
        self.filling.question("Several from a list").locator(".picker").click()
        self._take_rows(0, 3)
        self.shot("choices")

    def searches(self, one: str, others: str) -> None:
        page = self.filling.page
        self.filling.question("Which village?").locator(".picker").click()
        page.fill(".search-box input", one)
        self.shot("search")
        page.locator(".search-row").nth(1).click()
        self.filling.question("Which other villages?").locator(".picker").click()
        page.fill(".search-box input", others)
        self._take_rows(0, 1)
        self.shot("lists")

    def _take_rows(self, *rows: int) -> None:
        for n in rows:
            self.filling.page.locator(".search-row").nth(n).click()
        self.filling.page.click(".form-over .main")

    def narrows_down(self) -> None:
        page = self.filling.page
        page.wait_for_selector("text=District")
        page.locator(".option").nth(0).click()  # quick: goes on by itself
        page.wait_for_selector("text=Lamgara")
        page.locator(".option").nth(1).click()

    def repeats(self) -> None:
        self.write("Their work", "weaver")
        self.filling.page.click("text=Add another")
        self.filling.question("Their work").nth(1).locator("input").fill("smith")
        self.shot("repeat")

    def stands_still(self) -> None:
        page = self.filling.page
        page.click("text=Find my position")
        page.wait_for_selector("text=Keep this place")
        page.wait_for_selector(".ring-good")
        self.shot("position")
        page.click("text=Keep this place")

    def places_by_hand(self) -> None:
        page = self.filling.page
        page.click("text=Find my position")
        page.click("text=Place by hand on the map")
        page.wait_for_selector(".map-district")
        page.locator(".map > svg").click(position={"x": 120, "y": 150})
        self.shot("by-hand")
        page.click("text=Keep the pin here")

    def taps(self, what: str, points: int) -> None:
        page = self.filling.page
        page.click(f"text=Mark the {what}")
        page.wait_for_selector(".map svg")
        for n in range(points):
            page.locator(".map > svg").click(position={"x": 60 + 100 * n, "y": 120 + 90 * (n % 2)})
            page.click("text=Point here")
        self.shot(what)
        page.click("text=Keep this")

    def walks(self) -> None:
        page = self.filling.page
        page.click("text=Mark the line")
        for n in range(3):
            page.context.set_geolocation({"latitude": 29.6 + n / 1000, "longitude": 79.65, "accuracy": 8})
            if n == 0:
                page.get_by_role("button", name="Walk", exact=True).click()
            page.get_by_text(f"{n + 1} points").wait_for()
        page.click("text=Pause")
        self.shot("walked")
        page.click("text=Keep this")

    def brings_files(self) -> None:
        page = self.filling.page
        page.wait_for_selector("input[type=file]")
        self.bring("Take a photo of the running wheel", photo_with_exif(self.folder / "photo.jpg"))
        page.wait_for_selector(".photo-now")
        if self.seen:
            page.wait_for_selector(".photo-last img")
        for name, content in (
            ("a b.wav", silence()),
            ("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(100)),
            ("note.txt", b"paper"),
        ):
            (self.folder / name).write_bytes(content)
        self.bring("The sound", self.folder / "a b.wav")
        self.bring("A film", self.folder / "film.mp4")
        self.bring("A paper", self.folder / "note.txt")
        page.wait_for_selector("text=note.txt")
        self.shot("files")

    def bring(self, label: str, file: Path) -> None:
        self.filling.question(label).locator("input[type=file]").first.set_input_files(file)

    def settles_the_rest(self) -> None:
        page = self.filling.page
        page.wait_for_selector(".rank")
        self.write("Scan the plate", "GR-0001")
        page.click("text=This order is right")
        page.locator(".rank li").nth(2).locator("button").nth(0).click()
        page.click("text=OK")
        self.shot("rest")


def silence() -> bytes:
    data = bytes(800)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", len(data)
    )
    return head + data
