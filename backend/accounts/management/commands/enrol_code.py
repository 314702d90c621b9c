"""`gramreach enrol_code --officer ...`: a code by which a phone is enrolled, as the page of phones makes them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import segno
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
        parser.add_argument("--collect", action="store_true", help="for ODK Collect: its settings as a square code")
        parser.add_argument("--out", type=Path, metavar="FILE", help="of --collect: the square as .svg or .png")
        parser.add_argument("--days", type=int, default=services.CODE_DAYS, help="how long the code may be used (7)")

    def handle(self, *args: Any, officer: str, centre: str, add: bool, days: int, **options: Any) -> None:
        out: Path | None = options["out"]
        if out is not None and (not options["collect"] or out.suffix not in (".svg", ".png")):
            raise CommandError("--out names a file that ends in .svg or .png, and goes with --collect.")
        try:
            found = _added(officer, centre) if add else officer_named(officer, centre)
            self.stdout.write(f"officer  {found.name}, {found.centre.name}")
            if options["collect"]:
                self._collect(services.add_collect(found), out)
            else:
                self._code(services.make_code(found, days=days), days)
        except GramReachError as error:
            raise CommandError(error.detail) from error

    def _collect(self, told: str, out: Path | None) -> None:
        square = segno.make(told, error="l", micro=False)
        if out is not None:
            square.save(str(out), scale=6)
            self.stdout.write(f"square   {out}")
        else:
            drawn = io.StringIO()
            square.terminal(drawn, compact=True)
            self.stdout.write(drawn.getvalue())
            self.stdout.write(f"settings {told}")
        self.stdout.write(
            "In ODK Collect: Add project, then scan. It is not shown again; whoever has it, sends as this officer."
        )

    def _code(self, code: str, days: int) -> None:
        self.stdout.write(f"code     {code}")
        self.stdout.write(f"link     {services.enrolment_link(code)}")
        self.stdout.write(f"Works once, for {days} days. It is not shown again: only its fingerprint is kept.")


def _added(name: str, slug: str) -> Officer:
    centre = Centre.objects.filter(slug=slug).first()
    if centre is None:
        raise NotFound("--add needs --centre with the slug of a centre, as `gramreach export centres` lists them.")
    return services.add_officer(name, centre)
