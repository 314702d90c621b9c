"""Officers and phones in one's scope, and one's own tokens. What lies outside is not found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from backend.accounts.models import ApiToken, Device, Officer
from backend.accounts.who import Who
from backend.errors import Invalid, NotFound
from backend.registry.models import Centre, Cluster

STRANDED_DAYS = 3


def centres_to_enrol_for(who: Who) -> QuerySet[Centre]:
    rows = Centre.objects.filter(active_to=None).order_by("name")
    return rows if who.everywhere else rows.filter(pk__in=who.centres)


def profile_of(device: Device) -> dict[str, Any]:
    """Whose phone this is, as the app shows it. No forms: all of them."""
    officer, centre = device.officer, device.officer.centre
    return {
        "id": device.pk,
        "officer": officer.name,
        "officer_id": officer.pk,
        "centre": {
            "slug": centre.slug,
            "name": centre.name,
            "name_hi": "",  # the registry has no Hindi names of centres
            "phone": centre.phone,
        },
        "language": officer.language,
        "forms": officer.forms,
        "demo": settings.DEMO,
    }


def officers_of(who: Who) -> QuerySet[Officer]:
    """Officers belong to centres: whoever has only clusters in scope has none."""
    rows = Officer.objects.select_related("centre").order_by("name", "pk")
    return rows if who.everywhere else rows.filter(centre__in=who.centres)


def officer_of(who: Who, pk: int) -> Officer:
    found = officers_of(who).filter(pk=pk, active=True).first()
    if found is None:
        raise NotFound("There is no such person in your scope.", where="officer")
    return found


def device_of(who: Who, pk: int) -> Device:
    found = Device.objects.filter(pk=pk, officer__in=officers_of(who)).select_related("officer").first()
    if found is None:
        raise NotFound("There is no such phone in your scope.", where="device")
    return found


def stranded(devices: QuerySet[Device]) -> QuerySet[Device]:
    """Of these phones, those that hold reports and were not heard of for days: somebody should call."""
    return devices.filter(revoked_at=None, unsent__gt=0, last_seen__lt=_long_ago())


def is_stranded(device: Device) -> bool:
    """`stranded`, for one."""
    seen = device.last_seen
    return device.revoked_at is None and bool(device.unsent) and seen is not None and seen < _long_ago()


def _long_ago() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=STRANDED_DAYS)


def clusters_to_read(who: Who) -> QuerySet[Cluster]:
    """Whose figures a token of this user may be given."""
    return Cluster.objects.all() if who.everywhere else Cluster.objects.filter(pk__in=who.clusters)


def centres_to_read(who: Who) -> QuerySet[Centre]:
    """A coordinator's own: what a token of theirs may be given together."""
    return Centre.objects.filter(pk__in=who.centres)


def tokens_of(who: Who) -> QuerySet[ApiToken]:
    rows = ApiToken.objects.filter(created_by=who.user).select_related("cluster").prefetch_related("centres")
    return rows.order_by("-created_at", "-pk")


def token_of(who: Who, pk: int) -> ApiToken:
    found = tokens_of(who).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such token of yours.", where="token")
    return found


def officer_named(text: str, centre: str = "") -> Officer:
    """By number, or by name, and by the centre's slug where several have the name. Raises NotFound or Invalid."""
    rows = Officer.objects.filter(active=True).select_related("centre").order_by("pk")
    if centre:
        rows = rows.filter(centre__slug=centre)
    found = list(rows.filter(pk=int(text))[:1]) if text.isdecimal() else list(rows.filter(name__iexact=text))
    if not found:
        raise NotFound(f"There is no active officer {text}{f' at {centre}' if centre else ''}.", where="officer")
    if len(found) > 1:
        several = ", ".join(f"{row.pk} ({row.centre.slug})" for row in found[:10])
        raise Invalid(f"Several are called {text}. Give the number instead of the name: {several}.", where="officer")
    return found[0]
