"""Which map a set of filters is, and how it is drawn: one centre, one cluster's replication, or the national map."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import get_language

from backend.accounts.who import Who
from backend.deployments import pictures
from backend.deployments.filters import Filters
from backend.deployments.scenes import scene_of
from backend.errors import BadFilter
from backend.submissions.queries import form_version
from maps.compose import national
from maps.compose_centre import centre
from maps.compose_replication import replication
from maps.picture import CentreMap, NationalMap, ReplicationMap

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


def picture(filters: Filters, view: str, who: Who | None, *, links: bool) -> NationalMap | CentreMap | ReplicationMap:
    if view == "centre":
        entry = pictures.gazetteer().centre(filters.centre[0])
        scene = pictures.scene(filters, who, centre=entry, links=links)
        return centre(scene, entry, pictures.surroundings(scene, entry, _faults()))
    if view == "replication":
        scene = scene_of(replace(filters, cluster=()), who)
        book = scene.gazetteer
        if not book.clusters:
            raise BadFilter("There is no cluster yet. Load the registry first.", where="cluster")
        cluster = book.cluster(filters.cluster[0]) if filters.cluster else book.clusters[0]
        return replication(replace(scene, links=links, chips=()), cluster)
    return national(replace(scene_of(filters, who), links=links))


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
