"""Officers and phones in one's scope, and one's own tokens. What lies outside is not found."""

from __future__ import annotations

from django.db.models import QuerySet

from backend.accounts.models import ApiToken, Device, Officer
from backend.accounts.who import Who
from backend.errors import Invalid, NotFound
from backend.registry.models import Centre, Cluster


def centres_to_enrol_for(who: Who) -> QuerySet[Centre]:
    rows = Centre.objects.filter(active_to=None).order_by("name")
    return rows if who.everywhere else rows.filter(pk__in=who.centres)


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


def clusters_to_read(who: Who) -> QuerySet[Cluster]:
    """Whose figures a token of this user may be given."""
    return Cluster.objects.all() if who.everywhere else Cluster.objects.filter(pk__in=who.clusters)


def tokens_of(who: Who) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(created_by=who.user).select_related("cluster").order_by("-created_at", "-pk")


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
