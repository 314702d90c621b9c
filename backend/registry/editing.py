"""Single rows of the registry, written by people: with the history that figures of earlier days need."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelForm

from backend.audit.actors import Actor
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid
from backend.registry.models import PHONE, Centre, CentreSite, District, Village, VillageChange
from backend.registry.queries import district_at
from backend.writing import writing
from maps import boundaries, geo


def save(form: ModelForm[Any], by: Actor | None = None) -> Any:
    """A valid form's row; a new one gets its slug from its name."""
    row = form.instance
    with writing():
        if not row.slug:
            row.slug = _slug(type(row), row.short_name if hasattr(row, "short_name") else row.name)
        action = Action.CHANGED if row.pk else Action.ADDED
        saved = form.save()
        record(by, action, f"{row._meta.model_name}:{row.slug}", fields=sorted(form.changed_data))
    return saved


def _slug(model: Any, name: str) -> str:
    most = model._meta.get_field("slug").max_length - 4
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:most] or "row"
    number, slug = 1, base
    while model.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def save_site(form: ModelForm[CentreSite], by: Actor | None = None) -> CentreSite:
    """Its district and state are those that the place lies in. Raises Invalid where there is none."""
    row = form.instance
    found = district_at(row.lat, row.lon)
    if found is None:
        raise Invalid("This place lies in no district of India. Move the pin onto land.", where="lat")
    row.district = District.objects.select_related("state").get(pk=found)
    row.state = row.district.state
    with writing():
        action = Action.CHANGED if row.pk else Action.ADDED
        saved = form.save()
        record(by, action, f"centre:{row.centre.slug}", site=row.name, lat=row.lat, lon=row.lon)
    return saved


def set_phone(centre: Centre, text: str, by: Actor | None = None) -> None:
    """Of its office; an empty text takes it away. Raises Invalid for what cannot be called."""
    phone = " ".join(text.split())
    try:
        if phone:
            PHONE(phone)
    except ValidationError as error:
        raise Invalid(str(error.messages[0]), where="phone") from error
    with writing():
        Centre.objects.filter(pk=centre.pk).update(phone=phone)
        record(by, Action.CHANGED, f"centre:{centre.slug}", fields=["phone"])


def set_place(village: Village, lat: str, lon: str, by: Actor | None = None) -> None:
    """A coordinator's pin. Raises Invalid outside India."""
    try:
        at = float(lat), float(lon)
    except ValueError as error:
        raise Invalid(
            "Click on the map, or write latitude and longitude in degrees, like 13.18 and 74.93.", where="lat"
        ) from error
    if not bool(boundaries.in_india([at[0]], [at[1]])[0]):
        raise Invalid("This place does not lie in India. Are latitude and longitude swapped?", where="lat")
    with writing():
        village.lat, village.lon = at
        village.h3_r7 = geo.cell(*at, 7)
        village.place_source = Village.PlaceSource.COORDINATOR
        village.save(update_fields=["lat", "lon", "h3_r7", "place_source"])
        record(by, Action.CHANGED, f"village:{village.code}", lat=at[0], lon=at[1])


def rename(village: Village, name: str, date: str, by: Actor | None = None) -> VillageChange:
    """Raises Invalid without a new name, or without a day that has come."""
    new = name.strip()
    if not new or new == village.name:
        raise Invalid("Write the new name.", where="name")
    if len(new) > 160:
        raise Invalid("A name has at most 160 letters.", where="name")
    on = _day(date)
    with writing():
        change = VillageChange.objects.create(
            old=village, kind=VillageChange.Kind.RENAMED, old_name=village.name, date=on
        )
        village.name = new
        village.save(update_fields=["name"])
        record(by, Action.CHANGED, f"village:{village.code}", renamed=new, was=change.old_name, on=str(on))
    return change


def end(village: Village, kind: str, new_code: str, date: str, by: Actor | None = None) -> VillageChange:
    """The village became part of another (`merged`), or another came out of it (`split`).

    A merged one ends on that day: it leaves the lists then, and its reports keep its code. Raises Invalid for a village
    that there is not, or that is the same.
    """
    if kind not in (VillageChange.Kind.MERGED, VillageChange.Kind.SPLIT):
        raise Invalid("Say what happened: renamed, merged or split.", where="what")
    other = Village.objects.filter(code=new_code.strip().lower()).first()
    if other is None or other.pk == village.pk:
        raise Invalid("Write the code of the other village, like lgd:123456.", where="new")
    on = _day(date)
    with writing():
        change = VillageChange.objects.create(old=village, new=other, kind=kind, old_name=village.name, date=on)
        if kind == VillageChange.Kind.MERGED:
            village.until = on
            village.save(update_fields=["until"])
            led = village.catchments.filter(until=None)
            led.filter(since__gte=on).delete()
            led.filter(since__lt=on).update(until=on, reason=f"merged into {other.code}")
        record(by, Action.CHANGED, f"village:{village.code}", what=kind, other=other.code, on=str(on))
    return change


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Write the day like 2026-11-22.", where="date") from error
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        raise Invalid("The day lies ahead. Choose today or an earlier one.", where="date")
    return day
