from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from backend.console import sign_in, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login", sign_in.SignIn.as_view(), name="login"),
    path("logout", LogoutView.as_view(next_page="login"), name="logout"),
    path("language", set_language, name="language"),
    path("forms", views.forms, name="forms"),
    path("privacy", views.privacy, name="privacy"),
    path("api/v1/docs", views.api_docs, name="api-docs"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}console/icon.svg", permanent=True)),
    path("admin/login/", sign_in.admin_door, name="admin-door"),
]
