"""The filters that every figure, map and export shares, and what they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from django.db.models import Model
from django.utils.datastructures import MultiValueDict

from backend.deployments.observed import INDIA
from backend.errors import BadFilter
from backend.registry.models import Centre, Cluster, District, State, Technology, Theme, Village
from maps.condition import CONDITIONS

REVIEW_STATES = ("received", "edited", "changes_requested", "approved", "rejected", "retracted")
NAMES = (
    "cluster", "centre", "technology", "theme", "state", "district", "village", "status", "review", "from", "to",
    "as_of", "known_at", "bbox",
)  # fmt: skip
_MODELS: dict[str, tuple[type[Model], str]] = {
    "cluster": (Cluster, "slug"),
    "centre": (Centre, "slug"),
    "technology": (Technology, "slug"),
    "theme": (Theme, "slug"),
    "state": (State, "slug"),
    "district": (District, "slug"),
    "village": (Village, "code"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Each of several values of a name (comma-separated in a URL) will do; different names must all hold.

    cluster: technologies that it facilitates; centre: the responsible one; state, district: where the site is;
    status: the condition as of `as_of`; since, until: visit dates, inclusive (`from`, `to` in a URL);
    as_of: as if it were that day (default: today in India); known_at: with what had been received and decided by then;
    bbox: west, south, east, north in degrees.
    """

    cluster: tuple[str, ...] = ()
    centre: tuple[str, ...] = ()
    technology: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    village: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    as_of: dt.date | None = None
    known_at: dt.datetime | None = None
    bbox: tuple[float, float, float, float] | None = None

    @property
    def day(self) -> dt.date:
        return self.as_of or today()

    def without(self, *names: str) -> Filters:
        """As if these had not been given."""
        return replace(self, **{name: getattr(Filters(), name) for name in names if hasattr(self, name)})

    def query(self) -> str:
        """As a URL's query, in a fixed order: the same filters are always the same address."""
        named = {"since": "from", "until": "to"}
        pairs = [(named.get(f.name, f.name), getattr(self, f.name)) for f in fields(self)]
        return urlencode([(name, _text(value)) for name, value in pairs if value not in ((), None)])


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def today() -> dt.date:
    return dt.datetime.now(INDIA).date()


def parse(query: Mapping[str, str], *, ignore: tuple[str, ...] = ()) -> Filters:
    """From a URL's query or a command's options. Raises BadFilter, with the name and what would do."""
    for name in query:
        if name not in NAMES and name not in ignore:
            raise BadFilter(f"There is no filter {name!r}. There are: {', '.join(NAMES)}.", where=name)
    given = {name: text for name in NAMES if (text := _given(query, name))}
    lists = {name: tuple(v.strip() for v in given[name].split(",") if v.strip()) for name in _MODELS if name in given}
    for name, values in lists.items():
        _must_exist(name, values)
    since, until = _date(given, "from"), _date(given, "to")
    if since and until and since > until:
        raise BadFilter(f"from ({since}) lies after to ({until}).", where="from")
    return Filters(
        **lists,
        status=_one_of(given, "status", CONDITIONS),
        review=_one_of(given, "review", REVIEW_STATES),
        since=since,
        until=until,
        as_of=_date(given, "as_of"),
        known_at=_moment(given),
        bbox=_bbox(given),
    )


def _given(query: Mapping[str, str], name: str) -> str:
    """What was said of one name. `state=a&state=b` is `state=a,b`; of a date or a box there can be only one."""
    several = query.getlist(name) if isinstance(query, MultiValueDict) else [query.get(name, "")]
    values = list(dict.fromkeys(text for value in several if (text := value.strip())))
    if len(values) > 1 and name not in (*_MODELS, "status", "review"):
        raise BadFilter(f"{name} was given twice: {values[0]} and {values[1]}. Leave one out.", where=name)
    return ",".join(values)


def _must_exist(name: str, values: tuple[str, ...]) -> None:
    model, field = _MODELS[name]
    found = set(model._default_manager.filter(**{f"{field}__in": values}).values_list(field, flat=True))
    missing = [v for v in values if v not in found]
    if missing:
        some = list(model._default_manager.values_list(field, flat=True).order_by(field)[:8])
        raise BadFilter(f"There is no {name} {missing[0]!r}. For example: {', '.join(some)}.", where=name)


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(v.strip() for v in given.get(name, "").split(",") if v.strip())
    for value in values:
        if value not in allowed:
            raise BadFilter(f"{name} is one of {', '.join(allowed)}; not {value!r}.", where=name)
    return values


def _date(given: Mapping[str, str], name: str) -> dt.date | None:
    if name not in given:
        return None
    try:
        return dt.date.fromisoformat(given[name])
    except ValueError as error:
        raise BadFilter(f"{name} is a date like 2026-11-22; not {given[name]!r}.", where=name) from error


def _moment(given: Mapping[str, str]) -> dt.datetime | None:
    if "known_at" not in given:
        return None
    try:
        value = dt.datetime.fromisoformat(given["known_at"])
    except ValueError as error:
        message = f"known_at is a time like 2026-11-22T10:00:00Z; not {given['known_at']!r}."
        raise BadFilter(message, where="known_at") from error
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _bbox(given: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    if "bbox" not in given:
        return None
    try:
        west, south, east, north = (float(part) for part in given["bbox"].split(","))
    except ValueError as error:
        raise BadFilter("bbox is four numbers: west,south,east,north in degrees.", where="bbox") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadFilter("bbox is west,south,east,north in degrees, west before east, south before north.", where="bbox")
    return west, south, east, north
