"""A slide and a page place marks and labels alike: `maps/placing.py` and `assets/js/placing.js` are one arithmetic."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from maps.page import ASSETS
from maps.placing import NUDGE, Box, Disc, best, sides, spread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")
KINDS = [*NUDGE, "village"]


@pytest.fixture
def script(browser: Browser) -> Page:
    page = browser.new_page()
    page.evaluate("window.GramReach = {}")
    page.add_script_tag(path=ASSETS / "js" / "placing.js")
    return page


def crowds(chance: random.Random) -> list[list[Disc]]:
    """Marks that touch, lie on each other, or have room."""
    return [
        [
            Disc(chance.choice([100, chance.uniform(0, 160)]), chance.choice([100, chance.uniform(0, 90)]),
                 chance.choice([9, 10, 14]), chance.choice(KINDS))
            for _ in range(chance.randrange(1, 8))
        ]
        for _ in range(120)
    ]  # fmt: skip


def test_marks_are_pushed_apart_alike(script: Page) -> None:
    told = crowds(random.Random(11))
    wanted = [[[m.x, m.y] for m in spread(marks, 1.5)] for marks in told]
    given = [[{"x": m.x, "y": m.y, "r": m.r, "kind": m.kind} for m in marks] for marks in told]
    found = script.evaluate("all => all.map(marks => GramReach.spread(marks, 1.5).map(m => [m.x, m.y]))", given)
    for ours, theirs in zip(wanted, found, strict=True):
        assert [v for at in theirs for v in at] == pytest.approx([v for at in ours for v in at], abs=1e-6)


def test_labels_take_the_same_side(script: Page) -> None:
    chance = random.Random(12)
    told: list[dict[str, Any]] = []
    for _ in range(200):
        x, y, r, w, h = (chance.uniform(a, b) for a, b in ((0, 200), (0, 200), (5, 14), (20, 90), (10, 16)))
        taken = [_box(chance) for _ in range(chance.randrange(0, 9))]
        told.append({"x": x, "y": y, "r": r, "w": w, "h": h, "taken": taken})
    found = script.evaluate(
        """all => all.map(({x, y, r, w, h, taken}) => {
          const sides = GramReach.candidates(x, y, r, w, h), best = GramReach.place(sides, w, h, taken);
          return { sides, at: [best.x, best.y], cost: best.cost };
        })""",
        told,
    )
    for item, theirs in zip(told, found, strict=True):
        options = sides(item["x"], item["y"], item["r"], item["w"], item["h"])
        box, cost = best(options, [Box(**b) for b in item["taken"]])
        assert [(b.x0, b.y0) for b in options] == [pytest.approx(side) for side in theirs["sides"]]
        assert ([box.x0, box.y0], cost) == (pytest.approx(theirs["at"]), pytest.approx(theirs["cost"]))


def _box(chance: random.Random) -> dict[str, float]:
    x, y = chance.uniform(-60, 240), chance.uniform(-20, 220)
    return {
        "x0": x,
        "y0": y,
        "x1": x + chance.uniform(4, 90),
        "y1": y + chance.uniform(4, 20),
        "weight": chance.choice([1, 1.5, 2]),
    }
