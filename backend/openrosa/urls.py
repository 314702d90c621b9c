from __future__ import annotations

from django.urls import include, path

from backend.openrosa import views

_protocol = [
    path("formList", views.form_list),
    path("submission", views.submission),
    path("forms/<str:form_id>/<str:version>.xml", views.form),
    path("forms/<str:form_id>/<str:version>/media/<str:filename>", views.media),
    path("manifest/<str:form_id>/<str:version>", views.manifest),
    path("integrity/deployments", views.integrity),
]

urlpatterns = [
    path("key/<str:token>/", include(_protocol)),  # what a settings QR holds: one Collect project for one officer
    path("", include(_protocol)),
]
