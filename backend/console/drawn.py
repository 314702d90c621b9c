"""Pages kept between requests: a page and its script are drawn once, not once each.

Like the scenes they are drawn from (see `backend.deployments.scenes`): anew when something was received or decided, or
after a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.accounts.who import Who
from backend.console.drawing import picture
from backend.console.inside import depends_on
from backend.deployments.filters import Filters
from backend.kept import Kept
from maps.page import Page
from maps.picture import CentreMap, NationalMap, ReplicationMap
from maps.render import centre, national, replication

_pages: Kept[Page] = Kept(12)


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
    key = (filters.query(), filters.day, view, *depends_on(who))
    return _pages.of(key, lambda: page_of(picture(filters, view, who, links=True)))
