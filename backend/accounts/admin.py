from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from backend.accounts import second_step
from backend.accounts.models import ApiToken, Device, Officer, User
from backend.audit.admin import Audited

_ROLE_AND_SCOPE: Any = ("Role and scope", {"fields": ("role", "all_india", "centres", "clusters")})

for _secret in (Group, StaticDevice, TOTPDevice):  # devices would show their secrets
    admin.site.unregister(_secret)
# Groups: the role decides what somebody may, and nothing besides.


@admin.register(User)
class GramReachUserAdmin(Audited, UserAdmin[User]):
    list_display = ("username", "get_full_name", "role", "all_india", "is_active")
    list_filter = ("role", "is_active")
    filter_horizontal = ("centres", "clusters")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        _ROLE_AND_SCOPE,
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (*UserAdmin.add_fieldsets, _ROLE_AND_SCOPE)
    actions = ("switch_second_step_off",)

    @admin.action(
        description="Switch the second step of the sign-in off: for somebody who lost phone and recovery codes"
    )
    def switch_second_step_off(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)  # noqa: S101  # for the type checker: said by the administration
        for user in queryset:
            second_step.turn_off(user, request.user)


@admin.register(Officer)
class OfficerAdmin(Audited, admin.ModelAdmin[Officer]):
    list_display = ("name", "centre", "language", "active")
    list_filter = ("centre", "active")
    search_fields = ("name",)
    filter_horizontal = ("districts",)


class _NoSecrets:
    """Phones are made by enrolling, tokens on the page of API tokens; here they are seen and revoked."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(_NoSecrets, Audited, admin.ModelAdmin[Device]):
    list_display = ("officer", "installation_id", "last_seen", "unsent", "revoked_at")
    list_filter = ("officer__centre",)
    fields = ("officer", "installation_id", "created_at", "last_seen", "app_version", "unsent", "revoked_at")
    readonly_fields = ("officer", "installation_id", "created_at", "last_seen", "app_version", "unsent")


@admin.register(ApiToken)
class ApiTokenAdmin(_NoSecrets, Audited, admin.ModelAdmin[ApiToken]):
    list_display = ("name", "cluster", "created_at", "expires_at", "last_used", "revoked_at")
    fields = ("name", "cluster", "created_at", "expires_at", "last_used", "revoked_at")
    readonly_fields = ("cluster", "created_at", "last_used")
