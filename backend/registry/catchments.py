"""A centre's list of villages, changed: dated, previewed, undone. What stood there before stays on record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import shapely
from django.db.models import QuerySet

from backend.audit.actors import Actor
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Conflict, Invalid
from backend.registry.models import CatchmentVillage, Centre, Village
from backend.writing import writing
from maps.geo import haversine_km

MOST = 5000  # villages of one list
Ring = Sequence[tuple[float, float]]  # latitude, longitude


@dataclass(frozen=True)
class Difference:
    """What a list would become: codes that join and leave; those that another centre leads; codes that there are not."""

    joins: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    taken: dict[str, str] = field(default_factory=dict)  # code: the centre that leads it
    unknown: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.joins or self.leaves)


def codes_in(text: str) -> list[str]:
    """The codes of a pasted list: one a line or with commas; a bare number is an LGD code. In order, each once."""
    found = [part.strip().lower() for part in re.split(r"[\s,;]+", text) if part.strip()]
    return list(dict.fromkeys(f"lgd:{part}" if part.isdecimal() else part for part in found))


def listed(centre: Centre) -> list[str]:
    """The codes on the list now, in order."""
    rows = CatchmentVillage.objects.filter(centre=centre, until=None)
    return list(rows.order_by("village__code").values_list("village__code", flat=True))


def inside_ring(ring: Ring) -> list[str]:
    """Villages with a place within a drawn polygon. Raises Invalid for fewer than three corners."""
    if len(ring) < 3:
        raise Invalid("Draw at least three corners around the villages.", where="ring")
    shape = shapely.make_valid(shapely.Polygon([(lon, lat) for lat, lon in ring]))
    west, south, east, north = shape.bounds
    rows = _placed().filter(lat__range=(south, north), lon__range=(west, east)).values_list("code", "lat", "lon")
    shapely.prepare(shape)
    found = list(rows)
    within = shapely.contains_xy(shape, [lon for _, _, lon in found], [lat for _, lat, _ in found])
    return _not_too_many([code for (code, _, _), here in zip(found, within, strict=True) if here])


def inside_circle(lat: float, lon: float, km: float) -> list[str]:
    """Villages with a place at most so far away. Raises Invalid for a radius that is none."""
    if not 0 < km <= 200:
        raise Invalid("A radius is more than 0 and at most 200 km.", where="km")
    near = km / 110.0
    rows = _placed().filter(lat__range=(lat - near, lat + near), lon__range=(lon - 1.3 * near, lon + 1.3 * near))
    found = list(rows.values_list("code", "lat", "lon"))
    return _not_too_many([code for code, a, o in found if float(haversine_km(lat, lon, a, o)) <= km])


def _placed() -> QuerySet[Village]:
    return Village.objects.filter(until=None, lat__isnull=False, lon__isnull=False).order_by("code")


def _not_too_many(codes: list[str]) -> list[str]:
    if len(codes) > MOST:
        raise Invalid(
            f"{len(codes)} villages lie there; a list takes at most {MOST}. Choose a smaller part.", where="ring"
        )
    return codes


def difference(centre: Centre, wanted: Iterable[str]) -> Difference:
    """What would change if the list were these codes."""
    codes, now = set(wanted), set(listed(centre))
    known = set(Village.objects.filter(code__in=codes, until=None).values_list("code", flat=True))
    others = CatchmentVillage.objects.filter(village__code__in=codes, until=None).exclude(centre=centre)
    taken = dict(others.values_list("village__code", "centre__short_name"))
    return Difference(
        tuple(sorted((known & codes) - now - set(taken))), tuple(sorted(now - codes)), dict(sorted(taken.items())),
        tuple(sorted(codes - known)),
    )  # fmt: skip


def change(
    centre: Centre, joins: Iterable[str], leaves: Iterable[str], *, on: dt.date, reason: str, by: Actor | None = None
) -> Difference:
    """Villages join and leave the list on a day. Raises Invalid without a reason, or before the list's own history;
    Conflict where another centre leads a village meanwhile.

    A change taken back on the day it was made leaves no trace in the list: the audit log has both.
    """
    if not reason.strip():
        raise Invalid("Say why the list changes: it is shown beside the figures.", where="reason")
    joining, leaving = sorted(set(joins)), sorted(set(leaves))
    with writing():
        rows = CatchmentVillage.objects.select_for_update().filter(centre=centre, village__code__in=leaving, until=None)
        if rows.filter(since__gt=on).exists():
            raise Invalid(f"Some of these joined after {on}. Choose a later day.", where="on")
        rows.filter(since=on).delete()
        rows.filter(since__lt=on).update(until=on, reason=reason)
        again = CatchmentVillage.objects.filter(centre=centre, village__code__in=joining, until=on)
        back = set(again.values_list("village__code", flat=True))
        _free(back | set(joining), centre)
        again.update(until=None)
        news = Village.objects.filter(code__in=set(joining) - back, until=None)
        news = news.exclude(catchments__centre=centre, catchments__until=None)
        if news.filter(catchments__centre=centre, catchments__until__gt=on).exists():
            raise Invalid(f"Some of these stood on the list after {on}. Choose a later day.", where="on")
        CatchmentVillage.objects.bulk_create(
            CatchmentVillage(centre=centre, village=v, since=on, reason=reason, illustrative=v.illustrative)
            for v in news
        )
        record(by, Action.CHANGED, f"catchment:{centre.slug}", joins=joining, leaves=leaving, on=str(on), reason=reason)
    return Difference(tuple(joining), tuple(leaving))


def _free(codes: Iterable[str], centre: Centre) -> None:
    led = CatchmentVillage.objects.filter(village__code__in=list(codes), until=None).exclude(centre=centre)
    first = led.select_related("village", "centre").first()
    if first is not None:
        message = (
            f"{first.village.name} stands on the list of {first.centre.short_name}. It must leave that list first."
        )
        raise Conflict(message, where=first.village.code)
