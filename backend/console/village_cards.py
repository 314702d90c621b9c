"""What a village's card on a map has besides its figures: deployments, photos, and where its reports are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from backend.accounts.who import Who
from backend.deployments import frames
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment, Visit
from backend.errors import BadFilter
from backend.registry.models import Village
from backend.submissions.models import Attachment
from backend.submissions.queries import visible
from backend.submissions.sharing import may_have
from maps import reach, symbols
from maps.condition import CONDITIONS
from maps.wording import day_text
from maps.words import t

PHOTOS = 3


def village_card(filters: Filters, who: Who) -> dict[str, Any]:
    """Of the filters' one village. What lies outside one's scope is not in it."""
    if len(filters.village) != 1:
        raise BadFilter("Name one village: village=...", where="village")
    code = filters.village[0]
    village = Village.objects.select_related("district").get(code=code)
    return {
        "name": village.name,
        "sub": ", ".join(
            part for part in (village.gram_panchayat, village.district.name if village.district else "") if part
        ),
        "deployments": _deployments(filters, who),
        "photos": _photos(village, who),
        "reports": f"{reports_url()}?{urlencode({'village': code})}",
    }


def reports_url() -> str:
    try:
        return reverse("reports")
    except NoReverseMatch:
        return "/reports"


def _deployments(filters: Filters, who: Who) -> list[dict[str, str]]:
    frame = frames.deployments(filters, who)
    ranks = dict(zip(frame["deployment"].tolist(), reach.conditions(frame, filters.day).tolist(), strict=True))
    rows = Deployment.objects.filter(pk__in=ranks).select_related("technology", "centre").order_by("pk")
    units = {int(d): (u, i) for d, u, i in frame[["deployment", "units_in_use", "installed"]].itertuples(index=False)}
    words: Mapping[Any, str] = symbols.CONDITION_WORDS
    return [
        {
            "name": d.technology.name if d.technology else d.label,
            "condition": CONDITIONS[ranks[d.pk]],
            "word": t(words[CONDITIONS[ranks[d.pk]]]),
            "units": gettext("%(used)d of %(all)d units in use")
            % {"used": _whole(units[d.pk][0]), "all": _whole(units[d.pk][1])},
            "centre": d.centre.short_name if d.centre else "",
        }
        for d in rows
    ]


def _whole(value: float) -> int:
    return int(value) if value == value else 0


def _photos(village: Village, who: Who) -> list[dict[str, str]]:
    """The latest pictures of counted reports, newest first."""
    visits = Visit.objects.filter(village=village, known_to=None).order_by("-visit_date", "-id")[:12]
    dates = {v.instance_id: (v.submission, v.visit_date) for v in visits}
    mine = set(
        visible(who).filter(instance_id__in=[s for s, _ in dates.values()]).values_list("instance_id", flat=True)
    )
    rows = Attachment.objects.filter(
        version__instance_id__in=[i for i, (s, _) in dates.items() if s in mine],
        blob__content_type__startswith="image/",
    ).select_related("version__submission")
    newest = sorted(rows, key=lambda photo: dates[photo.version.instance_id][1], reverse=True)
    shown = (photo for photo in newest if may_have(who, photo.version.submission, photo.version, photo.name))
    return [_photo(photo, village, *dates[photo.version.instance_id]) for photo in islice(shown, PHOTOS)]


def _photo(photo: Attachment, village: Village, submission: str, day: dt.date) -> dict[str, str]:
    return {
        "src": reverse("report-photo", args=[submission, photo.version_id, photo.name]),
        "date": day_text(day),
        "alt": gettext("Photo of %(village)s, %(date)s") % {"village": village.name, "date": day_text(day)},
    }
