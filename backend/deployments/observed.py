"""What a filled form says for the derived tables: plain values out of its answers, nothing looked up yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.deployments.models import Visit

INDIA = ZoneInfo("Asia/Kolkata")
KINDS = {
    "deployment_registration": Visit.Kind.REGISTRATION,
    "village_report": Visit.Kind.REPORT,
    "village_need": Visit.Kind.NEED,
    "training_event": Visit.Kind.TRAINING,
}

INTEGERS = (
    "units_added", "units_taken", "installed", "working", "defective", "broken", "removed", "units_in_use",
    "households", "people", "women", "men", "other_gender", "sc", "st", "obc", "general", "category_unknown",
    "with_disability", "trained", "first_time",
)  # fmt: skip
DECIMALS = ("income_before", "income_now", "hours_before", "hours_now", "kg", "cost")
DATES = ("down_since", "period_from", "period_to")
TEXTS = {"how_known": 12, "fault": 255, "can_repair": 32, "ended_reason": 255, "operator_kind": 16}  # longest kept
# Of theme modules, which figures do not use: kept together, as most reports have none. Sums of a repeat among them.
THEMES_COUNTED = ("structures", "water_months", "farmers", "farmers_women", "animals", "samples", "samples_positive")
THEMES_MEASURED = ("water_kl", "kg_dismantled", "kg_recycled", "area_ha")
LARGEST = 2_000_000_000  # what an INTEGER column holds


@dataclass(frozen=True, slots=True)
class Point:
    lat: float
    lon: float
    accuracy: float | None  # metres; 0 or None: nobody knows


@dataclass(frozen=True)  # no slots: what is asked for again and again is worked out once
class Filled:
    """One version of a submission. `flat`: its typed answers by name. `sequence`: its place in the order of receipt."""

    form_id: str
    submission: str
    instance_id: str
    received_at: dt.datetime
    sequence: int
    flat: Mapping[str, Any]
    device: int | None = None
    officer: int | None = None
    entity: UUID | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    illustrative: bool = False

    @property
    def kind(self) -> Visit.Kind | None:
        return KINDS.get(self.form_id)

    @cached_property
    def stated_date(self) -> dt.date | None:
        return date(self.flat.get("visit_date"))

    @cached_property
    def visit_date(self) -> dt.date:
        """The Indian day of the visit; never after the day of receipt, whatever the phone's clock said."""
        received = indian_day(self.received_at)
        stated = self.stated_date or (self.started_at.astimezone(INDIA).date() if self.started_at else received)
        return min(stated, received)

    @cached_property
    def point(self) -> Point | None:
        return point(self.flat.get("position"))

    @cached_property
    def deployment(self) -> UUID | None:
        return self.entity if self.form_id == "deployment_registration" else uuid(self.flat.get("deployment"))

    def text(self, name: str, longest: int = 255) -> str:
        value = self.flat.get(name)
        return str(value)[:longest] if value is not None else ""


@lru_cache(maxsize=256)  # what came together was received at one moment
def indian_day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(INDIA).date()


def columns(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a `Visit` that are answers as they stand; what has the wrong type is left empty (it was flagged)."""
    row = dict(_NO_ANSWERS)
    for name, value in flat.items():
        convert = _COLUMNS.get(name)
        if convert is not None:
            row[name] = convert(value)
    row["themes"] = _themes(flat)
    return row


def _themes(flat: Mapping[str, Any]) -> dict[str, Any] | None:
    told = flat.keys() & _THEMES.keys()
    return {name: _THEMES[name](flat[name]) for name in sorted(told)} or None


def integer(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or not 0 <= value <= LARGEST:
        return None
    return int(value)


def decimal(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e15:
        return None
    return float(value)


def date(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value).removeprefix("uuid:")) if value else None
    except ValueError:
        return None


def point(value: Any) -> Point | None:
    """From the GeoJSON that `field_forms` makes of a geopoint; impossible coordinates give none (they were flagged)."""
    if not isinstance(value, Mapping) or value.get("type") != "Point":
        return None
    lon, lat = value["coordinates"][:2]
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Point(lat, lon, (value.get("properties") or {}).get("accuracy"))


def _text(longest: int) -> Callable[[Any], str]:
    return lambda value: str(value or "")[:longest]


def _listed(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


_THEMES: dict[str, Callable[[Any], Any]] = {
    "modules": _listed,
    **dict.fromkeys(THEMES_COUNTED, integer),
    **dict.fromkeys(THEMES_MEASURED, decimal),
}
_COLUMNS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(INTEGERS, integer),
    **dict.fromkeys(DECIMALS, decimal),
    **dict.fromkeys(DATES, date),
    **{name: _text(longest) for name, longest in TEXTS.items()},
    "ended": lambda value: value == "yes",
}
_NO_ANSWERS: dict[str, Any] = {
    **dict.fromkeys((*INTEGERS, *DECIMALS, *DATES)),
    **dict.fromkeys(TEXTS, ""),
    "ended": False,
}
