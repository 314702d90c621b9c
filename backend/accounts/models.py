"""Who may what: users with roles and scopes, officers and their phones, tokens. Secrets are stored hashed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_otp.plugins.otp_totp.models import TOTPDevice

from backend.accounts.sealing import opened
from backend.audit.actors import Actor
from backend.registry.models import Centre, Cluster, District


class User(AbstractUser):
    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", "Administrator"
        COORDINATOR = "coordinator", "Coordinator"
        CLUSTER_TEAM = "cluster_team", "Cluster team"

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.CLUSTER_TEAM)
    centres = models.ManyToManyField(Centre, blank=True, related_name="+")  # the scope of a coordinator
    clusters = models.ManyToManyField(Cluster, blank=True, related_name="+")  # of a coordinator or cluster team
    all_india = models.BooleanField(default=False)  # an adviser: reads everything, in the role's way

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def actor(self) -> Actor:
        return Actor("user", str(self.pk), self.username)

    @property
    def is_administrator(self) -> bool:
        """The role decides who administers; `createsuperuser` makes the first one. `is_staff` decides nothing."""
        return self.is_active and (self.role == self.Role.ADMINISTRATOR or self.is_superuser)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_administrator


class CodeApp(TOTPDevice):  # type: ignore[misc]  # the library has no types
    """An app that makes codes for the second step. Its secret lies closed in the column that the library leaves open."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        return opened(self.key, self.user_id)


class Officer(models.Model):
    """A field officer: a person with a centre, whose phones send in their name."""

    name = models.CharField(max_length=120)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="officers")
    districts = models.ManyToManyField(District, blank=True, related_name="+")  # besides the centre's catchment
    forms = models.JSONField(default=list, blank=True)  # form ids that may be filled; empty: all
    language = models.CharField(max_length=8, default="en")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """One officer on one phone, with one token. `token_hash` is SHA-256: tokens are random, no slow hash is needed."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="devices")
    installation_id = models.CharField(max_length=64, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)
    # As the phone said at its last look in (`told_at`); the time of the oldest report is by its own clock.
    app_version = models.CharField(max_length=40, blank=True)
    unsent = models.PositiveIntegerField(null=True, blank=True)
    oldest_unsent = models.DateTimeField(null=True, blank=True)
    storage_used = models.BigIntegerField(null=True, blank=True)  # bytes
    storage_free = models.BigIntegerField(null=True, blank=True)
    persisted = models.BooleanField(null=True, blank=True)  # promised by the browser: it clears nothing by itself
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.officer.name} ({self.installation_id[:8]})"

    @property
    def actor(self) -> Actor:
        return Actor("phone", str(self.pk), str(self))


class EnrolmentCode(models.Model):
    """A one-time code. Used again by the same phone with the same token, it gives the same answer again."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    device = models.OneToOneField(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="code")

    def __str__(self) -> str:
        return f"code for {self.officer.name}"


class ApiToken(models.Model):
    """A script's token: reads and exports in the scope of one cluster, of some centres, or else of all India. Never sees
    personal fields."""

    name = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Said, not concluded from their being there: a token whose centres were deleted must not read everything.
    of_centres = models.BooleanField(default=False)
    centres = models.ManyToManyField(Centre, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="api_tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return Actor("token", str(self.pk), self.name)


class SignedIn(models.Model):
    """A session of a user, so that its owner sees it and can end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.began_at}"
