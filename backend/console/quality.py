"""Quality: what is odd and how often, how each officer's reports are made, and deployments that are likely one."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.console import words
from backend.console.inside import inside, show
from backend.console.report import may_review
from backend.deployments import doubles, standing
from backend.deployments.filters import today
from backend.deployments.models import Deployment
from backend.deployments.observed import uuid
from backend.errors import GramReachError, NotFound
from backend.submissions import reviewing, selecting
from backend.submissions.models import Decision
from backend.submissions.scoped import Scoped

DAYS = 90
NEWEST = 5000  # reports that are looked at: of longer spans the newest
MOST_PAIRS = 50
COLUMNS = ("officer_id", "flags", "codes", "accuracy", "seconds", "answers")
Read = tuple[Any, ...]  # a report's COLUMNS


@dataclass(frozen=True)
class Kind:
    code: str
    count: int


@dataclass(frozen=True)
class Made:
    """How somebody's reports are made. `accuracy` in metres, `pace` in seconds an answer: the median; None: not known."""

    officer: Officer | None
    reports: int
    flagged: int
    reused: int
    accuracy: float | None
    pace: float | None


@require_safe
@inside()
def quality(request: HttpRequest, who: Who) -> HttpResponse:
    days = _days(request)
    rows = newest(selecting.scoped(who), days)
    return show(
        request, who, "console/quality.html", "quality",
        days=days, spans=(30, 90, 365), total=len(rows), flagged=sum(row[1] > 0 for row in rows),
        newest=NEWEST if len(rows) == NEWEST else None, kinds=kinds(rows), people=people(rows), pairs=len(pairs(who)),
    )  # fmt: skip


def _days(request: HttpRequest) -> int:
    text = request.GET.get("days", "")
    return int(text) if text in ("30", "365") else DAYS


def newest(rows: Scoped, days: int) -> list[Read]:
    """Of the visits of so many days: one read, however many there are."""
    since = today() - dt.timedelta(days=days)
    return list(rows.filter(visit_date__gt=since).first("-visit_date", NEWEST).values_list(*COLUMNS))


def kinds(rows: Sequence[Read]) -> list[Kind]:
    """How many reports carry each flag, the commonest first."""
    counts = Counter(code for row in rows for code in row[2].split(",") if code)
    return [Kind(code, n) for code, n in counts.most_common()]


def people(rows: Sequence[Read]) -> list[Made]:
    """By officer, those with the largest share of flagged reports first."""
    by_officer: dict[int, list[Read]] = {}
    for row in rows:
        if row[0] is not None:
            by_officer.setdefault(row[0], []).append(row)
    officers = Officer.objects.select_related("centre").in_bulk(by_officer)
    found = [made(officers.get(pk), its) for pk, its in by_officer.items()]
    return sorted(found, key=lambda one: (-one.flagged / one.reports, -one.reports))


def made(officer: Officer | None, rows: Sequence[Read]) -> Made:
    return Made(
        officer,
        len(rows),
        sum(flags > 0 for _, flags, *_ in rows),
        sum("photo_reused" in codes for _, _, codes, *_ in rows),
        _median([accuracy for *_, accuracy, _, _ in rows if accuracy]),
        _median([seconds / answers for *_, seconds, answers in rows if seconds is not None and answers]),
    )


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


@require_safe
@inside()
def officer(request: HttpRequest, who: Who, officer_id: int) -> HttpResponse:
    """One officer beside all others of the scope."""
    days = _days(request)
    scope = selecting.scoped(who)
    person = Officer.objects.filter(pk=officer_id).select_related("centre").first()
    rows = scope.of(officer=officer_id)
    if person is None or not (who.everywhere or person.centre_id in who.centres or rows.rows().exists()):
        raise NotFound("There is no such person in your scope.", where="officer")
    own = newest(rows, days)
    odd = rows.filter(flags__gt=0).rows().select_related("submission", "village", "technology")
    return show(
        request, who, "console/quality_officer.html", "quality",
        officer=person, days=days, spans=(30, 90, 365), own=made(person, own), others=made(None, newest(scope, days)),
        kinds=kinds(own), last=list(odd.order_by("-visit_date", "-submission")[:10]),
    )  # fmt: skip


@dataclass(frozen=True)
class Double:
    first: Deployment
    second: Deployment
    metres: int | None
    days: int


def pairs(who: Who) -> list[doubles.Pair]:
    """Likely doubles in scope that nobody has said to be two."""
    columns = ("id", "technology_id", "village_id", "lat", "lon", "accuracy", "started", "registered_at")
    rows = standing.deployments_of(who).exclude(technology=None).order_by("id").values_list(*columns)
    placed = [
        doubles.Placed(pk, technology or 0, village, lat, lon, accuracy, started or registered.date())
        for pk, technology, village, lat, lon, accuracy, started, registered in rows
    ]
    found = doubles.likely(placed)
    apart = _said_to_be_two()
    if not apart or not found:
        return found
    uuids = dict(
        Deployment.objects.filter(pk__in={pk for p in found for pk in (p.first, p.second)}).values_list("id", "uuid")
    )
    return [p for p in found if frozenset((str(uuids[p.first]), str(uuids[p.second]))) not in apart]


def _said_to_be_two() -> set[frozenset[str]]:
    rows = Decision.objects.filter(kind=Decision.Kind.MERGE, action="two")
    return {frozenset(pair) for pair in rows.values_list("subject", "target")}


@require_safe
@inside(may_review)
def likely_doubles(request: HttpRequest, who: Who) -> HttpResponse:
    found = pairs(who)
    shown = found[:MOST_PAIRS]
    rows = Deployment.objects.select_related("technology", "village", "centre", "state").in_bulk(
        [pk for pair in shown for pk in (pair.first, pair.second)]
    )
    lines = [Double(rows[p.first], rows[p.second], None if p.km is None else round(p.km * 1000), p.days) for p in shown]
    return show(request, who, "console/doubles.html", "quality", lines=lines, total=len(found), most=MOST_PAIRS)


def _two(request: HttpRequest, who: Who) -> tuple[UUID, UUID]:
    """What goes and what stays; both in scope."""
    wanted = [uuid(request.POST.get(name, "")) for name in ("merged", "survivor")]
    there = set(standing.deployments_of(who).filter(uuid__in=[w for w in wanted if w]).values_list("uuid", flat=True))
    if len(there) != 2 or wanted[0] is None or wanted[1] is None:
        raise NotFound("There is no such deployment in your scope.", where="deployment")
    return wanted[0], wanted[1]


@require_POST
@inside(may_review)
def merge(request: HttpRequest, who: Who) -> HttpResponse:
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    gone, kept = _two(request, who)
    if request.POST.get("action") == "two":
        reviewing.say_two(gone, kept, request.POST.get("reason", ""), who.user)
        messages.success(request, gettext("Noted: they are two."))
        return redirect("doubles")
    reviewing.merge(gone, kept, request.POST.get("reason", ""), who.user)
    said = gettext("Merged. Reports of both, past and late, stand together now.")
    messages.success(request, said, extra_tags=reverse("unmerge", args=[gone]))
    return redirect("doubles")


@require_POST
@inside(may_review)
def unmerge(request: HttpRequest, who: Who, deployment: UUID) -> HttpResponse:
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    rows = Deployment.objects.filter(uuid=deployment, merged_into__in=standing.deployments_of(who))
    if not rows.exists():
        raise NotFound("There is no such deployment in your scope.", where="deployment")
    try:
        reviewing.unmerge(deployment, who.user)
        messages.success(request, gettext("They are two again."))
    except GramReachError as error:
        messages.error(request, words.error(error.code, error.detail))
    return redirect("doubles")
