"""Reads of jobs: whose they are, and where their files lie."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet

from backend.accounts.who import Who
from backend.errors import NotFound
from backend.exports.models import Job


def mine(who: Who) -> QuerySet[Job]:
    """One's own; a user's are also those of the tokens that the user made."""
    rows = Job.objects.order_by("-id")
    if who.token is not None:
        return rows.filter(token=who.token)
    return rows.filter(Q(user=who.user) | Q(token__created_by=who.user)) if who.user is not None else rows.none()


def job_of(who: Who, key: UUID) -> Job:
    found = mine(who).select_related("user", "token").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such export of yours. Files are kept for some days only.", where="job")
    return found


def scope_of(who: Who) -> str:
    told = [who.role, who.everywhere, sorted(who.centres), sorted(who.clusters)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def folder_of(job: Job) -> Path:
    return Path(settings.EXPORTS) / str(job.key)


def file_of(job: Job) -> Path:
    return folder_of(job) / job.filename
