"""`gramreach serve`: the production server. One process group, ended by SIGTERM or Ctrl-C, requests finished first."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.urls import get_resolver
from django.utils.module_loading import import_string

from backend import keys, listening
from backend.database_state import pending
from backend.errors import GramReachError

THREADS = 12  # a worker's: one stalled upload or download must not stop the others
END_SECONDS = 30  # what requests under way are given when the server ends
PATIENCE = 60  # seconds until a server that does not answer is said to be late


class Command(BaseCommand):
    help = "Serve GramReach. Makes the home, its keys and the database where they are missing."
    # Checks open the database, whose home this command makes.
    requires_system_checks: list[str] = []  # as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--workers", type=int, help="processes (one a core, at most 4; on SQLite, which has one writer, at most 2)"
        )

    def handle(self, *args: Any, host: str, port: int, workers: int | None, **options: Any) -> None:
        # Not settings.DEMO: `demo` calls this in the process that made the home.
        if (settings.GRAMREACH_HOME / "DEMO").is_file() and not listening.is_loopback(host):
            raise CommandError("This home holds the demonstration, which is served on 127.0.0.1 only.")
        try:
            listening.check_free(host, port)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        settings.GRAMREACH_HOME.mkdir(parents=True, exist_ok=True)
        if not os.access(settings.GRAMREACH_HOME, os.W_OK):
            raise CommandError(f"{settings.GRAMREACH_HOME} is read-only. Make it writable, then start again.")
        keys.make(settings.GRAMREACH_HOME)
        self._migrate()
        self._serve(host, port, workers or default_workers())

    def _migrate(self) -> None:
        try:
            steps = pending()
        except GramReachError as error:
            raise CommandError(error.detail) from error
        if steps:
            self._say(f"Bringing the database up to date ({steps} migrations) ...")
            call_command("migrate", interactive=False, verbosity=0)
        # Not imported above: workers read this module before Django is set up.
        import_module("backend.submissions.derived").bring_up_to_date(self._say)

    def _serve(self, host: str, port: int, workers: int) -> None:
        from granian import Granian
        from granian.constants import Interfaces
        from granian.log import LogLevels

        address, own = listening.url(host, port), listening.own_url(host, port)
        # Workers begin as new processes: they read the settings anew, with the keys that were just made and this
        # address, and share no database connection with this one.
        os.environ.setdefault("PUBLIC_URL", own)
        multiprocessing.set_start_method("spawn", force=True)
        connections.close_all()
        server = Granian(
            "backend.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            # A worker that died is begun again, and the log says so; one that dies at once ends the server.
            respawn_failed_workers=True,
            workers_kill_timeout=END_SECONDS,
            log_level=LogLevels.warning,
        )
        # More threads than cores are meant: most of them wait for slow lines.
        logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
        server.on_startup(lambda: self._announce(address, own))
        with working():
            server.serve(target_loader=load)
        self._say("Ended.")

    def _announce(self, address: str, own: str) -> None:
        threading.Thread(target=self._say_when_ready, args=(address, own), daemon=True).start()

    def _say_when_ready(self, address: str, own: str) -> None:
        begun = time.monotonic()
        while not _answers(f"{own}/healthz"):
            if time.monotonic() - begun > PATIENCE:
                return self._say(f"{address} does not answer yet; see the messages above.")
            time.sleep(0.1)
        return self._say(f"Serving {address} (Ctrl-C ends it).")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def working() -> Iterator[None]:
    """Exports are made beside the server by a process of its own, so that none slows an answer down. It is begun again
    when it dies; what it was making begins anew.
    """
    ended = threading.Event()
    program = [sys.executable, "-m", "backend.config.cli", "work", "--parent", str(os.getpid())]
    running = [subprocess.Popen(program)]

    def again() -> None:
        while not ended.wait(1):
            if running[0].poll() is not None:
                logging.getLogger(__name__).error("The worker for exports died and is begun again.")
                running[0] = subprocess.Popen(program)

    threading.Thread(target=again, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        running[0].kill()  # at once: it would else finish what it is making, for minutes
        running[0].wait()


def load(target: str) -> Callable[..., Any]:
    """In each worker, before anything else: the application, and how the worker ends."""
    # Ctrl-C reaches the whole process group; the server tells its workers to end, and told twice they hang.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # All requests are answered by then. Taking the interpreter down under the server's own threads aborts now and then.
    atexit.register(os._exit, 0)
    application: Callable[..., Any] = import_string(target.replace(":", "."))
    get_resolver().url_patterns  # noqa: B018  # all views now: the first caller waits less, and a broken one shows here
    threading.Thread(target=_warm_up, daemon=True).start()
    return application


def _warm_up() -> None:
    """What the first report and the first map would else wait for: seconds of reading shapes and importing."""
    import_module("backend.deployments.places").warm_up()
    import_module("backend.console.maps")


def default_workers() -> int:
    return min(2 if connection.vendor == "sqlite" else 4, multiprocessing.cpu_count())


def _answers(url: str) -> bool:
    """Any answer will do: ALLOWED_HOSTS may leave this address out."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own http address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
