"""A picture leaves without what its camera knew, and is the same picture."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, PngImagePlugin

from backend.submissions import bare
from backend.submissions.bare import bare as made_bare
from tests.cameras import OWNER, exif, picture, taken


def shared(content: bytes, kind: str = "image/jpeg") -> bytes:
    return b"".join(made_bare(io.BytesIO(content), kind))


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"optimize": True}])
def test_a_jpeg_keeps_every_pixel_and_how_it_is_turned_and_nothing_else(how: dict[str, Any]) -> None:
    before = taken(6, **how)
    assert OWNER.encode() in before
    after = shared(before)
    assert OWNER.encode() not in after
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as other:
        assert ImageChops.difference(one, other).getbbox() is None
        assert dict(other.getexif()) == {0x0112: 6}
        assert other.getexif().get_ifd(0x8825) == {}


@pytest.mark.parametrize("turned", [None, 1, 99])
def test_one_that_is_not_turned_has_no_exif_at_all(turned: int | None) -> None:
    assert b"Exif" not in shared(taken(turned))


def test_colours_stay_as_they_were_meant() -> None:
    from PIL import ImageCms

    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture().convert("CMYK").save(out, "JPEG", icc_profile=profile, exif=exif())
    with Image.open(io.BytesIO(shared(out.getvalue()))) as after, Image.open(out) as before:
        assert after.info["icc_profile"] == profile
        assert ImageChops.difference(before, after).getbbox() is None


@pytest.mark.parametrize("chunk", [2, 3, 7, 64])
def test_a_marker_at_a_seam_is_found(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content = taken()
    whole = shared(content)
    monkeypatch.setattr(bare, "CHUNK", chunk)
    assert shared(content) == whole
    assert shared(content[:700] + b"\xff" * 99 + b"\xd9").endswith(b"\xff\xd9")


def test_a_png_keeps_its_pixels_and_no_words() -> None:
    out, words = io.BytesIO(), PngImagePlugin.PngInfo()
    words.add_text("Author", OWNER)
    words.add_itxt("Location", OWNER, zip=True)
    picture().save(out, "PNG", pnginfo=words, exif=exif())
    after = shared(out.getvalue() + OWNER.encode(), "image/png")
    with Image.open(io.BytesIO(after)) as shown, Image.open(out) as before:
        assert ImageChops.difference(before, shown).getbbox() is None
        assert (shown.info, len(shown.getexif())) == ({}, 0)
    assert OWNER.encode() not in after


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_other_kinds_are_drawn_anew(form: str) -> None:
    out = io.BytesIO()
    more = {"comment": OWNER.encode()} if form == "GIF" else {"exif": exif(), "xmp": OWNER.encode()}
    picture().save(out, form, **more)
    assert OWNER.encode() in out.getvalue()
    after = shared(out.getvalue(), f"image/{form.lower()}")
    assert OWNER.encode() not in after
    with Image.open(io.BytesIO(after)) as shown:
        assert (shown.format, shown.size, len(shown.getexif())) == (form, (90, 45), 0)


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # of Pillow, about what is broken
@given(
    cut=st.integers(0, 4000), put=st.binary(max_size=40), kind=st.sampled_from(["image/jpeg", "image/png", "image/gif"])
)
def test_a_broken_file_ends_early_and_tells_nothing(cut: int, put: bytes, kind: str) -> None:
    """No error: it may stand in the middle of an archive that is being sent."""
    content = taken(size=40)
    assert OWNER.encode() not in shared(content[:cut] + put, kind) or OWNER.encode() in put
