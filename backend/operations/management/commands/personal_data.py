"""`gramreach personal_data find|export|erase TEXT`: what is known of a person, and its end."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import GramReachError
from backend.submissions import details, erasing
from backend.submissions.erasing import Found
from backend.submissions.models import Submission


class Command(BaseCommand):
    help = "Find a person in personal answers and kept items, export what is there, or erase it. Each use is recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["find", "export", "erase"])
        parser.add_argument("text", metavar="TEXT", help="a name or number, or part of it")
        parser.add_argument("--out", type=Path, metavar="FILE", help="of export: JSON, for its owner's eyes only")
        parser.add_argument("--reason", default="", help="of erase: why; kept as the proof")
        parser.add_argument("--photos", action="store_true", help="of erase: the photos of these reports, too")

    def handle(
        self, *args: Any, what: str, text: str, out: Path | None, reason: str, photos: bool, **options: Any
    ) -> None:
        try:
            found = list(erasing.find(text))
            record(None, Action.PERSONAL_SEEN, f"search:{what}", reports=len(found))
            if what == "find":
                self._show(found)
            elif what == "export":
                self._export(found, out)
            else:
                self._erase(found, reason, photos)
        except GramReachError as error:
            raise CommandError(error.detail) from error

    def _show(self, found: list[Found]) -> None:
        for each in found:
            where = f"kept aside, no. {each.kept}" if each.kept else f"{each.path}: {each.value}"
            self.stdout.write(f"{each.instance_id or '-'}  {where}")
        self.stdout.write(f"{len(found)} places.")

    def _export(self, found: list[Found], out: Path | None) -> None:
        if out is None:
            raise CommandError("Say where to write: --out FILE")
        rows = Submission.objects.filter(instance_id__in={each.instance_id for each in found}).order_by("pk")
        told = [details.detail(row, with_personal=True) for row in rows]
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1, default=str)
        self.stdout.write(f"{len(told)} reports: {out}. Hand it over by a safe way, then delete it.")

    def _erase(self, found: list[Found], reason: str, photos: bool) -> None:
        ids = {each.instance_id for each in found if not each.kept}
        kept = {each.kept for each in found if each.kept}
        done = erasing.erase(ids, kept, reason, None, photos=photos)
        self.stdout.write(
            f"{len(ids)} reports: {done.values} personal answers and {done.photos} files erased; {done.kept} kept items. "
            "Backups made before hold them still: let those run out, or make new ones."
        )
