"""The demonstration empties only homes that it made."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from backend.demo import home
from backend.errors import Conflict

DAY = dt.date(2026, 11, 22)


def test_a_new_home_is_marked_and_its_day_kept(tmp_path: Path) -> None:
    place = tmp_path / "below" / "home"
    home.claim(place, DAY)
    home.claim(place, DAY + dt.timedelta(days=3))
    assert home.is_ours(place)
    assert home.day(place) == DAY
    assert not home.finished(place)
    home.finish(place, 60)
    assert home.finished(place)
    assert home.day(place) == DAY


def test_a_home_of_somebody_else_is_neither_taken_nor_emptied(tmp_path: Path) -> None:
    (tmp_path / "gramreach.sqlite3").write_text("dear data")
    for do in (lambda: home.claim(tmp_path, DAY), lambda: home.empty(tmp_path)):
        with pytest.raises(Conflict):
            do()
    assert [p.name for p in tmp_path.iterdir()] == ["gramreach.sqlite3"]


def test_an_own_home_is_emptied_and_what_links_lead_to_stays(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("")
    place = tmp_path / "home"
    home.claim(place, DAY)
    (place / "attachments" / "ab").mkdir(parents=True)
    (place / "gramreach.sqlite3").write_text("")
    (place / "link").symlink_to(outside)
    home.empty(place)
    assert list(place.iterdir()) == []
    assert (outside / "keep").exists()
    home.empty(place)  # nothing there: nothing to say
    home.empty(tmp_path / "never made")


def test_credentials_are_for_their_owner_alone(tmp_path: Path) -> None:
    assert home.read(tmp_path) is None
    home.write(tmp_path, {"users": []})
    home.write(tmp_path, {"users": [1]})
    assert home.read(tmp_path) == {"users": [1]}
    assert stat.S_IMODE((tmp_path / home.CREDENTIALS).stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [home.CREDENTIALS]
