"""What a phone is offered, and what it is told of its entities."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from backend.accounts.who import Who
from backend.deployments.models import Deployment, Visit
from backend.submissions.lists import in_area
from backend.submissions.models import FormVersion
from backend.submissions.queries import forms_to_fill


def versions(who: Who, form_id: str | None, *, every: bool) -> list[FormVersion]:
    """Of the forms that this phone may fill (or of one of them) the current version, or `every` one that was published."""
    forms = [form for form in forms_to_fill(who) if form_id in (None, form.form_id)]
    rows = FormVersion.objects.select_related("form").order_by("form__form_id", "-id")
    return list(rows.filter(form__in=forms) if every else rows.filter(pk__in=[form.current_id for form in forms]))


def let_go(who: Who, ids: Sequence[str]) -> dict[str, bool]:
    """For each id of a deployment whether the phone should delete it: merged, rejected, or out of its area by now.

    Never an id that is not known here: its registration may still lie unsent on this phone, or on another. Nor one whose
    registration waits for its review: that was sent, and the phone goes on with it.
    """
    asked = {text: uuid for text in ids if (uuid := _uuid(text)) is not None}
    gone = Q(merged_into__isnull=False) | Q(counted=False) & ~Q(_waits())
    if who.device is not None:
        away = ~Q(pk__in=Deployment.objects.filter(in_area(who.device.officer)).values("pk"))
        gone |= away
    rows = Deployment.objects.filter(gone, uuid__in=asked.values())
    deleted = set(rows.values_list("uuid", flat=True))
    return {text: asked.get(text) in deleted for text in ids}


def _waits() -> Exists:
    registrations = Visit.objects.filter(kind=Visit.Kind.REGISTRATION, submission=OuterRef("instance_id"))
    return Exists(registrations.filter(known_to=None, waiting=True))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
