"""Scenes kept between requests, and brought up to date by what was received since: a report costs a look at the
deployments it touched, not at all of them.

What a report changes is on the map at the next request, because every request reads the newest entries of the change
feed; the registry, which changes seldom and not through the feed, may lag by a minute, after which a scene is made anew.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from django.conf import settings
from django.db.models import QuerySet

from backend.accounts.who import Who
from backend.deployments import frames, pictures
from backend.deployments.feed import Newest, newest
from backend.deployments.filters import Filters, today
from backend.deployments.models import Change, Deployment
from backend.kept import also
from maps import reach, timeline
from maps.compose import Scene
from maps.timeline import Moment

MOST, SECONDS = 6, 60.0
MOST_CHANGES = 2000  # more are read faster all together
_FOLLOWED = (
    "submission",
    "deployment",
    "kept_aside",
)  # the other kinds change villages and forms: a scene is made anew


@dataclass
class Kept:
    made: float
    newest: Newest
    scene: Scene


_scenes: OrderedDict[tuple[object, ...], Kept] = OrderedDict()
_lock = threading.Lock()


def forget_scenes() -> None:
    _scenes.clear()


also(forget_scenes)


def scene_of(filters: Filters, who: Who | None = None) -> Scene:
    """The scene of filters (their bbox aside: a view is cut out of it) and scope."""
    filters = replace(filters, bbox=None)
    now = newest()
    scope = (who.everywhere, who.centres, who.clusters) if who is not None else None
    key = (filters.query(), filters.day, scope, settings.REVIEW_REQUIRED)
    with _lock:
        found = _scenes.get(key)
        if found is not None:
            _scenes.move_to_end(key)
    moment = _earlier_month(filters)
    fresh = found is not None and time.monotonic() - found.made < SECONDS
    if found is not None and fresh and found.newest == now:
        return found.scene
    if moment is not None:
        patched, today_s = None, filters.without("as_of")
        scene = pictures.at(scene_of(today_s, who), today_s, moment)
    else:
        patched = brought_up_to_date(found, now, filters, who) if found is not None and fresh else None
        scene = patched or pictures.scene(filters, who)
    made = found.made if found is not None and patched is not None else time.monotonic()
    with _lock:
        _scenes[key] = Kept(made, now, scene)
        while len(_scenes) > MOST:
            _scenes.popitem(last=False)
    return scene


def _earlier_month(filters: Filters) -> Moment | None:
    """The month of `as_of`, if it can be told out of the scene of today: at a month's end, of the last two years."""
    if filters.as_of is None or filters.known_at or filters.status or filters.since or filters.until:
        return None
    return next((m for m in timeline.moments(today())[:-1] if m.day == filters.as_of), None)


def brought_up_to_date(kept: Kept, now: Newest, filters: Filters, who: Who | None) -> Scene | None:
    """The kept scene with the deployments that changed since read again; None: it must be made anew."""
    if filters.known_at is not None or kept.newest.first != now.first:
        return None
    changes = Change.objects.filter(id__gt=kept.newest.settled).exclude(id__in=kept.newest.seen).order_by()
    if changes.count() > MOST_CHANGES or changes.exclude(kind__in=_FOLLOWED).exists():
        return None
    ids = _changed(changes)
    if ids is None:
        return None
    old = kept.scene
    deployments = _replaced(old.deployments, frames.deployments(filters, who, only=ids), ids, ["deployment"])
    read = deployments[deployments["deployment"].isin(ids)]
    months = _replaced(old.months, pictures.months(read, filters), ids, ["deployment", "month"])
    lists = old.lists if not old.covers else frames.listed_ever(filters)  # whether a village was visited
    listed = old.catchment if lists is None else reach.listed_on(lists, filters.day)
    return replace(old, deployments=deployments, months=months, catchment=listed, lists=lists)


def _changed(changes: QuerySet[Change]) -> list[int] | None:
    """The deployments that the feed names, and those merged with them; None where one of them is no more."""
    uuids = set(changes.filter(kind="deployment").values_list("key", flat=True))
    found = list(Deployment.objects.filter(uuid__in=uuids).values_list("id", flat=True))
    return found if len(found) == len(uuids) else None


def _replaced(frame: pd.DataFrame, rows: pd.DataFrame, ids: Sequence[int], order: list[str]) -> pd.DataFrame:
    kept = frame[~frame["deployment"].isin(ids)]
    if not len(rows):
        return kept.reset_index(drop=True)
    both = pd.concat([kept, rows], ignore_index=True) if len(kept) else rows
    return both.sort_values(order, kind="stable", ignore_index=True)
