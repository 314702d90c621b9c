"""A new DATA_KEY: everything is closed with it again, while the server runs."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from backend import keys
from backend.accounts import second_step
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Conflict
from backend.submissions import secrets
from backend.submissions.models import KeptAside, PersonalValue
from backend.writing import writing

CHUNK = 500


def rotate(progress: Callable[[int], object] = lambda n: None) -> int:
    """Make a key, close everything with it again, and forget those between it and the oldest. Broken off, it goes on when
    it is asked again: whatever is still closed with an older key can be read all the time.

    Raises Conflict where the environment says DATA_KEY: then `close_again` follows a change made there.
    """
    home = settings.GRAMREACH_HOME
    if not keys.in_home(home, "DATA_KEY"):
        raise Conflict(
            "DATA_KEY is in the environment. Put a new key and a comma before the one there, start the server anew, and "
            "run this with --only-close-again.",
            where="DATA_KEY",
        )
    older = [key.decode() for key in keys.data_keys(home)]
    keys.replace(home, "DATA_KEY", ",".join([keys.new_key(), *older]))
    count = close_again(progress)
    newest, *_, oldest = (key.decode() for key in keys.data_keys(home))
    keys.replace(home, "DATA_KEY", f"{newest},{oldest}")
    return count


def close_again(progress: Callable[[int], object] = lambda n: None) -> int:
    """Twice over the rows: a server that had just read the older key may have written with it meanwhile."""
    count = sum(_values(progress) + _bodies(progress) + second_step.close_again() for _ in range(2))
    record(None, Action.KEY_CHANGED, "key:DATA_KEY", closed_again=count)
    return count


def _values(progress: Callable[[int], object]) -> int:
    count, last = 0, 0
    while rows := list(PersonalValue.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        old = [row for row in rows if not secrets.is_current(row.value)]
        for row in old:
            row.value = secrets.encrypt(secrets.decrypt(row.value))
        with writing():
            PersonalValue.objects.bulk_update(old, ["value"])
        count += len(old)
        progress(len(rows))
    return count


def _bodies(progress: Callable[[int], object]) -> int:
    count = 0
    for pk in KeptAside.objects.exclude(body=None).order_by("pk").values_list("pk", flat=True):
        with writing():
            row = KeptAside.objects.select_for_update().get(pk=pk)
            if row.body is not None and not secrets.is_current(row.body):
                KeptAside.objects.filter(pk=pk).update(body=secrets.encrypt(secrets.decrypt(row.body)))
                count += 1
        progress(1)
    return count
