from __future__ import annotations

from django.urls import path

from backend.field import views

urlpatterns = [
    path("sw.js", views.service_worker, name="service-worker"),
    path("preview/", views.preview, name="form-preview"),
    path("preview/<path:name>", views.preview, name="form-preview-file"),
    path("field/", views.index, name="field"),
    path("field/<path:name>", views.file, name="field-file"),
]
