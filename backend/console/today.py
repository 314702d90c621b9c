"""Today: what needs somebody, each with its number, its noun and one way to act; and how the villages stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from backend.accounts import queries as accounts
from backend.accounts.models import Device
from backend.accounts.who import Who
from backend.console import deployments, matching, queries
from backend.console.inside import depends_on, inside, show
from backend.deployments import standing
from backend.deployments.feed import newest
from backend.deployments.filters import today
from backend.deployments.standing import Listed, Standing
from backend.kept import Kept
from backend.registry.models import Centre
from backend.submissions import selecting
from backend.submissions.differences import in_conflict
from backend.submissions.models import KeptAside, ReportRow, ReviewState
from backend.submissions.queries import visible_kept
from backend.submissions.scoped import Scoped
from backend.submissions.selecting import WAITING
from maps import sketch
from maps.words import speaking

if TYPE_CHECKING:
    from maps.picture import Condition, SourceKind

_maps: Kept[str] = Kept(40)
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
    came = newest()
    there, listed = standing.standings(who, today(), came)
    rows, centre = selecting.scoped(who), _centre(who)
    needs = [need for need in _needs(who, rows, there, listed) if need.count]
    return show(
        request, who, "console/home.html", "today",
        needs=needs,
        most=selecting.COUNTED_TO,
        listed=len(listed),
        deployments=len(there),
        phones=_phones(who).count() if who.may_enrol else None,
        villages=_villages(listed),
        map=_maps.of(depends_on(who, came), lambda: _map(listed, centre)),
        centre=centre,
        rule=queries.rule(),
        received=bool(needs) or bool(rows.first("submission", 1)),
    )  # fmt: skip


def _needs(who: Who, rows: Scoped, there: Sequence[Standing], listed: Sequence[Listed]) -> Iterator[Need]:
    if who.may_enrol:
        yield _stranded(who)
    yield from _reports(who, rows)
    yield _standing(there, "broken", gettext("Deployments broken"), gettext("See what is broken"))
    yield _standing(there, "silent", gettext("Deployments silent for longer than their window"), gettext("Plan visits"))
    yield _never(listed)
    yield _unanswered(rows)
    if who.may_review:
        yield _kept(who)
        yield _conflicts(who)
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


def _reports(who: Who, rows: Scoped) -> Iterator[Need]:
    waiting = rows.reviewed(*WAITING)
    query = f"review={','.join(WAITING)}"
    oldest = next(iter(waiting.first("submission", 1).select_related("submission", "village", "technology")), None)
    if oldest is None:
        return
    count, flagged = waiting.counted(), waiting.filter(flags__gt=0).counted()
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


def _unanswered(rows: Scoped) -> Need:
    rows = rows.reviewed(ReviewState.CHANGES_REQUESTED)
    some = rows.first("submission", TOLD).select_related("village", "technology")
    text = "; ".join(_what(row) for row in some)
    url = f"{reverse('reports')}?review=changes_requested"
    return Need("asked", rows.counted(), gettext("Change requests not answered"), text, gettext("See the list"), url)


def _kept(who: Who) -> Need:
    rows = visible_kept(who).filter(state=KeptAside.State.WAITING).exclude(code__startswith="with_")
    text = gettext("Could not be stored. Nothing is lost; somebody must decide.")
    return Need("box", rows.count(), gettext("Kept aside"), text, gettext("See the list"), reverse("kept-aside"))


def _conflicts(who: Who) -> Need:
    named = list(in_conflict(who).values_list("label", flat=True)[: selecting.COUNTED_TO + 1])
    noun = ngettext("Deployment changed by two at once", "Deployments changed by two at once", len(named))
    text = "; ".join(named[:TOLD])
    return Need("merge", len(named), noun, text, gettext("Look at both"), reverse("conflicts"))


def _to_match(rows: Scoped) -> Need:
    count = matching.waiting(rows.rows())
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


def _map(listed: Sequence[Listed], centre: Centre | None) -> str:
    """Of one's centre, or of India."""
    spots = [
        sketch.Spot(row.lat, row.lon, cast("Condition", row.condition))
        for row in listed
        if row.lat is not None and row.lon is not None
    ]
    with speaking(get_language()):
        if centre is None:
            return (
                sketch.country(spots, gettext("India with a dot a village: full where something is in use."))
                if spots
                else ""
            )
        sites = [(site.lat, site.lon) for site in centre.sites.all()]
        says = gettext("Villages around %(centre)s, each by its mark.") % {"centre": centre.short_name}
        return sketch.around(spots, sites, cast("SourceKind", centre.kind), says) if spots and sites else ""


def _centre(who: Who) -> Centre | None:
    return Centre.objects.filter(pk__in=who.centres).first() if len(who.centres) == 1 and not who.clusters else None
