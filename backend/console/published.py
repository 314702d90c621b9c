"""Monthly figures: published ones as they were told, with what changed since; and publishing a month that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.who import Who
from backend.console import queries
from backend.console.inside import inside, show
from backend.deployments.filters import today
from backend.deployments.models import PublishedMonth
from backend.errors import GramReachError, NotFound
from backend.registry.models import Centre

MEASURES = {
    "villages_reached": _("Villages reached"),
    "villages_active": _("Villages where something is in use"),
    "deployments": _("Deployments"),
    "units_in_use": _("Units in use"),
    "installed": _("Units installed"),
    "households": _("Households of deployments in use"),
}


def _publishing() -> Any:
    """Loaded by the first page that needs figures: pandas is heavy, and reviewing needs none of it."""
    return import_module("backend.deployments.publishing")


def first_of(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


@require_safe
@inside()
def months(request: HttpRequest, who: Who) -> HttpResponse:
    there = list(PublishedMonth.objects.select_related("by").order_by("-month"))
    last = today().replace(day=1) - dt.timedelta(days=1)
    month = last.year * 12 + last.month - 1
    due = None if any(row.month == month for row in there) else month
    return show(
        request, who, "console/published.html", "admin",
        rows=[(row, first_of(row.month)) for row in there], due=due, due_day=first_of(month),
        may_publish=_may_publish(who), rule=queries.rule(),
    )  # fmt: skip


def _may_publish(who: Who) -> bool:
    return who.role == "administrator"


@require_safe
@inside()
def month(request: HttpRequest, who: Who, month: int) -> HttpResponse:
    found = PublishedMonth.objects.filter(month=month).select_related("by").first()
    if found is None:
        raise NotFound("The figures of this month are not published.", where="month")
    centres = None if who.everywhere else list(Centre.objects.filter(pk__in=who.centres))
    lines = _publishing().beside(found, centres)
    return show(
        request, who, "console/published_month.html", "admin",
        row=found, day=first_of(found.month), groups=list(_groups(lines)),
        changed=sum(line.changed for line in lines), rule=queries.rule(),
    )  # fmt: skip


def _groups(lines: Any) -> Iterator[tuple[Any, list[tuple[str, Any]]]]:
    for centre, its in groupby(lines, key=lambda line: line.centre):
        yield centre, [(str(MEASURES[line.measure]), line) for line in its]


@require_POST
@inside(_may_publish)
def publish(request: HttpRequest, who: Who) -> HttpResponse:
    assert who.user is not None  # noqa: S101  # for the type checker: said by the role
    text = request.POST.get("month", "")
    try:
        row = _publishing().publish(int(text) if text.isdecimal() and len(text) < 7 else 0, who.user)
    except GramReachError as error:
        messages.error(request, error.detail)
        return redirect("published")
    messages.success(request, gettext("Published. These figures stay as they are."))
    return redirect("published-month", month=row.month)
