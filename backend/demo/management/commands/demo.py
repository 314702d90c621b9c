"""`gramreach demo`: a made-up installation of its own, served on this machine only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend import listening
from backend.demo import home, opening
from backend.demo.people import Credentials
from backend.errors import GramReachError

HOST = "127.0.0.1"
_PLACES = (
    ("Map", "/maps/reach"),
    ("Console", "/"),
    ("Administration", "/admin/"),
    ("API description", "/api/v1/docs"),
)


class Command(BaseCommand):
    help = "Set a demonstration up in its own home and serve it on this machine; again: serve what is there."
    # Checks open the database, whose home this command makes.
    requires_system_checks: list[str] = []  # as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reports", type=int, default=6000, metavar="N", help="made-up submissions (6000)")
        parser.add_argument("--fresh", action="store_true", help="begin anew; only in a home that this command made")
        parser.add_argument("--no-serve", action="store_true", help="set up only")

    def handle(self, *args: Any, port: int, reports: int, fresh: bool, no_serve: bool, **options: Any) -> None:
        if reports < 1:
            raise CommandError("--reports: give a number of 1 or more.")
        place = settings.GRAMREACH_HOME
        base_url = listening.url(HOST, port)
        try:
            if not no_serve:  # before a minute's work, not after it
                listening.check_free(HOST, port)
            if fresh:
                self._empty()
            if home.finished(place):
                self.stdout.write(f"The demonstration in {place} is there already (--fresh begins anew).")
            else:
                self.stdout.write(f"Setting up a demonstration in {place}; a minute or so.")
            credentials = opening.open_demo(place, reports, base_url, self._tell)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. The same command goes on from here.") from None
        self._say_where(credentials)
        if not no_serve:
            call_command("serve", host=HOST, port=port, stdout=self.stdout, stderr=self.stderr)

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _empty(self) -> None:
        place = settings.GRAMREACH_HOME
        if not opening.database_is_in(place):
            raise CommandError(
                "--fresh empties a home. The database of DATABASE_URL lies elsewhere: empty it yourself."
            )
        home.empty(place)

    def _say_where(self, credentials: Credentials) -> None:
        base_url, write = credentials["base_url"], self.stdout.write
        write("\nGramReach demonstration. Villages, figures and reports are made up; centres and districts are real.\n")
        for name, path in _PLACES:
            write(f"  {name:<16} {base_url}{path}")
        phone = credentials["devices"][0]
        write(f"  {'A phone':<16} {base_url}/field/#enrol={phone['enrolment_code']} (once)")
        write(f"\n  {'Sign in':<16} {'password':<16} role, scope")
        for user in credentials["users"]:
            write(f"  {user['username']:<16} {user['password']:<16} {user['role']}, {user['scope']}")
        write(f"\n  For scripts (tokens, enrolment codes): {settings.GRAMREACH_HOME / home.CREDENTIALS}\n")
        self.stdout.flush()
