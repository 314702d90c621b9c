"""The list of villages of a centre, edited on a map, by a drawn polygon or radius, or as codes; previewed, dated, undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.deployments.filters import today
from backend.errors import BadFilter, GramReachError, Invalid, NotFound
from backend.kept import forget_everything
from backend.registry import catchments
from backend.registry.catchments import Difference
from backend.registry.models import CatchmentVillage, Centre, Village

UNDO = "catchment-undo"
ON_A_MAP = 3000
NEAREST = 60


def may_edit(who: Who) -> bool:
    return who.may_enrol


def centre_of(who: Who, slug: str) -> Centre:
    """Raises NotFound for what lies outside one's scope."""
    found = Centre.objects.filter(slug=slug).prefetch_related("sites").first()
    if found is None or not (who.everywhere or found.pk in who.centres):
        raise NotFound(f"There is no centre {slug!r}.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@inside(may_edit)
def catchment(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    centre = centre_of(who, slug)
    if request.method != "POST":
        return _page(request, who, centre, "\n".join(catchments.listed(centre)))
    text = request.POST.get("codes", "")
    wanted = [*catchments.codes_in(text), *request.POST.getlist("tick")]
    found = catchments.difference(centre, wanted)
    told: dict[str, Any] = {"difference": found, "names": _names([*found.joins, *found.leaves, *found.taken])}
    told |= {"reason": request.POST.get("reason", ""), "on": request.POST.get("on", "")}
    codes = "\n".join(dict.fromkeys(wanted))
    if "apply" not in request.POST:
        return _page(request, who, centre, codes, **told)
    try:
        _apply(request, who, centre, found)
    except GramReachError as error:
        return _page(request, who, centre, codes, status=error.status, error=error, **told)
    return redirect("catchment", slug)


def _apply(request: HttpRequest, who: Who, centre: Centre, found: Difference) -> None:
    on, reason = _day(request.POST.get("on", "")), request.POST.get("reason", "")
    catchments.change(centre, found.joins, found.leaves, on=on, reason=reason, by=who.actor)
    request.session[UNDO] = {"centre": centre.slug, "joins": found.joins, "leaves": found.leaves, "on": on.isoformat()}
    text = gettext("List of %(centre)s: +%(joins)d, −%(leaves)d.") % {
        "centre": centre.short_name, "joins": len(found.joins), "leaves": len(found.leaves),
    }  # fmt: skip
    messages.success(request, text, extra_tags=reverse("undo-catchment", args=[centre.slug]))
    forget_everything()


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise Invalid(gettext("Write the day like 2026-11-22."), where="on") from error
    if day > today():
        raise Invalid(gettext("The day lies ahead. Choose today or an earlier one."), where="on")
    return day


@require_POST
@inside(may_edit)
def undo(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    """Takes the change back that this person made last, as of the day it was made for."""
    centre = centre_of(who, slug)
    last = request.session.pop(UNDO, None)
    if not last or last["centre"] != slug:
        messages.success(request, gettext("There is nothing to undo any more."))
        return redirect("catchment", slug)
    on = dt.date.fromisoformat(last["on"])
    catchments.change(centre, last["leaves"], last["joins"], on=on, reason=gettext("Undone"), by=who.actor)
    messages.success(request, gettext("Undone. The list is as it was."))
    forget_everything()
    return redirect("catchment", slug)


def _names(codes: list[str]) -> dict[str, Village]:
    return {v.code: v for v in Village.objects.filter(code__in=codes).select_related("district")}


def _page(
    request: HttpRequest, who: Who, centre: Centre, codes: str, status: int = 200, **context: Any
) -> HttpResponse:
    sites = list(centre.sites.all())
    history = (
        CatchmentVillage.objects.filter(centre=centre).exclude(until=None).select_related("village").order_by("-until")
    )
    count = len(catchments.codes_in(codes))
    return show(
        request, who, "console/catchment.html", "centres", status=status, centre=centre, codes=codes, today=today(),
        counted=ngettext("%(n)d village", "%(n)d villages", count) % {"n": count}, sites=sites, left=history[:30],
        near=_nearest(centre), **context,
    )  # fmt: skip


def _nearest(centre: Centre) -> list[tuple[Village, float]]:
    """Villages around that stand on nobody's list: to be ticked."""
    from maps.geo import haversine_km

    site = centre.sites.first()
    if site is None:
        return []
    rows = Village.objects.filter(
        until=None, lat__range=(site.lat - 0.4, site.lat + 0.4), lon__range=(site.lon - 0.4, site.lon + 0.4)
    ).exclude(pk__in=CatchmentVillage.objects.filter(until=None).values("village"))
    found = [(v, float(haversine_km(site.lat, site.lon, v.lat, v.lon))) for v in rows[:2000] if v.lat and v.lon]
    return sorted(found, key=lambda row: row[1])[:NEAREST]


@require_safe
@inside(may_edit)
def villages_json(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    """Villages in view: [code, name, latitude, longitude, whose list]. `list`: "" nobody's, "own", or another's name."""
    centre = centre_of(who, slug)
    west, south, east, north = _numbers(request, "bbox", 4)
    rows = Village.objects.filter(until=None, lat__range=(south, north), lon__range=(west, east)).order_by("id")
    found = list(rows.values_list("pk", "code", "name", "lat", "lon")[: ON_A_MAP + 1])
    led = CatchmentVillage.objects.filter(until=None, village__in=[row[0] for row in found[:ON_A_MAP]])
    leads = {
        v: "own" if c == centre.pk else name
        for v, c, name in led.values_list("village", "centre", "centre__short_name")
    }
    villages = [[code, name, lat, lon, leads.get(pk, "")] for pk, code, name, lat, lon in found[:ON_A_MAP]]
    return JsonResponse({"villages": villages, "more": len(found) > ON_A_MAP})


@require_safe
@inside(may_edit)
def inside_json(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    """The codes of the villages within `ring` (lat,lon;lat,lon;...) or `km` around `at` (lat,lon)."""
    centre_of(who, slug)
    try:
        if "ring" in request.GET:
            corners = [part.split(",") for part in request.GET["ring"].split(";") if part]
            codes = catchments.inside_ring([(float(lat), float(lon)) for lat, lon in corners])
        else:
            lat, lon = _numbers(request, "at", 2)
            codes = catchments.inside_circle(lat, lon, _numbers(request, "km", 1)[0])
    except ValueError:
        return JsonResponse({"detail": gettext("These are no places.")}, status=400)
    except GramReachError as error:
        return JsonResponse(error.body(), status=error.status)
    return JsonResponse({"codes": codes})


def _numbers(request: HttpRequest, name: str, count: int) -> list[float]:
    try:
        found = [float(part) for part in request.GET.get(name, "").split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(abs(v) <= 1000 for v in found):
        raise BadFilter(f"{name} is {count} numbers with commas between.", where=name)
    return found
