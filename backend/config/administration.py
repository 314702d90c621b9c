"""The administration pages: for whoever has the role of an administrator, and nobody else."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse

from backend.accounts.models import User
from backend.audit.models import Action
from backend.audit.services import record


class Administration(AdminSite):
    site_header = site_title = "GramReach"

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_administrator

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        if isinstance(request.user, User) and request.method == "POST":
            record(request.user, Action.SIGNED_OUT)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        answer = super().password_change(request, extra_context)
        if isinstance(request.user, User) and request.method == "POST" and answer.status_code == 302:
            record(request.user, Action.PASSWORD_CHANGED)
        return answer
