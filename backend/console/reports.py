"""The list of reports: filtered, searched, paged by key, kept as views of one's own; and deciding about many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from backend.accounts.who import Who
from backend.console import queries, views_of_mine, words
from backend.console.inside import inside, show
from backend.deployments import filters as shared
from backend.deployments.observed import uuid
from backend.errors import BadFilter
from backend.registry.models import Centre, Cluster, State, Technology, Theme
from backend.submissions import reviewing, selecting
from backend.submissions.models import Attachment, ReportRow
from backend.submissions.scoped import Scoped
from backend.submissions.selecting import ANY_FLAG, COUNTED_TO, WAITING, Wanted

ON_A_PAGE = 50
OWN = ("q", "flag", "officer", "deployment", "form", "days", "order", "after", "at", "answers", "personal")
DAYS = (30, 90, 365)
WAITS = ",".join(WAITING)


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `oldest`: longest waiting first; `after`: the key of the last row of the page before."""

    wanted: Wanted
    oldest: bool
    after: int | None

    @property
    def order(self) -> str:
        return "submission" if self.oldest else "-submission"

    def rows(self, who: Who) -> Scoped:
        return selecting.matching(who, self.wanted)

    def beyond(self, rows: Scoped, key: int) -> Scoped:
        return rows.filter(submission__gt=key) if self.oldest else rows.filter(submission__lt=key)

    def before(self, rows: Scoped, key: int) -> Scoped:
        return rows.filter(submission__lt=key) if self.oldest else rows.filter(submission__gt=key)


def asked(query: QueryDict) -> Asked:
    """Raises BadFilter."""
    filters = shared.parse(query, ignore=OWN)
    if (days := query.get("days", "")) and not filters.since:
        if not days.isdecimal() or len(days) > 4:
            raise BadFilter(gettext("Choose one of the spans of days."), where="days")
        filters = replace(filters, since=shared.today() - dt.timedelta(days=int(days)))
    deployment: UUID | None = uuid(query.get("deployment", ""))
    wanted = Wanted(
        filters, query.get("q", "").strip()[:100], query.get("flag", ""), _number(query, "officer"), deployment,
        query.get("form", ""),
    )  # fmt: skip
    waiting = bool(filters.review) and set(filters.review) <= set(WAITING)
    return Asked(wanted, query.get("order", "oldest" if waiting else "newest") == "oldest", _number(query, "after"))


def _number(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    if text and (not text.isdecimal() or len(text) > 18):
        raise BadFilter(gettext("This address is not one that this list gave. Begin with the first page."), where=name)
    return int(text) if text else None


@dataclass(frozen=True)
class Line:
    row: ReportRow
    here: int  # photos that came
    named: int  # photos in all
    waits: dt.timedelta | None

    @property
    def codes(self) -> list[str]:
        return [code for code in self.row.codes.split(",") if code]

    @property
    def days(self) -> int | None:
        return None if self.waits is None else max(0, self.waits.days)


@require_safe
@inside()
def reports(request: HttpRequest, who: Who) -> HttpResponse:
    if not request.GET and (query := views_of_mine.default(who)):
        return redirect(f"{reverse('reports')}?{query}")
    try:
        found = asked(request.GET)
        rows = found.rows(who)
        asked_for = found.beyond(rows, found.after) if found.after else rows
        here = list(_named(asked_for.first(found.order, ON_A_PAGE + 1)))
    except BadFilter as error:
        return _list(request, who, Asked(Wanted(), False, None), [], error.status, error=error, total=0)
    return _list(request, who, found, here, total=rows.counted())


def _named(rows: QuerySet[ReportRow]) -> QuerySet[ReportRow]:
    return rows.select_related("submission", "village", "technology", "officer")


def _list(
    request: HttpRequest, who: Who, found: Asked, rows: list[ReportRow], status: int = 200, **context: Any
) -> HttpResponse:
    more = len(rows) > ON_A_PAGE
    query = request.GET.copy()
    query.pop("after", None)
    return show(
        request, who, "console/reports.html", "reports", status,
        lines=lines(rows[:ON_A_PAGE]),
        next=rows[ON_A_PAGE - 1].pk if more else None,
        tabs=tabs(who, request.GET),
        oldest=found.oldest,
        query=query.urlencode(),
        chosen=request.GET,
        more_filters=_more(request.GET),
        mine=views_of_mine.of(who),
        rule=queries.rule(),
        undo=reviewing.UNDO_MINUTES,
        from_day=request.GET.get("from", ""),
        kept=[(name, request.GET.get(name, "")) for name in ("district", "village", "officer", "deployment", "form", "order")],
        most=COUNTED_TO,
        **choices(who),
        **context,
    )  # fmt: skip


def _more(query: QueryDict) -> bool:
    """Whether one of the filters is in use that are usually folded away; the usual lists ask for a review state."""
    usual = ("", WAITS, "changes_requested")
    return query.get("review", "") not in usual or any(
        query.get(n) for n in ("cluster", "theme", "state", "from", "to")
    )


def lines(rows: Sequence[ReportRow]) -> list[Line]:
    photos = {
        row["version"]: (row["here"], row["named"])
        for row in Attachment.objects.filter(version__in=[row.version_id for row in rows])
        .values("version")
        .annotate(named=Count("id"), here=Count("blob"))
    }
    now = timezone.now()
    return [
        Line(row, *photos.get(row.version_id, (0, 0)), now - row.received_at if row.review_state in WAITING else None)
        for row in rows
    ]


@dataclass(frozen=True)
class Tab:
    name: str
    query: str
    count: int | None
    here: bool


def tabs(who: Who, query: QueryDict) -> list[Tab]:
    """The usual ways into the list, each with how many are there."""
    scope = selecting.scoped(who)
    waiting = scope.reviewed(*WAITING)
    ways = (
        (gettext("To review"), f"review={WAITS}", waiting),
        (gettext("Flagged"), f"review={WAITS}&flag={ANY_FLAG}", waiting.filter(flags__gt=0)),
        (gettext("Changes asked"), "review=changes_requested", scope.reviewed("changes_requested")),
        (gettext("All"), "order=newest", None),
    )
    review, flag = query.get("review", ""), query.get("flag", "")
    return [
        Tab(name, way, None if rows is None else rows.counted(), _same(QueryDict(way), review, flag))
        for name, way, rows in ways
    ]


def _same(way: QueryDict, review: str, flag: str) -> bool:
    return (way.get("review", ""), way.get("flag", "")) == (review, flag)


def choices(who: Who) -> dict[str, Any]:
    """What the filter bar offers: short lists of the registry, and this scope's officers and centres."""
    return {
        "technologies": list(Technology.objects.values_list("slug", "name").order_by("name")),
        "centres": list(_centres(who).values_list("slug", "name")),
        "clusters": list(Cluster.objects.values_list("slug", "short_name")),
        "themes": list(Theme.objects.values_list("slug", "name")),
        "states": list(State.objects.values_list("slug", "name")),
        "conditions": [(name, words.CONDITIONS[name]) for name in ("in_use", "idle", "broken", "ended")],
        "flags": sorted(((code, str(text)) for code, text in words.FLAGS.items()), key=lambda pair: pair[1]),
        "states_of_review": list(words.REVIEW.items()),
        "spans": DAYS,
    }


def _centres(who: Who) -> QuerySet[Centre]:
    rows = Centre.objects.order_by("name")
    return rows if who.everywhere or who.clusters else rows.filter(pk__in=who.centres)
