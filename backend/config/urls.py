from __future__ import annotations

from django.contrib import admin
from django.urls import path

from backend.api import api
from backend.config.health import healthz, readyz

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("healthz", healthz),
    path("readyz", readyz),
]
