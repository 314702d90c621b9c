"""`gramreach work`: makes the exports that were asked for, and looks at photos that came. `serve` runs one beside itself;
more of them may run elsewhere."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from backend.exports.services import tidy
from backend.submissions.looks import look_at_new

TIDY_SECONDS = 10
PRUNE_SECONDS = 3600
LOOKS = 20  # times 50 photos in a row: after that the rest has its turn again
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Make the exports that were asked for as jobs, and look at photos that came, until it is ended. `serve` does it too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="make those that wait, then end")
        parser.add_argument("--parent", type=int, help="end when this process is gone")

    def handle(self, *args: Any, once: bool, parent: int | None, **options: Any) -> None:
        tidy()
        if once:
            _look()
        else:
            threading.Thread(target=_keep_tidy, args=(parent,), daemon=True).start()
        call_command("db_worker", interval=1, batch=once, startup_delay=False, verbosity=0, reload=False)


def _keep_tidy(parent: int | None) -> None:
    pruned = time.monotonic() - PRUNE_SECONDS
    while True:
        time.sleep(1 if parent else TIDY_SECONDS)
        if parent and os.getppid() != parent:
            os._exit(0)  # who served is gone; what was begun begins anew with the next one
        if int(time.monotonic()) % TIDY_SECONDS:
            continue
        try:
            tidy()
            _look()
            if time.monotonic() - pruned > PRUNE_SECONDS:
                pruned = time.monotonic()
                call_command("prune_db_task_results", verbosity=0)
        except DatabaseError:
            log.exception("tidying up after exports")
        finally:
            connection.close()


def _look() -> None:
    for _ in range(LOOKS):
        if not look_at_new():
            return
