from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path


def _view(name: str, module: str = "backend.console.maps") -> Callable[..., HttpResponseBase]:
    """Of `maps`, loaded by the first map: pandas, Folium and Matplotlib are 120 MB that reports and exports need not carry."""

    def view(request: HttpRequest, **parts: str) -> HttpResponseBase:
        answer: HttpResponseBase = getattr(import_module(module), name)(request, **parts)
        return answer

    return view


urlpatterns = [
    path("reach", _view("page"), name="reach-map"),
    path("reach/moment.json", _view("moment"), name="reach-map-moment"),
    path("reach/village.json", _view("village"), name="reach-map-village"),
    path("reach/<str:kind>.<str:part>", _view("part"), name="reach-map-part"),
    path("reach.html", _view("standalone"), name="reach-map-file"),
    path("reach.png", _view("slide_png"), name="reach-map-slide"),
    path("public", _view("page", "backend.console.public"), name="public-map"),
    path("public.js", _view("script", "backend.console.public"), name="public-map-script"),
    path("public.css", _view("style", "backend.console.public"), name="public-map-style"),
    path("public.json", _view("figures", "backend.console.public"), name="public-feed"),
    path("assets/<path:name>", _view("asset"), name="map-asset"),
]
