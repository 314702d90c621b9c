"""The example in a form's JSON Schema, made of what is there now: sent as it stands, it is stored and raises no flag."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from backend.accounts.who import Who
from backend.deployments.models import Deployment, Visit
from backend.deployments.observed import INDIA
from backend.registry.models import Centre, Technology, Village
from backend.submissions.lists import deployments_of, villages_of
from field_forms.jsonschema import example_answers
from field_forms.schema import Schema


def example_of(schema: Schema, who: Who) -> dict[str, Any]:
    day = timezone.now().astimezone(INDIA).date()
    deployment = _deployment(who, day) if "deployments.csv" in schema.files else None
    village = deployment.village if deployment is not None else _village(who)
    centre = _centre(who)
    technology = Technology.objects.order_by("illustrative", "name").first()
    lists = {
        "deployments.csv": [str(deployment.uuid)] if deployment is not None else [],
        "villages.csv": [village.code] if village is not None else [],
        "technologies.csv": [technology.slug] if technology is not None else [],
        "centres.csv": [centre.slug] if centre is not None else [],
    }
    return example_answers(
        schema,
        {name: lists.get(name, []) for name in schema.files},
        day=day,
        installed=_installed(deployment),
        known={"position": _position(village), "hamlet": None, "plate": None},  # nobody's hamlet, on no unit
    )


def _deployment(who: Who, day: dt.date) -> Deployment | None:
    """One in village use that goes on, and that nobody reported on today, in a village of the officer's."""
    today = Visit.objects.filter(deployment=OuterRef("pk"), visit_date=day)
    mine = villages_of(who).filter(pk=OuterRef("village"))
    rows = deployments_of(who).filter(
        Q(started=None) | Q(started__lte=day), state__ended_on=None, state__installed__gte=1,
        purpose=Deployment.Purpose.VILLAGE_USE, technology__isnull=False, village__until=None, village__isnull=False,
    )  # fmt: skip
    first = (Exists(today), F("village__lat").asc(nulls_last=True), "pk")
    return (
        rows.annotate(mine=Exists(mine)).select_related("village", "state").order_by("-mine", *first).first()
        if who.device is not None
        else rows.select_related("village", "state").order_by(*first).first()
    )


def _village(who: Who) -> Village | None:
    return villages_of(who).order_by(F("lat").asc(nulls_last=True), "pk").first()


def _centre(who: Who) -> Centre | None:
    if who.device is not None:
        return who.device.officer.centre
    rows = Centre.objects.filter(active_to=None).order_by("pk")
    return rows.filter(pk__in=who.centres).first() or rows.first()


def _installed(deployment: Deployment | None) -> int | None:
    state = getattr(deployment, "state", None)
    return None if state is None else state.installed


def _position(village: Village | None) -> dict[str, Any] | None:
    """The village's known place, and not the deployment's: that of a home is not for every reader."""
    if village is None or village.lat is None or village.lon is None:
        return None
    return {"type": "Point", "coordinates": [village.lon, village.lat], "properties": {"accuracy": 4.5}}
