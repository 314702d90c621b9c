"""The audit log for administrators: searched by person, action and day, and taken as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.accounts.who import Who
from backend.audit import queries
from backend.audit.models import Action, Entry
from backend.audit.services import record
from backend.console import words
from backend.console.inside import inside, show
from backend.errors import Invalid

ON_A_PAGE = 100
COLUMNS = (
    "number",
    "at",
    "actor_kind",
    "actor_key",
    "actor",
    "action",
    "subject",
    "detail",
    "address",
    "request",
    "hash",
)
DETAILS = {
    "both_steps": _("Second step used"), "decision": _("Decision"), "reason": _("Reason"), "name": _("Name"),
    "officer": _("Officer"), "village": _("Village"), "flag": _("Flag"), "version": _("Version"),
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def administrates(who: Who) -> bool:
    return who.role == "administrator"


@require_safe
@never_cache
@inside(administrates)
def log(request: HttpRequest, who: Who) -> HttpResponse:
    try:
        rows = queries.entries(_search(request))
    except Invalid as error:
        return _page(request, who, Entry.objects.none(), error.status, error=error)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(number__lt=int(before))
    return _page(request, who, rows)


def _page(request: HttpRequest, who: Who, rows: QuerySet[Entry], status: int = 200, **context: Any) -> HttpResponse:
    found = list(rows[: ON_A_PAGE + 1])
    asked = request.GET.copy()
    asked.pop("before", None)
    labels = dict(Action.choices)
    return show(
        request, who, "console/audit.html", "admin", status,
        entries=[(entry, labels.get(entry.action, entry.action), _told(entry)) for entry in found[:ON_A_PAGE]],
        more=found[ON_A_PAGE - 1].number if len(found) > ON_A_PAGE else None,
        actions=Action.choices,
        asked=asked,
        query=asked.urlencode(),
        **context,
    )  # fmt: skip


def _told(entry: Entry) -> list[tuple[str, str]]:
    """Its details with their names in words, where they have any."""
    return [(str(DETAILS.get(name, name)), _value(name, value)) for name, value in entry.details.items()]


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    known = words.DECISIONS if name == "decision" else words.FLAGS if name == "flag" else {}
    return str(known.get(str(value), value))


@require_safe
@never_cache
@inside(administrates)
def as_csv(request: HttpRequest, who: Who) -> HttpResponse | StreamingHttpResponse:
    try:
        rows = queries.entries(_search(request)).reverse()
    except Invalid as error:
        return HttpResponse(error.detail, status=error.status, content_type="text/plain; charset=utf-8")
    record(who.actor, Action.EXPORTED, "export:audit.csv", asked=request.GET.urlencode())
    last = rows.last()
    rows = rows.filter(number__lte=last.number) if last else rows
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="gramreach-audit.csv"'
    return response


def _lines(rows: QuerySet[Entry]) -> Iterator[bytes]:
    """In short reads by key: a long one would keep SQLite's log from being emptied."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    last = 0
    while chunk := list(rows.filter(number__gt=last)[:1000]):
        for entry in chunk:
            writer.writerow(_cell(getattr(entry, name)) for name in COLUMNS)
        last = chunk[-1].number
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value  # a spreadsheet would run it
    return value


def _search(request: HttpRequest) -> queries.Search:
    given = request.GET.get
    return queries.Search(
        person=given("person", "").replace("\0", "").strip()[:150],
        action=given("action", ""),
        since=_day(given("from", ""), "from"),
        until=_day(given("to", ""), "to"),
    )


def _day(text: str, where: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
        if not 2000 <= day.year <= 2200:
            raise ValueError
    except ValueError as error:
        raise Invalid(gettext("Write the day as 2026-11-30."), where=where) from error
    return day
