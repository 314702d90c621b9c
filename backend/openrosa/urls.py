from __future__ import annotations

from django.urls import include, path

from backend.openrosa import trying, views

_protocol = [
    path("formList", views.form_list),
    path("submission", views.submission),
    path("forms/<str:form_id>/<str:version>.xml", views.form),
    path("forms/<str:form_id>/<str:version>/media/<str:filename>", views.media),
    path("manifest/<str:form_id>/<str:version>", views.manifest),
    path("integrity/deployments", views.integrity),
]

_draft = [
    path("formList", trying.form_list),
    path("submission", trying.submission),
    path("forms/<str:form_id>/<str:version>.xml", trying.form),
    path("forms/<str:form_id>/<str:version>/media/<str:filename>", trying.media),
    path("manifest/<str:form_id>/<str:version>", trying.manifest),
]

urlpatterns = [
    path("draft/<str:token>/", include(_draft)),  # a form that is tried before it is published
    path("key/<str:token>/", include(_protocol)),  # what a settings QR holds: one Collect project for one officer
    path("", include(_protocol)),
]
