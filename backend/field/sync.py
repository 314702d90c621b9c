"""One answer with all that a phone needs to work for days without a network, or with what changed since the last one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from backend.accounts.models import Device
from backend.accounts.queries import profile_of
from backend.accounts.who import Who
from backend.deployments.cursors import Cursor, cursor_at, still_good
from backend.deployments.feed import newest
from backend.deployments.filters import today
from backend.field import feedback, pack
from backend.registry.models import Technology
from backend.submissions import lists
from backend.submissions.models import Form
from backend.submissions.queries import forms_to_fill
from field_forms.collect_only import collect_only


def sync(device: Device, text: str | None) -> dict[str, Any]:
    """`text`: the cursor of the answer before. The feed is looked at first: what comes in meanwhile is told again later."""
    feed = newest()
    who = Who("field_officer", device=device)
    files = Files(who)
    now = cursor_at(feed.settled, today(), _seen_through(device, feed.first, files))
    before = still_good(text, now)
    uuids = pack.changes_since(before.settled) if before is not None else None
    told = _everything(who, now) if before is None or uuids is None else _changed(who, before, now, uuids)
    return {
        "cursor": now.text(),
        "time": timezone.now(),
        "device": profile_of(device),
        "forms": [_form(form, files) for form in forms_to_fill(who)],
        "villages_hash": files["villages.csv"][0],
        **told,
    }


def _everything(who: Who, now: Cursor) -> dict[str, Any]:
    assert who.device is not None  # noqa: S101  # for the type checker
    rows = lists.deployments_of(who)
    return {
        "deployments": pack.everything(rows, now.day),
        "feedback": feedback.everything(who.device),
        "full": True,
    }


def _changed(who: Who, before: Cursor, now: Cursor, uuids: set[UUID]) -> dict[str, Any]:
    assert who.device is not None  # noqa: S101  # for the type checker
    rows = pack.changed(lists.deployments_of(who), uuids, before.day, now.day)
    left = uuids - {UUID(row["uuid"]) for row in rows}
    return {
        "deployments": rows + pack.gone(who.device.officer, left),
        "feedback": feedback.since(who.device, before.settled),
        "full": False,
    }


class Files(dict[str, tuple[str, int]]):
    """Lists by name: hash and bytes of what this officer gets. Made once for all forms that have one."""

    def __init__(self, who: Who) -> None:
        super().__init__()
        self.who = who

    def __missing__(self, name: str) -> tuple[str, int]:
        content = lists.csv_of(name, self.who)
        self[name] = lists.hash_of(content), len(content)
        return self[name]


def _form(form: Form, files: Files) -> dict[str, Any]:
    version = form.current
    assert version is not None  # noqa: S101  # those without one are not offered
    base = f"/api/v1/forms/{form.form_id}/versions/{version.version}"
    media = [
        {"filename": name, "url": f"{base}/media/{name}", "sha256": files[name][0], "bytes": files[name][1]}
        for name in version.schema["files"]
    ]
    return {
        "form_id": form.form_id,
        "version": version.version,
        "sha256": version.sha256,
        "title": version.schema["title"],
        "xform": f"{base}.xml",
        "bytes": len(version.xform),
        "collect_only": collect_only(bytes(version.xform)),
        "media": media,
    }


def _seen_through(device: Device, first: int | None, files: Files) -> list[Any]:
    """What changes rows of the answer without an entry in the feed: another area, names, windows, rules, a rebuild."""
    officer = device.officer
    technologies = Technology.objects.order_by("id").values_list(
        "slug", "name", "name_hi", "revisit_days", "season_months"
    )
    return [
        officer.pk,
        officer.centre_id,
        sorted(officer.districts.values_list("id", flat=True)),
        settings.REVIEW_REQUIRED,
        first,
        files["villages.csv"][0],
        [list(row) for row in technologies],
    ]
