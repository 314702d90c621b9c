"""Scenes kept between requests: until something was received or decided, or a minute has gone by.

What a report changes is on the map at the next request, because the newest entry of the change feed is part of the key;
the registry, which changes seldom and not through the feed, may lag by that minute.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import replace

from django.conf import settings
from django.db.models import Max

from backend.accounts.who import Who
from backend.deployments import pictures
from backend.deployments.filters import Filters
from backend.deployments.models import Change
from maps.compose import Scene

MOST, SECONDS = 6, 60.0
_scenes: OrderedDict[tuple[object, ...], tuple[float, Scene]] = OrderedDict()
_lock = threading.Lock()


def forget_scenes() -> None:
    _scenes.clear()


def scene_of(filters: Filters, who: Who | None = None) -> Scene:
    """The scene of filters (their bbox aside: a view is cut out of it) and scope."""
    filters = replace(filters, bbox=None)
    newest = Change.objects.aggregate(newest=Max("id"))["newest"]
    scope = (who.everywhere, who.centres, who.clusters) if who is not None else None
    key = (filters.query(), filters.day, scope, newest, settings.REVIEW_REQUIRED)
    with _lock:
        found = _scenes.get(key)
        if found is not None and time.monotonic() - found[0] < SECONDS:
            _scenes.move_to_end(key)
            return found[1]
    scene = pictures.scene(filters, who)
    with _lock:
        _scenes[key] = (time.monotonic(), scene)
        while len(_scenes) > MOST:
            _scenes.popitem(last=False)
    return scene
