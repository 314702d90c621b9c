"""Villages that officers wrote down because the list has them not, or not so: matched with the list, or left to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.console.report import may_review
from backend.errors import Invalid
from backend.registry import queries as registry
from backend.registry.models import Village
from backend.submissions import reviewing, selecting
from backend.submissions.models import ReportRow

MOST = 200  # names on the page
OFFERED = 8
TOGETHER = 500  # reports of one name


def unlisted(rows: QuerySet[ReportRow]) -> QuerySet[ReportRow]:
    return rows.filter(village=None).exclude(village_other="").exclude(review_state__in=("rejected", "retracted"))


def waiting(rows: QuerySet[ReportRow]) -> int:
    """How many names wait; a name of one district is one."""
    return unlisted(rows).order_by().values("village_other", "district").distinct()[: selecting.COUNTED_TO].count()


@dataclass(frozen=True)
class Name:
    """A name as it was written, in a district if the position says one; `offered`: villages that begin alike."""

    text: str
    district: int | None
    district_name: str
    reports: int
    example: ReportRow | None
    offered: list[Village]


@require_safe
@inside(may_review)
def names(request: HttpRequest, who: Who) -> HttpResponse:
    groups = (
        unlisted(selecting.of_scope(who)).order_by().values("village_other", "district", "district__name")
        .annotate(n=Count("pk"), last=Max("pk")).order_by("-n", "village_other")[: MOST + 1]
    )  # fmt: skip
    found = list(groups)
    examples = {
        row.pk: row
        for row in ReportRow.objects.filter(pk__in=[g["last"] for g in found]).select_related(
            "submission", "officer", "technology"
        )
    }
    search = request.GET.get("q", "").strip()
    chosen = request.GET.get("name", "")
    lines = [
        Name(
            g["village_other"],
            g["district"],
            g["district__name"] or "",
            g["n"],
            examples.get(g["last"]),
            _offered(g, search, chosen, n),
        )
        for n, g in enumerate(found[:MOST])
    ]
    return show(
        request,
        who,
        "console/match_villages.html",
        "admin",
        lines=lines,
        more=len(found) > MOST,
        search=search,
        chosen=chosen,
    )


def _offered(group: Mapping[str, Any], search: str, chosen: str, place: int) -> list[Village]:
    """For the name that is looked at; else for the first few, so that the page asks a fixed number of queries."""
    text = str(group["village_other"])
    if chosen:
        return _villages(search or text, group["district"]) if chosen == text else []
    return _villages(text, group["district"]) if place < 5 else []


def _villages(text: str, district: object) -> list[Village]:
    """Of the district, else of anywhere: by the first word as it was written."""
    first = text.split(",")[0].strip()
    rows = registry.villages_named(first, limit=OFFERED * 3) if first else []
    near = [row for row in rows if row.district_id == district]
    return (near or rows)[:OFFERED]


@require_POST
@inside(may_review)
def match(request: HttpRequest, who: Who) -> HttpResponse:
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    village = Village.objects.filter(code=request.POST.get("village", ""), until=None).first()
    district = request.POST.get("district", "")
    rows = unlisted(selecting.of_scope(who)).filter(village_other=request.POST.get("name", ""))
    rows = (
        rows.filter(district=int(district))
        if district.isdecimal() and len(district) < 19
        else rows.filter(district=None)
    )
    try:
        if village is None:
            raise Invalid(gettext("Choose the village that is meant."), where="village")
        found = [row.submission for row in rows.select_related("submission__form")[:TOGETHER]]
        reviewing.match(found, village, who.user)
    except Invalid as error:
        messages.error(request, error.detail)
        return redirect("match-villages")
    text = ngettext("%(n)d report is of %(village)s now.", "%(n)d reports are of %(village)s now.", len(found))
    messages.success(request, text % {"n": len(found), "village": village.name})
    return redirect("match-villages")
