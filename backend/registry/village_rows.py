"""One row of a village list: its cells checked and turned into a village's values, or the reason why not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.registry.areas import Areas
from backend.registry.models import Village

Values = dict[str, Any]

TEXTS = {"name_local": 160, "subdistrict": 120, "subdistrict_code": 16, "gram_panchayat": 160}  # with their lengths
NUMBERS = ("population", "households")
_NAME_LENGTH = 160
_ABSENT = {"", "na", "n/a", "n.a.", "nil", "-", "--", "null", "none"}


class Unfit(Exception):
    """Why a row cannot be loaded."""


@dataclass
class Seen:
    """Which codes a list had already: one bit each (official codes stay below ten million), a set for longer ones."""

    bits: bytearray = field(default_factory=lambda: bytearray(1_250_000))
    others: set[str] = field(default_factory=set)

    def add(self, code: str) -> bool:
        """True when the code is new."""
        if code.isdigit() and len(code) <= 7:
            at, bit = int(code) >> 3, 1 << (int(code) & 7)
            new = not self.bits[at] & bit
            self.bits[at] |= bit
            return new
        new = code not in self.others
        self.others.add(code)
        return new


def present(cells: Mapping[str, str], column: str) -> str:
    text = cells.get(column, "")
    return "" if text.lower() in _ABSENT else text


def code(cells: Mapping[str, str], prefix: str) -> str:
    """`lgd:123456` of `123456`, `0123456` and `lgd:123456`; "" when the list has none. Raises Unfit."""
    text = present(cells, "code").removeprefix(f"{prefix}:")
    pattern = r"\d{1,12}" if prefix == "lgd" else r"[A-Za-z0-9_-]{1,24}"
    if text and not re.fullmatch(pattern, text):
        raise Unfit(f"village code {text!r} is no {prefix} code")
    number = (text.lstrip("0") if text.isdigit() else text) if text else ""
    if text and not number:
        raise Unfit(f"village code {text!r} stands for none")
    return f"{prefix}:{number}" if number else ""


def census_code(cells: Mapping[str, str]) -> str:
    """Six digits; "" for none, which official lists write as zeros. Raises Unfit."""
    text = present(cells, "census_code")
    if text and not re.fullmatch(r"\d{1,16}", text):
        raise Unfit(f"Census code {text!r} is no number")
    return text.zfill(6) if text.strip("0") else ""


def values(cells: Mapping[str, str], areas: Areas) -> Values:
    """The village's values by field; what the row has not is "" or None. Raises Unfit."""
    name = present(cells, "name")
    if not name:
        raise Unfit("no village name")
    state = areas.state(cells)
    if state is None:
        given = present(cells, "state") or present(cells, "state_code") or present(cells, "state_census_code")
        raise Unfit(f"unknown state {given!r}" if given else "no state")
    found: Values = {
        "name": _short(name, "name", _NAME_LENGTH),
        "state_id": state,
        "district_id": areas.district(state, cells),
        "census_code": census_code(cells),
    }
    found |= {column: _short(present(cells, column), column, length) for column, length in TEXTS.items()}
    return found | {column: _count(cells, column) for column in NUMBERS}


def _short(text: str, column: str, length: int) -> str:
    if len(text) > length:
        raise Unfit(f"{column} is longer than {length} characters")
    return text


def _count(cells: Mapping[str, str], column: str) -> int | None:
    text = present(cells, column).replace(",", "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}(\.0+)?", text):
        raise Unfit(f"{column} {cells[column]!r} is no number")
    return int(float(text))


def place(cells: Mapping[str, str]) -> tuple[float, float] | None:
    """(lat, lon) in degrees; None when the row has no place. Raises Unfit for half a place and for what is none.

    0, 0 is how lists write "not known".
    """
    lat, lon = present(cells, "lat"), present(cells, "lon")
    if not lat and not lon:
        return None
    try:
        found = float(lat), float(lon)
    except ValueError:
        raise Unfit(f"place {lat!r}, {lon!r} is not two numbers") from None
    if not all(math.isfinite(degrees) for degrees in found):
        raise Unfit(f"place {lat!r}, {lon!r} is not two numbers")
    return None if found == (0.0, 0.0) else found


def merged(new: Values, old: Mapping[str, Any]) -> Values:
    """The new values over the known ones. An absent one never wipes a known one; no list moves a pin set by a person."""
    kept = {column: old[column] for column, value in new.items() if value in ("", None) and column in old}
    out = {**new, **kept}
    pinned = old["place_source"] in (Village.PlaceSource.COORDINATOR, Village.PlaceSource.OFFICER)
    if pinned or new["lat"] is None:
        out |= {column: old[column] for column in ("lat", "lon", "h3_r7", "place_source")}
    return out
