"""The administration pages: for whoever has the role of an administrator, and nobody else."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from backend.accounts.models import User


class Administration(AdminSite):
    site_header = site_title = "GramReach"

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_administrator
