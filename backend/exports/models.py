"""Exports that are made in the background: what was asked, how far they are, and the file when it is whole."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from backend.accounts.models import ApiToken, User


class Job(models.Model):
    """`user` or `token` asked; what they may see is looked up again when it runs and when the file is fetched."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, null=True, related_name="+")
    scope = models.CharField(max_length=64)  # digest of what the asker might see then
    kind = models.CharField(max_length=16)
    form = models.CharField(max_length=64, blank=True)
    tables = models.BooleanField(default=False)
    format = models.CharField(max_length=16)
    filters = models.TextField(blank=True)  # as a URL's query

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    task = models.CharField(max_length=36, blank=True)  # of the queue
    worker = models.CharField(max_length=80, blank=True)  # machine and process that works on it
    tries = models.PositiveIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)  # rows at most, for the bar
    problem = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)  # last sign of life of whoever works on it
    finished_at = models.DateTimeField(null=True)

    filename = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="job_by_user"),
            models.Index(fields=["token", "-id"], name="job_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}.{self.format} {self.state}"

    @property
    def open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is; never 100 before the file is whole."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.rows // self.most) if self.most else 0
