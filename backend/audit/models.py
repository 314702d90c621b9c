"""Who did what, and when: added to, never changed. Each entry's hash takes in the one before (`chain.py`)."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in refused")
    SIGNED_OUT = "signed_out", _("Signed out")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SECOND_STEP_ON = "second_step_on", _("Second step switched on")
    SECOND_STEP_OFF = "second_step_off", _("Second step switched off")
    SECOND_STEP_FAILED = "second_step_failed", _("Second step refused")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes made")
    RECOVERY_CODE_USED = "recovery_code_used", _("Recovery code used")
    SESSION_ENDED = "session_ended", _("Session ended from elsewhere")
    CODE_MADE = "code_made", _("Phone code made")
    CODES_WITHDRAWN = "codes_withdrawn", _("Phone codes withdrawn")
    OFFICER_ADDED = "officer_added", _("Officer added")
    PHONE_ADDED = "phone_added", _("Phone added")
    PHONE_REFUSED = "phone_refused", _("Phone code refused")
    PHONE_REVOKED = "phone_revoked", _("Phone taken away")
    TOKEN_MADE = "token_made", _("API token made")
    TOKEN_REVOKED = "token_revoked", _("API token revoked")
    REVIEWED = "reviewed", _("Report reviewed")
    REPORT_EDITED = "report_edited", _("Report changed at the office")
    KEPT_SETTLED = "kept_settled", _("Kept item settled")
    MERGED = "merged", _("Deployments merged")
    CONFLICT_SETTLED = "conflict_settled", _("Conflict settled")
    UNMERGED = "unmerged", _("Merge of deployments undone")
    VILLAGE_MATCHED = "village_matched", _("Village matched with the list")
    PERSON_SAVED = "person_saved", _("Person added or changed")
    OFFICER_CHANGED = "officer_changed", _("Officer changed")
    MONTH_PUBLISHED = "month_published", _("Monthly figures published")
    ADDED = "added", _("Added in the administration")
    CHANGED = "changed", _("Changed in the administration")
    DELETED = "deleted", _("Deleted in the administration")
    REGISTRY_LOADED = "registry_loaded", _("Registry loaded")
    FORM_PUBLISHED = "form_published", _("Form published")
    FORM_STATE = "form_state", _("Form opened or closed")
    EXPORTED = "exported", _("Export taken")
    BACKUP_MADE = "backup_made", _("Backup made")
    RESTORED = "restored", _("Restored from a backup")
    PERSONAL_ERASED = "personal_erased", _("Personal answers erased")
    KEY_CHANGED = "key_changed", _("DATA_KEY changed")
    PERSONAL_SEEN = "personal_seen", _("Personal answers looked at")


class Entry(models.Model):
    """`actor_*`: who, as they were called then. `subject`: what it was about, as `kind:key`. `detail`: JSON as hashed."""

    number = models.BigIntegerField(primary_key=True)  # without gaps: a missing one shows
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=12)  # user, phone, token, command, nobody
    actor_key = models.CharField(max_length=64, blank=True)
    actor = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=24, db_index=True)  # an Action
    subject = models.CharField(max_length=300, blank=True)
    detail = models.TextField(blank=True)
    address = models.CharField(max_length=64, blank=True)
    request = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [models.Index(fields=["actor", "number"], name="audit_by_actor")]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @property
    def details(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.detail) if self.detail else {}
        return found
