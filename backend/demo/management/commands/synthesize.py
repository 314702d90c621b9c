"""`gramreach synthesize --reports N`: made-up reports, the same for the same seed and day, each marked illustrative."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo import synthesize
from backend.demo.progress import progress
from backend.errors import GramReachError
from backend.registry.models import Cluster
from backend.submissions.models import SubmissionVersion
from backend.submissions.publishing import publish_shipped


class Command(BaseCommand):
    help = "Store made-up reports, marked as illustrative, through the real receive path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reports", type=int, required=True, metavar="N", help="how many submissions in all")
        parser.add_argument("--seed", type=int, default=1, help="the same seed on the same day gives the same reports")
        parser.add_argument("--bulk", action="store_true", help="the same rows, written many at a time")
        parser.add_argument("--photos", type=int, default=0, help="drawings for the first so many registrations")

    def handle(self, *args: Any, reports: int, seed: int, bulk: bool, photos: int, **options: Any) -> None:
        if reports < 1:
            raise CommandError("--reports: give a number of 1 or more.")
        self._warn()
        try:
            self._write(reports, seed, bulk, photos)
        except GramReachError as error:
            raise CommandError(error.detail) from error

    def _warn(self) -> None:
        real = SubmissionVersion.objects.filter(illustrative=False).count()
        if real:
            self.stderr.write(
                f"Note: {real} real reports are here. The made-up ones are marked and cannot be taken out."
            )

    def _write(self, reports: int, seed: int, bulk: bool, photos: int) -> None:
        if not Cluster.objects.exists():
            call_command("load_registry", verbosity=0, stdout=self.stdout)
        publish_shipped(validate=False)  # ODK Validate has seen the shipped ones in the tests
        stage = synthesize.prepare(reports)
        with progress(reports, "Made-up reports", self.stdout.write) as update:
            outcomes = synthesize.write(
                stage, reports, seed=seed, day=synthesize.today(), bulk=bulk, photos=photos, progress=update
            )
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()) if count)
        self.stdout.write(f"{reports} made-up reports: {told}.")
