"""Where the change feed stands. Every cursor reads it this way, so that none misses an entry.

On PostgreSQL a transaction may commit an entry of a lower number after one of a higher was seen. So a trigger lets every
transaction hold, from before its first entry until it ends, a lock whose key is the last number that was given then: all
its own are higher. Readers stop at the lowest of them. The locks are shared, nobody ever waits for one; they are those of
this database alone, whatever runs beside it on the same server.

Why that misses nothing: an entry that a reader does not see, of a number up to the highest that it sees, was numbered
before that one, so its writer took the lock before the reader's statement began. Either it still holds it, and the
reader stops there; or it ended meanwhile, and the reader's next statement sees the entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from backend.deployments.models import Change, Deployment

# Keys below 0 are of the feed; those of `writing.hold` are not.
_INSTALL = [
    """CREATE OR REPLACE FUNCTION change_feed_begins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('gramreach.feed', true) IS DISTINCT FROM 'held' THEN
        PERFORM pg_advisory_xact_lock_shared(-1 - last_value + CASE WHEN is_called THEN 0 ELSE 1 END)
            FROM deployments_change_id_seq;
        PERFORM set_config('gramreach.feed', 'held', true);
    END IF;
    RETURN NULL;
    END $$""",
    "CREATE OR REPLACE TRIGGER change_feed_begins BEFORE INSERT ON deployments_change EXECUTE FUNCTION change_feed_begins()",
]
_LOWEST = """
SELECT min(-1 - ((classid::bigint << 32) | objid::bigint)) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32) < 0 AND pid IS DISTINCT FROM pg_backend_pid()
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True)
class Newest:
    """Where the change feed stands. Entries up to `settled` are all there; of the later ones, `seen` were.

    `first`: the oldest deployment, which is another one after `gramreach rebuild`.
    """

    settled: int
    seen: tuple[int, ...]
    first: int | None


def newest() -> Newest:
    first = Deployment.objects.aggregate(first=Min("id"))["first"]
    highest = Change.objects.aggregate(newest=Max("id"))["newest"] or 0
    before = _before_running()  # looked at after the highest: see above
    if before is None or before >= highest:
        return Newest(highest, (), first)
    return Newest(
        before, tuple(Change.objects.filter(id__gt=before).order_by("id").values_list("id", flat=True)), first
    )


def _before_running() -> int | None:
    """The number before those of all transactions that write to the feed now; None: none does."""
    if connection.vendor != "postgresql":
        return None  # one writer at a time: nothing is committed late
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST)
        found: int | None = cursor.fetchone()[0]
    return found


def install(database: Any) -> None:
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            for statement in _INSTALL:
                cursor.execute(statement)


def uninstall(database: Any) -> None:
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS change_feed_begins ON deployments_change")
            cursor.execute("DROP FUNCTION IF EXISTS change_feed_begins()")
