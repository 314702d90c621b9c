"""`gramreach enrol_code --officer ...`: a code by which a phone is enrolled, as the page of phones makes them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts import services
from backend.accounts.models import Officer
from backend.accounts.queries import officer_named
from backend.errors import GramReachError, NotFound
from backend.registry.models import Centre


class Command(BaseCommand):
    help = "Make a code that enrols one phone of an officer, once. It is shown now and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--officer", required=True, metavar="NAME", help="or the officer's number")
        parser.add_argument("--centre", default="", metavar="SLUG", help="where several officers have the name")
        parser.add_argument("--add", action="store_true", help="add the officer to --centre first")
        parser.add_argument("--days", type=int, default=services.CODE_DAYS, help="how long the code may be used (7)")

    def handle(self, *args: Any, officer: str, centre: str, add: bool, days: int, **options: Any) -> None:
        try:
            found = _added(officer, centre) if add else officer_named(officer, centre)
            code = services.make_code(found, days=days)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"officer  {found.name}, {found.centre.name}")
        self.stdout.write(f"code     {code}")
        self.stdout.write(f"link     {services.enrolment_link(code)}")
        self.stdout.write(f"Works once, for {days} days. It is not shown again: only its fingerprint is kept.")


def _added(name: str, slug: str) -> Officer:
    centre = Centre.objects.filter(slug=slug).first()
    if centre is None:
        raise NotFound("--add needs --centre with the slug of a centre, as `gramreach export centres` lists them.")
    return services.add_officer(name, centre)
