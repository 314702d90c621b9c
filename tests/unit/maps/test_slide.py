"""Slides: PNG of the asked size, true colours, drawn without a browser."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from maps.canvas import Canvas
from maps.picture import CentreMap, NationalMap
from maps.slide import slide
from maps.words import speaking
from tests.unit.maps import pictures


@pytest.mark.parametrize("picture", [pictures.national(), pictures.centre()], ids=["national", "centre"])
def test_a_slide_is_a_true_colour_png(picture: NationalMap | CentreMap) -> None:
    image = Image.open(io.BytesIO(slide(picture)))
    assert (image.format, image.size) == ("PNG", (1920, 1080))
    assert image.mode in ("RGB", "RGBA")
    colours = image.convert("RGB").resize((960, 540), Image.Resampling.NEAREST).getcolors(1 << 20)
    assert colours
    assert {(230, 236, 239), (252, 251, 248), (20, 33, 31)} <= {colour for _, colour in colours}, "sea, India, ink"


@pytest.mark.parametrize("picture", [pictures.national(), pictures.centre()], ids=["national", "centre"])
@pytest.mark.filterwarnings("error:Glyph")
def test_a_slide_speaks_hindi_in_letters_that_it_has(
    picture: NationalMap | CentreMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beside a name in Latin letters; matplotlib warns of a glyph that no font has."""
    drawn: list[str] = []
    text = Canvas.text
    monkeypatch.setattr(
        Canvas, "text", lambda self, x, y, said, *a, **k: drawn.append(said) or text(self, x, y, said, *a, **k)
    )
    with speaking("hi"):
        slide(picture)
    assert any("काल्पनिक आँकड़े" in said for said in drawn)
    assert "Illustrative data" not in drawn


def test_other_sizes_keep_the_layout() -> None:
    assert Image.open(io.BytesIO(slide(pictures.centre(), 1280, 720))).size == (1280, 720)
