"""Content-Security-Policy: everything from this server, nothing inline; the maps alone may carry inline styles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_BASE = (
    "default-src 'none'; script-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'; "
)
NOBODY = "'none'"
STRICT = _BASE + "style-src 'self'"
MAPS = _BASE + "style-src 'self' 'unsafe-inline'"  # Leaflet and Folium set styles on the elements they place


def maps() -> str:
    """With pictures from the tile server that the settings name, if they name one."""
    tiles = urlsplit(settings.MAP_TILES)
    return MAPS.replace("img-src 'self'", f"img-src 'self' {tiles.scheme}://{tiles.netloc}") if tiles.netloc else MAPS


def framed(origins: Iterable[str]) -> str:
    """A map that these sites may show within their own pages."""
    return maps().replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins) or NOBODY}")


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = maps() if request.path.startswith("/maps/") else STRICT
        if request.path.startswith("/maps/public"):
            policy = framed(settings.EMBED_ORIGINS)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
