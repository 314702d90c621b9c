from __future__ import annotations

from django.urls import path

from backend.exports.ogc import views

urlpatterns = [
    path("", views.landing, name="ogc"),
    path("conformance", views.conformance, name="ogc-conformance"),
    path("api", views.description, name="ogc-api"),
    path("collections", views.collections, name="ogc-collections"),
    path("collections/<str:collection>", views.described, name="ogc-collection"),
    path("collections/<str:collection>/schema", views.schema, name="ogc-schema"),
    path("collections/<str:collection>/items", views.features, name="ogc-items"),
    path("collections/<str:collection>/items/<path:feature>", views.one, name="ogc-item"),
]
