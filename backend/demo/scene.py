"""The stage of the stories, read from the registry: villages, technologies, centres and the forms' versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.demo import places, profiles
from backend.demo.stage import Site, Stage, Tech
from backend.errors import Invalid
from backend.registry.models import CatchmentVillage, Centre, CentreSite, Technology, Village
from backend.submissions.models import Form
from maps import geo

FORMS = ("deployment_registration", "training_event", "village_need", "village_report")
_BARE = 5  # of so many villages on a list, in one nothing was put up yet


@dataclass(frozen=True)
class _Listed:
    centre: str
    smart: bool


def stage(spread: Sequence[str]) -> Stage:
    """`spread`: codes of villages on nobody's list, in the order in which the stories reach them. Raises Invalid."""
    lists = _lists()
    sites = _sites({code: on.centre for code, on in lists.items()}, spread)
    smart: list[Site] = []
    listed: list[Site] = []
    bare: list[Site] = []
    for number, (code, on) in enumerate(lists.items()):
        target = bare if number % _BARE == 0 else smart if on.smart else listed
        target.append(sites[code])
    return Stage(
        versions=_versions(),
        technologies=_technologies(),
        smart=smart,
        listed=listed,
        spread=[sites[code] for code in spread if code not in lists],
        bare=bare,
        since=_since(),
    )


def _versions() -> dict[str, str]:
    rows = Form.objects.filter(form_id__in=FORMS).exclude(current=None).values_list("form_id", "current__version")
    versions: dict[str, str] = {form_id: version for form_id, version in rows if version is not None}
    if missing := [name for name in FORMS if name not in versions]:
        raise Invalid(f"Not published here: {', '.join(missing)}. Run `gramreach publish_form` on the shipped forms.")
    return versions


def _lists() -> dict[str, _Listed]:
    """Which centre's list a made-up village stands on today, by code."""
    rows = CatchmentVillage.objects.filter(until=None, village__illustrative=True).order_by("id")
    found = rows.values_list("village__code", "centre__slug", "centre__kind")
    return {code: _Listed(centre, kind == Centre.Kind.RSVC) for code, centre, kind in found}


def _sites(centres: dict[str, str], spread: Sequence[str]) -> dict[str, Site]:
    rows = places.made_up().exclude(lat=None).exclude(lon=None).select_related("state").order_by("id")
    wanted = centres.keys() | set(spread)
    chosen = [row for row in rows.iterator() if row.code in wanted]
    nearest = _nearest_centres(chosen)
    return {row.code: _site(row, centres.get(row.code, near)) for row, near in zip(chosen, nearest, strict=True)}


def _site(row: Village, centre: str) -> Site:
    assert row.lat is not None and row.lon is not None  # noqa: S101, PT018  # for the type checker: chosen so
    return Site(row.code, row.lat, row.lon, row.state.slug, centre, row.population or 800, row.households or 170)


def _nearest_centres(rows: Sequence[Village]) -> list[str]:
    """Outside the lists the nearest RuTAG centre looks after a deployment: a Smart Village Centre keeps to its list."""
    sites = list(CentreSite.objects.exclude(centre__kind=Centre.Kind.RSVC).select_related("centre").order_by("id"))
    if not sites or not rows:
        return [""] * len(rows)
    at = np.array([[row.lat, row.lon] for row in rows], dtype=float)
    index, _ = geo.nearest(at[:, 0], at[:, 1], [s.lat for s in sites], [s.lon for s in sites])
    return [sites[i].centre.slug for i in index]


def _technologies() -> list[Tech]:
    rows = Technology.objects.select_related("origin_centre").order_by("id")
    return [_technology(row) for row in rows.prefetch_related("themes", "clusters__state", "clusters__states_served")]


def _technology(row: Technology) -> Tech:
    clusters = list(row.clusters.all())
    states = {c.state.slug for c in clusters} | {s.slug for c in clusters for s in c.states_served.all()}
    season = frozenset(int(month) for month in row.season_months.split(",") if month.strip())
    profile = profiles.of_themes(tuple(theme.slug for theme in row.themes.all()))
    centre = row.origin_centre.slug if row.origin_centre else ""
    return Tech(row.slug, profile, frozenset(states), centre, season, row.revisit_days)


def _since() -> dict[str, dt.date]:
    rows = Centre.objects.exclude(active_from=None).values_list("slug", "active_from")
    return {slug: day for slug, day in rows if day is not None}
