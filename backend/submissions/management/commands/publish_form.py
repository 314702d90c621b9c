from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.errors import GramReachError
from backend.submissions.models import FormVersion
from backend.submissions.publishing import publish
from field_forms.collect_only import collect_only
from field_forms.problems import FormError


class Command(BaseCommand):
    help = "Publish XLSForms (.md, .xlsx, .csv). A broken form is refused with sheet, row and remedy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        refused = 0
        for path in options["files"]:
            try:
                version = publish(path.read_bytes(), path.name)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}.") from error
            except (FormError, GramReachError) as error:
                refused += 1
                self.stderr.write(f"{path} was not published:\n{_words(error)}")
            else:
                self.stdout.write(f"{version.form.form_id} {version.version} is published.")
                self._say_what_only_collect_asks(version)
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} forms were not published.")

    def _say_what_only_collect_asks(self, version: FormVersion) -> None:
        needed = collect_only(bytes(version.xform))
        if needed:
            self.stdout.write("Collect only: the field app lists it, but cannot ask")
            self.stdout.write("".join(f"  {line}\n" for line in needed))


def _words(error: FormError | GramReachError) -> str:
    problems = error.problems if isinstance(error, FormError) else (f"{error.where}: {error.detail}",)
    return "\n".join(f"  {problem}" for problem in problems)
