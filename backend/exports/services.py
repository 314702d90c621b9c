"""Writes: jobs are asked for, run, cancelled and forgotten. A file has its place only when it is whole."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks import task

from backend.accounts.who import Who, of_api_token, of_user
from backend.deployments.filters import Filters, parse
from backend.errors import BadToken, GramReachError, NotAllowed, TooMany
from backend.exports.jobs import file_of, folder_of, mine, scope_of
from backend.exports.models import Job
from backend.exports.sources import Source, source
from backend.exports.streams import TYPES, check_tables, filename, written
from backend.writing import writing

KEEP_DAYS = 7
MOST_OPEN = 5  # of one asker at a time
TRIES = 3
LOST_AFTER = timedelta(seconds=30)  # without a sign of life
SIGN_SECONDS = 2.0
_BROKEN = "This export could not be made. Ask again; if it fails again, tell your administrator."
log = logging.getLogger(__name__)


def ask(who: Who, kind: str, form: str, filters: Filters, *, of_form: str = "", tables: bool = False) -> Job:
    """The same asked again while it is open is the same job. Raises NotFound, NotAllowed, BadFilter and TooMany."""
    asked = source(kind, who, filters, form=of_form, tables=tables)
    check_tables(asked, form)
    if who.user is None and who.token is None:
        raise NotAllowed("Only users and API tokens may ask for exports.")
    same = {"kind": kind, "form": of_form, "tables": tables, "format": form, "filters": filters.query()}
    with writing():
        waiting = mine(who).filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))
        if found := waiting.filter(**same, scope=scope_of(who)).first():
            return found
        if waiting.count() >= MOST_OPEN:
            raise TooMany(f"You have {MOST_OPEN} exports under way. Wait for one, or cancel one.", where="job")
        job = Job.objects.create(
            user=who.user, token=who.token, scope=scope_of(who), most=asked.most, content_type=_type(asked, form),
            filename=filename(asked, form), **same,
        )  # fmt: skip
        _enqueue(job)
    return job


def _type(asked: Source, form: str) -> str:
    return "application/zip" if form == "csv" and len(asked.parts) > 1 else TYPES[form]


def _enqueue(job: Job) -> None:
    """In the transaction that stores the job: no job without its task."""
    Job.objects.filter(pk=job.pk).update(task=str(make_file.enqueue(str(job.key)).id))


def cancel(job: Job) -> None:
    """Whoever works on it notices within a few seconds, and leaves nothing behind."""
    with writing():
        Job.objects.filter(pk=job.pk, state__in=(Job.State.QUEUED, Job.State.RUNNING)).update(
            state=Job.State.CANCELLED, finished_at=timezone.now()
        )


def forget(job: Job) -> None:
    """The job and its file."""
    cancel(job)
    with writing():
        Job.objects.filter(pk=job.pk).delete()
    shutil.rmtree(folder_of(job), ignore_errors=True)


class Cancelled(Exception):
    pass


@task()
def make_file(key: str) -> None:
    """What the worker does. A job that is no longer queued, because it was cancelled or another began it, is let be."""
    with writing():
        begun = Job.objects.filter(key=key, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING, worker=_me(), started_at=timezone.now(), alive_at=timezone.now(), rows=0
        )
    if begun:
        _make(Job.objects.get(key=key))


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[-80:]


def _is_gone(job: Job) -> bool:
    """At once, of a worker on this machine; elsewhere after a while without a sign of life."""
    machine, _, process = job.worker.rpartition(":")
    if machine == socket.gethostname()[-80:] and process.isdecimal() and not Path(f"/proc/{process}").exists():
        return Path("/proc/self").exists()  # where there is no /proc, nothing is said
    return job.alive_at is None or job.alive_at < timezone.now() - LOST_AFTER


def _make(job: Job) -> None:
    try:
        _write(job)
    except Cancelled:
        shutil.rmtree(folder_of(job), ignore_errors=True)
    except GramReachError as error:
        _fail(job, error.detail)
    except Exception:
        log.exception("export job %s", job.key)
        _fail(job, _BROKEN)


def _write(job: Job) -> None:
    filters = parse(dict(parse_qsl(job.filters)))
    asked = source(job.kind, asker(job), filters, form=job.form, tables=job.tables)
    folder = folder_of(job)
    shutil.rmtree(folder, ignore_errors=True)  # of a try before
    folder.mkdir(parents=True)
    with _watched(job) as progress, written(asked.watched(progress), job.format, folder) as whole:
        progress(0)
        with whole.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        done = {"size": whole.stat().st_size, "sha256": sha256, "rows": progress.rows}
        whole.replace(file_of(job))
    with writing():
        kept = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
            state=Job.State.DONE, finished_at=timezone.now(), **done
        )
    if not kept:
        raise Cancelled


def asker(job: Job) -> Who:
    """As today: a token that was revoked meanwhile, or an account that was closed, gets nothing. Raises BadToken and
    NotAllowed."""
    who = of_api_token(job.token) if job.token is not None else None
    if who is None and job.user is not None and job.user.is_active:
        who = of_user(job.user)
    if who is None:
        raise BadToken("Whoever asked for this may no longer.")
    if scope_of(who) != job.scope:
        raise NotAllowed("What you may see has changed since you asked. Ask again.", code="scope_changed")
    return who


def _fail(job: Job, problem: str) -> None:
    shutil.rmtree(folder_of(job), ignore_errors=True)
    with writing():
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
            state=Job.State.FAILED, problem=problem[:400], finished_at=timezone.now()
        )


class Progress:
    """Counts rows, and ends the export once it was cancelled."""

    def __init__(self, job: Job) -> None:
        self.job, self.rows, self.ended, self.cancelled = job, 0, threading.Event(), False

    def __call__(self, count: int) -> None:
        self.rows += count
        if self.cancelled:
            raise Cancelled

    def signs(self) -> None:
        """A sign of life every few seconds, from a thread of its own: a format may work for minutes without a row."""
        try:
            while not self.ended.wait(SIGN_SECONDS):
                with writing():
                    running = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING)
                    self.cancelled = not running.update(rows=self.rows, alive_at=timezone.now())
        finally:
            connection.close()


@contextmanager
def _watched(job: Job) -> Iterator[Progress]:
    progress = Progress(job)
    thread = threading.Thread(target=progress.signs, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        progress.ended.set()
        thread.join()


def tidy() -> None:
    """Jobs whose worker is gone begin anew; old ones go with their files; a file without its job goes too."""
    now = timezone.now()
    for job in Job.objects.filter(state=Job.State.RUNNING):
        if _is_gone(job):
            _again(job)
    for job in Job.objects.exclude(state__in=(Job.State.QUEUED, Job.State.RUNNING)).filter(
        finished_at__lt=now - timedelta(days=KEEP_DAYS)
    ):
        forget(job)
    if settings.EXPORTS.is_dir():
        known = {str(key) for key in Job.objects.values_list("key", flat=True)}
        for folder in settings.EXPORTS.iterdir():
            if folder.name not in known and folder.stat().st_mtime < time.time() - 3600:
                shutil.rmtree(folder, ignore_errors=True)


def _again(job: Job) -> None:
    with writing():
        lost = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, alive_at=job.alive_at)
        if job.tries + 1 >= TRIES:
            lost.update(state=Job.State.FAILED, problem=_BROKEN, finished_at=timezone.now())
        elif lost.update(state=Job.State.QUEUED, tries=job.tries + 1):
            _enqueue(job)


def told(job: Job) -> dict[str, Any]:
    """The job as the API tells it."""
    base = f"/api/v1/jobs/{job.key}"
    file = None
    if job.state == Job.State.DONE:
        file = {
            "url": f"{base}/file", "name": job.filename, "type": job.content_type, "bytes": job.size, "sha256": job.sha256,
        }  # fmt: skip
    ends = job.finished_at + timedelta(days=KEEP_DAYS) if job.finished_at else None
    return {
        "id": str(job.key), "url": base, "kind": job.kind, "format": job.format, "form": job.form or None,
        "tables": job.tables, "filters": job.filters, "state": job.state, "rows": job.rows, "percent": job.percent,
        "problem": job.problem or None, "created_at": job.created_at, "finished_at": job.finished_at, "expires_at": ends,
        "file": file,
    }  # fmt: skip
