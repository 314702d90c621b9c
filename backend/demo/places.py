"""Made-up villages at real rural places (branch post offices), numbered and never named, and the lists of the centres."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from backend.registry import demo_places
from backend.registry.models import CatchmentVillage, Centre, CentreSite, Cluster, District, State, Village
from backend.writing import writing
from maps import geo

LIST_NAME = "Made-up villages at places of branch post offices"
SMART_KM, OTHERS_KM = 15.0, 90.0
SMART_VILLAGES, OTHERS_VILLAGES = (15, 20), (90, 220)
BEGAN = dt.date(2024, 4, 1)  # of the lists of centres whose day of opening the registry does not say
_BATCH = 2000


@cache
def villages() -> pd.DataFrame:
    """One row a place, about 90,000: code, lat, lon (degrees), state, district (slugs), name, population, households.

    Post offices at the same coordinates count once. The number in a name is the place's among those of its district, so
    that it stays, whichever of them are made villages. Do not write to the frame: it is shared.
    """
    places = demo_places.all_places()
    rows = places.drop_duplicates(["lat", "lon"])[["code", "lat", "lon", "state", "district"]].reset_index(drop=True)
    number = rows.groupby("district").cumcount() + 1
    rows["name"] = "Village " + number.astype(str).str.zfill(4)
    rng = np.random.default_rng(2011)
    rows["population"] = np.clip(rng.lognormal(7.0, 0.7, len(rows)), 120, 9000).astype(int)
    rows["households"] = np.maximum(20, rows["population"] / rng.uniform(4.2, 5.2, len(rows))).astype(int)
    return rows


def make(codes: Iterable[str]) -> int:
    """The villages of these codes that are not there yet; returns how many were made."""
    there = set(Village.objects.filter(illustrative=True).values_list("code", flat=True))
    rows = villages()
    rows = rows[rows["code"].isin(set(codes) - there)]
    states, districts = (dict(model.objects.values_list("slug", "id")) for model in (State, District))
    made = [_village(row, states, districts) for row in rows.itertuples(index=False)]
    with writing():
        Village.objects.bulk_create(made, batch_size=_BATCH)
    return len(made)


def _village(row: tuple[Any, ...], states: dict[str, int], districts: dict[str, int]) -> Village:
    code, lat, lon, state, district, name, population, households = row
    return Village(
        code=code, name=name, state_id=states[state], district_id=districts[district], population=population,
        households=households, lat=lat, lon=lon, h3_r7=geo.cell(lat, lon), list_name=LIST_NAME, illustrative=True,
        place_source=Village.PlaceSource.FILE,
    )  # fmt: skip


def make_catchments() -> int:
    """A made-up list for each centre that has a place and no list; returns the villages listed.

    Smart Village Centres first: 15 to 20 villages within 15 km of their sites (farther where places are few). Then the
    others: up to 220 within 90 km.
    """
    taken = set(CatchmentVillage.objects.values_list("village__code", flat=True))
    listed = 0
    for centre in _centres_without_list():
        codes = _codes_around(centre, taken)
        taken.update(codes)
        make(codes)
        ids = dict(Village.objects.filter(code__in=codes).values_list("code", "id"))
        rows = list(_rows(centre, [ids[code] for code in codes]))
        with writing():
            CatchmentVillage.objects.bulk_create(rows)
        listed += len(rows)
    return listed


def _centres_without_list() -> list[Centre]:
    centres = Centre.objects.exclude(sites=None).filter(catchment=None).prefetch_related("sites").distinct()
    return sorted(centres, key=lambda c: (c.kind != Centre.Kind.RSVC, c.slug))


def _codes_around(centre: Centre, taken: set[str]) -> list[str]:
    """Nearest first for a Smart Village Centre, within its state; spread over the whole circle for the others."""
    rng = random.Random(centre.slug)  # noqa: S311  # places, no secrets
    smart = centre.kind == Centre.Kind.RSVC
    wanted, radius = (rng.randint(*SMART_VILLAGES), SMART_KM) if smart else (rng.randint(*OTHERS_VILLAGES), OTHERS_KM)
    km = _free(centre, radius, taken)
    while smart and len(km) < wanted and radius < 3 * SMART_KM:  # few places are known there: a little farther
        radius += 5
        km = _free(centre, radius, taken)
    codes = sorted(km, key=lambda code: (km[code], code))
    pool = codes[: wanted * 2] if smart else codes
    return sorted(rng.sample(pool, min(wanted, len(pool))), key=lambda code: (km[code], code))


def _free(centre: Centre, radius: float, taken: set[str]) -> dict[str, float]:
    """Places on nobody's list, with their distance in km from the nearest site of the centre."""
    found: dict[str, float] = {}
    for site in centre.sites.all():
        for code, km in _near(site, radius, within_state=centre.kind == Centre.Kind.RSVC):
            if code not in taken:
                found[code] = min(km, found.get(code, km))
    return found


def _near(site: CentreSite, radius: float, *, within_state: bool) -> Iterator[tuple[str, float]]:
    rows = villages()
    km = geo.haversine_km(rows["lat"].to_numpy(), rows["lon"].to_numpy(), site.lat, site.lon)
    inside = km <= radius
    if within_state:
        inside &= (rows["state"] == site.state.slug).to_numpy()
    return zip(rows["code"][inside], km[inside].tolist(), strict=True)


def _rows(centre: Centre, ids: list[int]) -> Iterator[CatchmentVillage]:
    """Most from the centre's first day. In every list of a Smart Village Centre one village came later and one left."""
    since = centre.active_from or BEGAN
    later = since + dt.timedelta(days=150)
    smart = centre.kind == Centre.Kind.RSVC
    for position, village in enumerate(ids):
        row = CatchmentVillage(centre=centre, village_id=village, since=since, illustrative=True)
        if smart and position == 0:
            row.since, row.reason = later, "Joined at the panchayat's wish (made up)"
        elif smart and position == len(ids) - 1:
            row.until, row.reason = later, "Went over to another programme (made up)"
        yield row


def spread(limit: int) -> list[str]:
    """Codes of up to `limit` places in the states that clusters serve, in an order that stays when more are asked for."""
    states = Cluster.objects.values_list("state__slug", "states_served__slug")
    served = {slug for pair in states for slug in pair if slug}
    rows = villages()
    codes = rows["code"][rows["state"].isin(served)].to_numpy()
    order = np.random.default_rng(1947).permutation(len(codes))
    return [str(code) for code in codes[order[:limit]]]


def made_up() -> QuerySet[Village]:
    return Village.objects.filter(illustrative=True, code__startswith="demo:")
