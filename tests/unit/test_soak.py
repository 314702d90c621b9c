"""What `make soak` asks for is there."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import settings

from tests.soak import TIMES, examples

MAKEFILE = (Path(__file__).resolve().parents[2] / "Makefile").read_text()


def test_its_profile_is_a_long_one() -> None:
    [profile] = re.findall(r"--hypothesis-profile=(\w+)", MAKEFILE)
    assert settings.get_profile(profile).max_examples >= 10_000
    assert settings.get_profile(profile).deadline is None


def test_those_that_name_a_number_follow_the_profile() -> None:
    assert examples(25) == 25
    before = settings.get_current_profile_name()
    try:
        settings.load_profile("soak")
        assert examples(25) == 25 * TIMES
    finally:
        settings.load_profile(before)
