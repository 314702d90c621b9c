"""Pages kept between requests: a page and its script are drawn once, not once each.

Like the scenes they are drawn from (see `backend.deployments.scenes`): anew when something was received or decided, or
after a minute.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from backend.accounts.who import Who
from backend.console.drawing import picture
from backend.deployments.feed import newest
from backend.deployments.filters import Filters
from maps.page import Page
from maps.picture import CentreMap, NationalMap, ReplicationMap
from maps.render import centre, national, replication

MOST, SECONDS = 12, 60.0
_pages: OrderedDict[tuple[object, ...], tuple[float, Page]] = OrderedDict()
_lock = threading.Lock()


def page_of(drawn: NationalMap | CentreMap | ReplicationMap, moments: Mapping[str, Any] | None = None) -> Page:
    """`moments`: of earlier months, to be carried by the page; else it asks for them."""
    if isinstance(drawn, CentreMap):
        page = centre(drawn)
    else:
        page = replication(drawn) if isinstance(drawn, ReplicationMap) else national(drawn)
    keys = [month["key"] for month in page.values["months"]]
    return replace(page, embedded={**page.embedded, "moments": {keys.index(k): v for k, v in (moments or {}).items()}})


def live_page(filters: Filters, view: str, who: Who) -> Page:
    """The page of filters and scope, with links."""
    scope = (who.everywhere, who.centres, who.clusters)
    key = (get_language(), filters.query(), filters.day, view, scope, newest(), settings.REVIEW_REQUIRED)
    with _lock:
        found = _pages.get(key)
        if found is not None and time.monotonic() - found[0] < SECONDS:
            _pages.move_to_end(key)
            return found[1]
    page = page_of(picture(filters, view, who, links=True))
    with _lock:
        _pages[key] = (time.monotonic(), page)
        while len(_pages) > MOST:
            _pages.popitem(last=False)
    return page


def forget_pages() -> None:
    _pages.clear()
