"""The forms' live lists as CSV, trimmed to whom they are for: a list of 650,000 villages never reaches a phone."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.models import Deployment
from backend.deployments.observed import uuid
from backend.deployments.privacy import guarded
from backend.errors import NotFound
from backend.registry.models import Centre, Technology, Village

MOST_ROWS = 20_000  # of one list; an officer's area has hundreds


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def csv_of(filename: str, who: Who, named: Collection[str] = ()) -> bytes:
    """`named`: values whose rows are wanted besides, wherever they are."""
    if filename not in _LISTS:
        raise NotFound(f"There is no list {filename}.", where="filename")
    header, rows = _LISTS[filename]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows(who, named))
    return out.getvalue().encode()


def villages_of(who: Who) -> QuerySet[Village]:
    rows = Village.objects.filter(until=None)
    if who.device is not None:
        officer = who.device.officer
        districts = officer.districts.values("id")
        rows = rows.filter(Q(catchments__centre=officer.centre_id, catchments__until=None) | Q(district__in=districts))
    elif not who.everywhere:
        rows = rows.filter(Q(catchments__centre__in=who.centres, catchments__until=None))
    return rows.distinct()


def in_area(officer: Officer) -> Q:
    """Of deployments, and of the visits that register them: those of the officer's centre, or in the officer's districts."""
    return Q(centre=officer.centre_id) | Q(village__district__in=officer.districts.values("id"))


def deployments_of(who: Who) -> QuerySet[Deployment]:
    rows = Deployment.objects.filter(counted=True, merged_into=None)
    if who.device is not None:
        return rows.filter(in_area(who.device.officer)).distinct()
    return rows if who.everywhere else rows.filter(deployments_in_scope(who)).distinct()


def deployments_in_scope(who: Who, prefix: str = "") -> Q:
    return Q(**{f"{prefix}centre__in": who.centres}) | Q(**{f"{prefix}technology__clusters__in": who.clusters})


def _villages(who: Who, named: Collection[str]) -> Iterable[Sequence[Any]]:
    columns = (
        "code", "name", "district__name", "gram_panchayat", "subdistrict", "name_local", "state__name", "lat", "lon",
    )  # fmt: skip
    rows = villages_of(who)
    if named:
        rows = Village.objects.filter(Q(pk__in=rows.values("pk")) | Q(code__in=named))
    for code, name, district, panchayat, block, local, state, lat, lon in rows.order_by("name", "code").values_list(
        *columns
    )[:MOST_ROWS]:
        yield code, name, local, panchayat, block, district or "", state, _geometry(lat, lon)


def _geometry(lat: float | None, lon: float | None) -> str:
    return f"{lat:.6f} {lon:.6f} 0 0" if lat is not None and lon is not None else ""


def _uuids(named: Collection[str]) -> list[UUID]:
    return [found for found in map(uuid, named) if found is not None]


def _nowhere(site_kind: str | None, centre: int | None) -> bool:
    return False


def _deployments(who: Who, named: Collection[str]) -> Iterable[Sequence[Any]]:
    found = deployments_of(who)
    if named:
        found = Deployment.objects.filter(Q(pk__in=found.values("pk")) | Q(uuid__in=_uuids(named)))
    rows = found.select_related("technology", "village", "centre", "state").order_by("label", "id")
    rows = rows.prefetch_related("technology__themes")
    private = guarded(who) if who.device is None else _nowhere  # officers go there
    for d in rows[:MOST_ROWS]:
        state = getattr(d, "state", None)
        installed = state.installed if state is not None else d.installed
        geometry = "" if private(d.site_kind, d.centre_id) else _geometry(d.lat, d.lon)
        yield (
            d.uuid, d.label, (state.version if state is not None else 1) + d.revised, "", "",
            d.technology.slug if d.technology else "",
            d.village.code if d.village else "", installed, d.purpose, d.site_kind,
            d.centre.slug if d.centre else "", d.user_agency, d.started or "", d.plate, geometry,
            " ".join(sorted(t.slug for t in d.technology.themes.all())) if d.technology else "",
        )  # fmt: skip


def _technologies(who: Who, named: Collection[str]) -> Iterable[Sequence[Any]]:
    for t in Technology.objects.prefetch_related("themes").order_by("name"):
        yield t.slug, t.name, t.name_hi, " ".join(sorted(theme.slug for theme in t.themes.all()))


def _centres(who: Who, named: Collection[str]) -> Iterable[Sequence[Any]]:
    rows = Centre.objects.filter(Q(active_to=None) | Q(slug__in=named))
    yield from rows.order_by("name").values_list("slug", "name", "kind")


_LISTS: dict[str, tuple[Sequence[str], Callable[[Who, Collection[str]], Iterable[Sequence[Any]]]]] = {
    "villages.csv": (("name", "label", "label_local", "panchayat", "block", "district", "state", "geometry"), _villages),
    "deployments.csv": (
        ("name", "label", "__version", "__trunkVersion", "__branchId", "technology", "village", "installed", "purpose",
         "site_kind", "centre", "user_agency", "started", "plate", "geometry", "themes"),
        _deployments,
    ),
    "technologies.csv": (("name", "label", "label_hi", "themes"), _technologies),
    "centres.csv": (("name", "label", "kind"), _centres),
}  # fmt: skip
NAMES = frozenset(_LISTS)
