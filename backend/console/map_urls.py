from __future__ import annotations

from django.urls import path

from backend.console import maps

urlpatterns = [
    path("reach", maps.page, name="reach-map"),
    path("reach/<str:kind>.<str:part>", maps.part, name="reach-map-part"),
    path("reach.html", maps.standalone, name="reach-map-file"),
    path("reach.png", maps.slide_png, name="reach-map-slide"),
    path("assets/<path:name>", maps.asset, name="map-asset"),
]
