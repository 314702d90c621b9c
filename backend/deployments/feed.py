"""Where the change feed stands. Every cursor reads it this way, so that none misses an entry."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Min
from django.db.models.expressions import RawSQL

from backend.deployments.models import Change, Deployment


@dataclass(frozen=True)
class Newest:
    """Where the change feed stands. Entries up to `settled` are all there; of the later ones, `seen` were.

    On PostgreSQL a transaction may commit an entry of a lower number after one of a higher: it is not seen before.
    `first`: the oldest deployment, which is another one after `gramreach rebuild`.
    """

    settled: int
    seen: tuple[int, ...]
    first: int | None


def newest() -> Newest:
    first = Deployment.objects.aggregate(first=Min("id"))["first"]
    if connection.vendor != "postgresql":
        return Newest(Change.objects.aggregate(newest=Max("id"))["newest"] or 0, (), first)
    oldest_running = RawSQL("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)", ())
    settled = Change.objects.filter(transaction__lt=oldest_running).aggregate(newest=Max("id"))["newest"] or 0
    running = Change.objects.filter(transaction__gte=oldest_running)
    lowest = running.aggregate(lowest=Min("id"))["lowest"]
    settled = settled if lowest is None else min(settled, lowest - 1)
    return Newest(
        settled, tuple(Change.objects.filter(id__gt=settled).order_by("id").values_list("id", flat=True)), first
    )
