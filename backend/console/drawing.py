"""Which map a set of filters is, and how it is drawn: one centre, one cluster's replication, or the national map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language

from backend.accounts.who import Who
from backend.deployments import pictures
from backend.deployments.filters import Filters
from backend.deployments.scenes import scene_of
from backend.errors import BadFilter
from backend.submissions.queries import form_version
from maps import render, timeline
from maps.compose import Scene, national, national_moment, sparklines
from maps.compose_centre import centre
from maps.compose_replication import replication
from maps.picture import CentreMap, NationalMap, ReplicationMap
from maps.words import language, speaking

VIEWS = ("national", "centre", "replication")


def view_of(filters: Filters, asked: str | None) -> str:
    """What was asked for; else the centre's own map where one centre is chosen, else the national one."""
    if asked and asked not in VIEWS:
        raise BadFilter(f"view is one of {', '.join(VIEWS)}.", where="view")
    if asked == "centre" and len(filters.centre) != 1:
        raise BadFilter("Choose one centre for its map: centre=...", where="centre")
    if asked == "replication" and len(filters.cluster) > 1:
        raise BadFilter("Choose one cluster for its replication: cluster=...", where="cluster")
    return asked or ("centre" if len(filters.centre) == 1 else "national")


Picture = NationalMap | CentreMap | ReplicationMap


def scene_for(filters: Filters, view: str, who: Who | None, *, links: bool) -> Scene:
    """In the reader's language: kept scenes are in English."""
    scene = _scene_for(filters, view, who, links=links)
    if language() == "en":
        return scene
    chips = scene.chips and pictures.chips(filters)
    return replace(scene, chips=chips, subtitle=pictures.subtitle(filters), gazetteer=pictures.gazetteer())


def _scene_for(filters: Filters, view: str, who: Who | None, *, links: bool) -> Scene:
    if view == "centre":
        return pictures.scene(filters, who, centre=filters.centre[0], links=links)
    if view == "replication":
        with speaking("en"):
            return replace(scene_of(replace(filters, cluster=()), who), links=links, chips=())
    with speaking("en"):
        return replace(scene_of(filters, who), links=links)


def picture(filters: Filters, view: str, who: Who | None, *, links: bool) -> Picture:
    return picture_of(scene_for(filters, view, who, links=links), filters, view)


def picture_of(scene: Scene, filters: Filters, view: str) -> Picture:
    if view == "national":
        return national(scene)
    book = scene.gazetteer
    if view == "centre":
        entry = book.centre(filters.centre[0])
        return centre(scene, entry, pictures.surroundings(scene, entry, _faults()))
    if not book.clusters:
        raise BadFilter("There is no cluster yet. Load the registry first.", where="cluster")
    return replication(scene, book.cluster(filters.cluster[0]) if filters.cluster else book.clusters[0])


def moments_of(
    filters: Filters, view: str, who: Who | None, *, links: bool, keys: Sequence[str] = ()
) -> dict[str, Any]:
    """What a map says of earlier months (see `maps.render.moment`), by `2026-03`; `keys`: of these alone."""
    scene = scene_for(filters, view, who, links=links)
    wanted = [m for m in timeline.moments(scene.day, scene.back)[:-1] if not keys or m.key in keys]
    if keys and not wanted:
        raise BadFilter(f"month is one of the {scene.back - 1} before, like 2026-03.", where="month")
    series = sparklines(scene) if view == "national" else None
    first = timeline.moments(scene.day, scene.back)[0].month
    found = {}
    for m in wanted:
        then = pictures.at(scene, filters, m)
        if series is not None:
            told = national_moment(then, series.until(m.month - first))
            found[m.key] = render.moment(told, m.day)
        else:
            found[m.key] = render.moment_of(picture_of(then, filters, view), m.day)
    return found


def _faults() -> dict[str, str]:
    """What the current report form calls each fault, in the reader's language; "other" and "not known" tell nothing."""
    form = form_version("village_report", None)
    question = form.schema.by_name.get("fault") if form else None
    choices = (question.choices if question else None) or {}
    language = get_language() or "en"
    said = {
        name: texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
        for name, texts in choices.items()
    }
    return {name: text for name, text in said.items() if name not in ("other", "not_known")}
