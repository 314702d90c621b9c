"""What waits for a person, in one's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext

from backend.accounts.who import Who
from backend.registry.models import Centre, Cluster
from backend.submissions.models import Form


def rule() -> str:
    """Which reports count, in words: every figure names it."""
    if settings.REVIEW_REQUIRED:
        return gettext("Only accepted reports count; one that waits may worsen a condition, never improve it.")
    return gettext("All reports count but those rejected or withdrawn.")


def scope_name(who: Who) -> str:
    """One name where there is one; otherwise how many."""
    if who.everywhere:
        return gettext("All India")
    centres = list(Centre.objects.filter(pk__in=who.centres).values_list("name", flat=True))
    clusters = list(Cluster.objects.filter(pk__in=who.clusters).values_list("short_name", flat=True))
    if len(centres) + len(clusters) == 1:
        return (centres + clusters)[0]
    counted = []
    if centres:
        counted.append(ngettext("%(n)d centre", "%(n)d centres", len(centres)) % {"n": len(centres)})
    if clusters:
        counted.append(ngettext("%(n)d cluster", "%(n)d clusters", len(clusters)) % {"n": len(clusters)})
    return ", ".join(counted) or gettext("No centre yet")


def in_language(texts: Mapping[str, str]) -> str:
    """In the reader's language, or English, or whichever there is."""
    return texts.get(get_language() or "en") or texts.get("en") or next(iter(texts.values()), "")


def open_forms() -> list[dict[str, str | dt.datetime]]:
    return forms()


def forms(*, everything: bool = False) -> list[dict[str, str | dt.datetime]]:
    """Published forms with their current version; those that phones are offered, or `everything`."""
    rows = Form.objects.exclude(current=None).select_related("current")
    if not everything:
        rows = rows.filter(state=Form.State.OPEN)
    return [
        {
            "form_id": row.form_id,
            "title": in_language(row.current.schema["title"]),
            "version": row.current.version,
            "state": row.state,
            "published_at": row.current.published_at,
            "base": f"/api/v1/forms/{row.form_id}/versions/{row.current.version}",
        }
        for row in rows
        if row.current is not None
    ]
