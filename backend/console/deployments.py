"""Deployments of one's scope: how each stands and since when, villages never visited, and plates to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import segno
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.deployments import standing
from backend.deployments.filters import today
from backend.deployments.models import Deployment
from backend.deployments.observed import uuid
from backend.deployments.standing import Listed, Standing
from backend.registry.models import Centre, CentreSite, Technology, Village
from maps.geo import haversine_km

ON_A_PAGE = 50
MOST_PLATES = 96
SIZES = {"small": (70, 37, 24), "large": (105, 74, 8)}  # millimetres, and how many an A4 sheet holds
CONDITIONS = ("in_use", "idle", "resting", "broken", "silent", "ended", "registered")


@dataclass(frozen=True)
class Line:
    standing: Standing
    deployment: Deployment

    @property
    def village(self) -> str:
        return self.deployment.village.name if self.deployment.village else self.deployment.village_other

    @property
    def days(self) -> int | None:
        return None if self.standing.since is None else (today() - self.standing.since).days

    @property
    def short(self) -> str:
        what = self.deployment.technology.name if self.deployment.technology else self.deployment.label
        parts = [self.village, what]
        if self.days is not None:
            parts.append(ngettext("%(n)d day", "%(n)d days", self.days) % {"n": self.days})
        return ", ".join(part for part in parts if part)


def named(rows: Sequence[Standing]) -> list[Line]:
    """In the same order, with what they are called."""
    found = Deployment.objects.filter(pk__in=[row.pk for row in rows]).select_related(
        "technology", "village", "centre", "state"
    )
    by_key = {deployment.pk: deployment for deployment in found}
    return [Line(row, by_key[row.pk]) for row in rows if row.pk in by_key]


@require_safe
@inside()
def deployments(request: HttpRequest, who: Who) -> HttpResponse:
    """Longest in its condition first; the whole scope stands in memory, so that paging is by key all the same."""
    there, _ = standing.standings(who, today())
    status, centre, technology = (request.GET.get(name, "") for name in ("status", "centre", "technology"))
    centres = dict(_centres(who).values_list("slug", "id"))
    technologies = dict(Technology.objects.values_list("slug", "id"))
    rows = [
        row
        for row in there
        if (not status or row.condition == status)
        and (not centre or row.centre == centres.get(centre))
        and (not technology or row.technology == technologies.get(technology))
    ]
    rows.sort(key=lambda row: (row.since or dt.date.min, row.pk))
    page, following, first = _page(rows, uuid(request.GET.get("after", "")))
    numbers = standing.counted(there)
    return show(
        request, who, "console/deployments.html", "centres",
        lines=named(page), next=following, first=first, total=len(rows), condition=status,
        counts=[(name, numbers[name]) for name in CONDITIONS if numbers[name]],
        centres=list(_centres(who).values_list("slug", "name")),
        technologies=list(Technology.objects.values_list("slug", "name")),
        chosen=request.GET, sizes=SIZES, most=MOST_PLATES,
    )  # fmt: skip


def _centres(who: Who) -> QuerySet[Centre]:
    rows = Centre.objects.order_by("name")
    return rows if who.everywhere or who.clusters else rows.filter(pk__in=who.centres)


def _page(rows: list[Standing], after: UUID | None) -> tuple[list[Standing], UUID | None, bool]:
    start = next((i + 1 for i, row in enumerate(rows) if row.uuid == after), 0) if after else 0
    page = rows[start : start + ON_A_PAGE]
    return page, page[-1].uuid if start + ON_A_PAGE < len(rows) else None, start > 0


@dataclass(frozen=True)
class Unvisited:
    village: Village
    centre: Centre
    km: float | None


def _unvisited(rows: Sequence[Listed]) -> list[Unvisited]:
    """With their distance from the nearest site of their centre, the nearest first."""
    villages = Village.objects.select_related("district").in_bulk([row.village for row in rows])
    centres = Centre.objects.in_bulk({row.centre for row in rows})
    sites: dict[int, list[tuple[float, float]]] = {}
    for centre, lat, lon in CentreSite.objects.filter(centre__in=centres).values_list("centre_id", "lat", "lon"):
        sites.setdefault(centre, []).append((lat, lon))
    found = [
        Unvisited(villages[row.village], centres[row.centre], _km(villages[row.village], sites.get(row.centre, [])))
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.km is None, one.km or 0.0, one.village.name))


def _km(village: Village, sites: Sequence[tuple[float, float]]) -> float | None:
    if village.lat is None or village.lon is None:
        return None
    return min((haversine_km(village.lat, village.lon, lat, lon) for lat, lon in sites), default=None)


def nearest(rows: Sequence[Listed]) -> str:
    first = next(iter(_unvisited(rows[:500])), None)
    if first is None or first.km is None:
        return ""
    return gettext("Nearest: %(village)s, %(km).1f km from the centre") % {
        "village": first.village.name,
        "km": first.km,
    }


@require_safe
@inside()
def never_visited(request: HttpRequest, who: Who) -> HttpResponse:
    _, listed = standing.standings(who, today())
    centre = request.GET.get("centre", "")
    rows = _unvisited([row for row in listed if row.condition == "never"])
    return show(
        request, who, "console/villages_never.html", "centres",
        rows=[row for row in rows if not centre or row.centre.slug == centre][:500], total=len(rows), listed=len(listed),
        centres=sorted({(row.centre.slug, row.centre.name) for row in rows}), centre=centre,
    )  # fmt: skip


@dataclass(frozen=True)
class Plate:
    deployment: Deployment
    square: SafeString


@require_safe
@inside(lambda who: who.may_review)
def plates(request: HttpRequest, who: Who) -> HttpResponse:
    """Plates of the chosen deployments, at the size of labels. Their square code holds the deployment's address."""
    size = request.GET.get("size", "small")
    size = size if size in SIZES else "small"
    wanted = [found for text in request.GET.getlist("chosen")[:MOST_PLATES] if (found := uuid(text)) is not None]
    rows = standing.deployments_of(who).filter(uuid__in=wanted).select_related("technology", "village", "centre")
    width, height, on_a_sheet = SIZES[size]
    return show(
        request, who, "console/plates.html", "centres",
        plates=[Plate(row, square(row.uuid)) for row in rows.order_by("village__name", "pk")],
        size=size, sizes=SIZES, width=width, height=height, on_a_sheet=on_a_sheet, chosen=wanted,
    )  # fmt: skip


def address(deployment: UUID) -> str:
    """What a plate's square code says: a phone's camera opens the app, and the app finds the deployment in it."""
    return f"{settings.PUBLIC_URL}/field/#deployment={deployment}"


def square(deployment: UUID) -> SafeString:
    """Much of it may be scratched away (level Q)."""
    made = segno.make(address(deployment), error="q", micro=False)
    drawn = made.svg_inline(omitsize=True, border=2, dark="#000", svgclass="square", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  # segno's own drawing
