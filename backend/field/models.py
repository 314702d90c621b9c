"""Files on their way: what was announced, and how much of it has come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from backend.accounts.models import Device


class Upload(models.Model):
    """One file of one report, sent in pieces (tus 1.0). The pieces lie in a file of the home named by `key`.

    `offset` bytes are on the disk for good; more may lie there, and are written over.
    """

    key = models.CharField(max_length=43, unique=True)  # its address: nobody guesses it
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    instance_id = models.CharField(max_length=255)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)  # when the whole of it was attached, or kept aside

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "instance_id", "filename", "sha256"], name="upload_once"),
        ]

    def __str__(self) -> str:
        return self.filename
