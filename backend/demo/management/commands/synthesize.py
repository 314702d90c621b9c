"""`gramreach synthesize --reports N`: made-up reports, the same for the same seed and day, each marked illustrative."""

from __future__ import annotations

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo import synthesize
from backend.demo.progress import progress
from backend.errors import GramReachError
from backend.registry.models import Cluster
from backend.submissions.models import SubmissionVersion
from backend.submissions.publishing import publish_shipped

WORTH_PROCESSES = 20_000  # reports; each process takes seconds to begin


class Command(BaseCommand):
    help = "Store made-up reports, marked as illustrative, through the real receive path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reports", type=int, required=True, metavar="N", help="how many submissions in all")
        parser.add_argument("--seed", type=int, default=1, help="the same seed on the same day gives the same reports")
        parser.add_argument("--bulk", action="store_true", help="the same rows, written many at a time")
        parser.add_argument(
            "--processes", type=int, metavar="N", help="that prepare for --bulk (one a core, if it is long)"
        )
        parser.add_argument("--photos", type=int, default=0, help="drawings for the first so many registrations")

    def handle(self, *args: Any, reports: int, seed: int, bulk: bool, photos: int, **options: Any) -> None:
        if options["processes"] is None:
            options["processes"] = (os.cpu_count() or 1) if reports >= WORTH_PROCESSES else 1
        if reports < 1:
            raise CommandError("--reports: give a number of 1 or more.")
        self._warn()
        try:
            self._write(reports, seed=seed, bulk=bulk, photos=photos, processes=options["processes"])
        except GramReachError as error:
            raise CommandError(error.detail) from error

    def _warn(self) -> None:
        real = SubmissionVersion.objects.filter(illustrative=False).count()
        if real:
            self.stderr.write(
                f"Note: {real} real reports are here. The made-up ones are marked and cannot be taken out."
            )

    def _write(self, reports: int, **how: Any) -> None:
        if not Cluster.objects.exists():
            call_command("load_registry", verbosity=0, stdout=self.stdout)
        publish_shipped(validate=False)  # ODK Validate has seen the shipped ones in the tests
        stage = synthesize.prepare(reports)
        with progress(reports, "Made-up reports", self.stdout.write) as update:
            outcomes = synthesize.write(stage, reports, day=synthesize.today(), progress=update, **how)
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()) if count)
        self.stdout.write(f"{reports} made-up reports: {told}.")
