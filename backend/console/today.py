"""Today: what needs somebody, each with its number, its noun and one way to act; and how the villages stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from backend.accounts import queries as accounts
from backend.accounts.models import Device
from backend.accounts.who import Who
from backend.console import deployments, matching, queries
from backend.console.inside import inside, show
from backend.deployments import standing
from backend.deployments.filters import today
from backend.deployments.standing import Listed, Standing
from backend.registry.models import Centre
from backend.submissions import selecting
from backend.submissions.models import KeptAside, ReportRow, ReviewState
from backend.submissions.queries import visible_kept
from backend.submissions.selecting import WAITING

TOLD = 3  # examples of each
MOST_MARKS = 120


@dataclass(frozen=True)
class Need:
    """`sign`: an icon, or a condition for its mark. `ask`: a person is waiting elsewhere."""

    sign: str
    count: int
    noun: str
    text: str
    action: str
    url: str
    ask: bool = False
    main: bool = False
    is_mark: bool = False


@require_safe
@inside()
def home(request: HttpRequest, who: Who) -> HttpResponse:
    there, listed = standing.standings(who, today())
    rows = selecting.of_scope(who)
    needs = [need for need in _needs(who, rows, there, listed) if need.count]
    return show(
        request, who, "console/home.html", "today",
        needs=needs,
        most=selecting.COUNTED_TO,
        listed=len(listed),
        deployments=len(there),
        phones=_phones(who).count() if who.may_enrol else None,
        villages=_villages(listed),
        centre=_centre(who),
        rule=queries.rule(),
        received=rows.exists(),
    )  # fmt: skip


def _needs(who: Who, rows: QuerySet[ReportRow], there: Sequence[Standing], listed: Sequence[Listed]) -> Iterator[Need]:
    if who.may_enrol:
        yield _stranded(who)
    yield from _reports(who, rows)
    yield _standing(there, "broken", gettext("Deployments broken"), gettext("See what is broken"))
    yield _standing(there, "silent", gettext("Deployments silent for longer than their window"), gettext("Plan visits"))
    yield _never(listed)
    yield _unanswered(rows)
    if who.may_review:
        yield _kept(who)
        yield _to_match(rows)


def _phones(who: Who) -> Any:
    return Device.objects.filter(revoked_at=None, officer__in=accounts.officers_of(who).filter(active=True))


def _stranded(who: Who) -> Need:
    rows = accounts.stranded(_phones(who)).select_related("officer").order_by("last_seen")
    first = rows.first()
    text = ""
    if first is not None and first.last_seen is not None:
        seen = date_format(localtime(first.last_seen), "j M, H:i")
        text = gettext("%(name)s: held %(n)d reports when last seen, %(seen)s") % {
            "name": first.officer.name, "n": first.unsent or 0, "seen": seen,
        }  # fmt: skip
    count = rows.count()
    noun = ngettext("Phone holds reports and is silent", "Phones hold reports and are silent", count)
    return Need("phone", count, noun, text, gettext("See the phones"), reverse("phones"), ask=True)


def _reports(who: Who, rows: QuerySet[ReportRow]) -> Iterator[Need]:
    waiting = rows.filter(review_state__in=WAITING)
    query = f"review={','.join(WAITING)}"
    oldest = waiting.order_by("submission").select_related("submission", "village", "technology").first()
    count, flagged = selecting.counted(waiting), selecting.counted(waiting.filter(flags__gt=0))
    if oldest is None:
        return
    days = (today() - localtime(oldest.received_at).date()).days
    text = ngettext("Oldest waits %(n)d day: %(what)s", "Oldest waits %(n)d days: %(what)s", days) % {
        "n": days, "what": _what(oldest),
    }  # fmt: skip
    address = f"{reverse('report', args=[oldest.submission.instance_id])}?{query}"
    action = gettext("Start reviewing") if who.may_review else gettext("See the list")
    url = address if who.may_review else f"{reverse('reports')}?{query}"
    yield Need("eye", count, gettext("Reports to review"), text, action, url, main=who.may_review)
    look = gettext("Something in them is odd. Look at these one by one.")
    yield Need(
        "flag",
        flagged,
        gettext("Of these with a flag"),
        look,
        gettext("See the list"),
        f"{reverse('reports')}?{query}&flag=any",
    )


def _what(row: ReportRow) -> str:
    village = row.village.name if row.village else row.village_other
    return ", ".join(part for part in (village, row.technology.name if row.technology else "") if part)


def _standing(there: Sequence[Standing], condition: str, noun: str, action: str) -> Need:
    rows = sorted((row for row in there if row.condition == condition), key=lambda row: row.since or dt.date.min)
    named = deployments.named(rows[:TOLD])
    return Need(
        condition,
        len(rows),
        noun,
        "; ".join(line.short for line in named),
        action,
        f"{reverse('deployments')}?status={condition}",
        is_mark=True,
    )


def _never(listed: Sequence[Listed]) -> Need:
    rows = [row for row in listed if row.condition == "never"]
    text = deployments.nearest(rows)
    return Need(
        "never",
        len(rows),
        gettext("Villages never visited"),
        text,
        gettext("Plan visits"),
        reverse("villages-never"),
        is_mark=True,
    )


def _unanswered(rows: QuerySet[ReportRow]) -> Need:
    rows = rows.filter(review_state=ReviewState.CHANGES_REQUESTED)
    some = rows.select_related("village", "technology").order_by("submission")[:TOLD]
    text = "; ".join(_what(row) for row in some)
    url = f"{reverse('reports')}?review=changes_requested"
    return Need(
        "asked", selecting.counted(rows), gettext("Change requests not answered"), text, gettext("See the list"), url
    )


def _kept(who: Who) -> Need:
    rows = visible_kept(who).filter(state=KeptAside.State.WAITING).exclude(code__startswith="with_")
    text = gettext("Could not be stored. Nothing is lost; somebody must decide.")
    return Need("box", rows.count(), gettext("Kept aside"), text, gettext("See the list"), reverse("kept-aside"))


def _to_match(rows: QuerySet[ReportRow]) -> Need:
    count = matching.waiting(rows)
    text = gettext("Written by officers, and not found in the list of villages.")
    return Need(
        "pin", count, gettext("Villages to match with the list"), text, gettext("Match them"), reverse("match-villages")
    )


@dataclass(frozen=True)
class Villages:
    marks: list[str]  # one a village, the best first; empty where there are too many
    counts: list[tuple[str, int]]
    reached: int
    in_use: int
    total: int


def _villages(listed: Sequence[Listed]) -> Villages:
    numbers = standing.counted(listed)
    counts = [(name, n) for name, n in numbers.items() if n]
    marks = [name for name, n in counts for _ in range(n)] if len(listed) <= MOST_MARKS else []
    reached = sum(row.reached for row in listed)
    return Villages(marks, counts, reached, numbers["in_use"], len(listed))


def _centre(who: Who) -> Centre | None:
    return Centre.objects.filter(pk__in=who.centres).first() if len(who.centres) == 1 and not who.clusters else None
