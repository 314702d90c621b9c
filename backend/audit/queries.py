"""The log as it is searched: by person, action, and day in India; the newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from backend.audit.models import Action, Entry

_INDIA = ZoneInfo("Asia/Kolkata")


@dataclass(frozen=True)
class Search:
    """Empty: all. `person`: part of the name, or the whole key; `since` and `until` are both included."""

    person: str = ""
    action: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def entries(search: Search) -> QuerySet[Entry]:
    rows = Entry.objects.order_by("-number")
    if search.person:
        rows = rows.filter(Q(actor__icontains=search.person) | Q(actor_key=search.person))
    if search.action in Action.values:
        rows = rows.filter(action=search.action)
    if search.since:
        rows = rows.filter(at__gte=_begins(search.since))
    if search.until:
        rows = rows.filter(at__lt=_begins(search.until + dt.timedelta(days=1)))
    return rows


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=_INDIA)
