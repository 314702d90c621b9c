from __future__ import annotations

from django.conf import settings
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from backend.console import (
    account,
    api_tokens,
    audit,
    kept_aside,
    phones,
    photos,
    report,
    reports,
    sign_in,
    unsent,
    views,
    views_of_mine,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("login", sign_in.SignIn.as_view(), name="login"),
    path("login/code", sign_in.second, name="second-step"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="own-password"),
    path("account/second-step", account.set_up, name="set-up-second-step"),
    path("account/second-step/off", account.switch_off, name="second-step-off"),
    path("account/recovery-codes", account.recovery_codes, name="recovery-codes"),
    path("account/sessions/end", account.end_others, name="end-other-sessions"),
    path("account/sessions/<int:pk>/end", account.end_session, name="end-session"),
    path("logout", sign_in.SignOut.as_view(), name="logout"),
    path("language", set_language, name="language"),
    path("manage", views.manage, name="manage"),
    path("forms", views.forms, name="forms"),
    path("reports", reports.reports, name="reports"),
    path("reports/views", views_of_mine.saved_views, name="saved-views"),
    path("reports/views/<int:view_id>/forget", views_of_mine.forget_view, name="forget-view"),
    path("reports/approve", report.approve_many, name="approve-many"),
    path("reports/undo/<str:decisions>", report.undo, name="undo-decisions"),
    path("reports/<path:instance_id>/review", report.decide, name="review-report"),
    path("reports/<path:instance_id>/photos/<int:version_id>/<str:name>", photos.photo, name="report-photo"),
    path("reports/<path:instance_id>", report.report, name="report"),
    path("kept-aside", kept_aside.kept, name="kept-aside"),
    path("kept-aside/<int:kept_id>", kept_aside.item, name="kept-item"),
    path("kept-aside/<int:kept_id>/resolve", kept_aside.resolve, name="resolve-kept"),
    path("phones", phones.phones, name="phones"),
    path("phones/import", unsent.import_unsent, name="import-unsent"),
    path("phones/people", phones.add_people, name="add-people"),
    path("phones/people/<int:officer_id>/code", phones.new_code, name="new-code"),
    path("phones/people/<int:officer_id>/withdraw", phones.withdraw_codes, name="withdraw-codes"),
    path("phones/<int:device_id>/revoke", phones.revoke, name="revoke-phone"),
    path("tokens", api_tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke", api_tokens.revoke, name="revoke-token"),
    path("audit", audit.log, name="audit"),
    path("audit.csv", audit.as_csv, name="audit-csv"),
    path("privacy", views.privacy, name="privacy"),
    path("api/v1/docs", views.api_docs, name="api-docs"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}console/icon.svg", permanent=True)),
    path("admin/login/", sign_in.admin_door, name="admin-door"),
]
