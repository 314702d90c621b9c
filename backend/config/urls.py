from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from backend.api import api
from backend.config.health import healthz, readyz

urlpatterns = [
    path("", include("backend.console.urls")),  # first: it holds the doors of the administration and of the API
    path("", include("backend.field.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("openrosa/", include("backend.openrosa.urls")),
    path("ogc", RedirectView.as_view(pattern_name="ogc", query_string=True)),
    path("ogc/", include("backend.exports.ogc.urls")),
    path("maps/", include("backend.console.map_urls")),
    path("healthz", healthz),
    path("readyz", readyz),
]

handler500 = "backend.config.unavailable.server_error"
