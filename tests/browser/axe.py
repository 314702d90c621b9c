"""axe-core on a page: what it finds against WCAG 2.1 A and AA, in words. Of the field app's packages, for tests only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "field_forms/app/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def violations(page: Page) -> list[str]:
    """Each with its rule and the elements concerned; empty where nothing is found."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async rules => (await axe.run(document, {runOnly: rules})).violations", RULES)
    return [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
