"""`gramreach doctor`: what is wrong with this installation and how to mend it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit import chain
from backend.database_state import what_is_missing
from backend.operations.doctor import Asked, Finding, examine


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and how to mend it. Ends with an error if something is broken."
    requires_system_checks: list[str] = []  # it runs them itself, and goes on after one that fails

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--thorough", action="store_true", help="read every attachment as well")
        parser.add_argument(
            "--audit-head", default="", metavar="N:HASH", help="as noted earlier: must still be in the log"
        )

    def handle(self, *args: Any, thorough: bool, audit_head: str, **options: Any) -> None:
        found = list(examine(Asked(thorough, _head(audit_head))))
        for finding in found:
            self.stdout.write(f"{finding.level.upper():<8} {finding.what}\n         -> {finding.remedy}")
        if not what_is_missing():
            self.stdout.write(f"Audit log: {chain.head()} (note it elsewhere; --audit-head compares)")
        faults = _count(found, "fault")
        if faults:
            raise CommandError(f"{faults} faults, {_count(found, 'warning')} warnings.")
        self.stdout.write(f"Nothing is broken; {_count(found, 'warning')} warnings.")


def _count(found: list[Finding], level: str) -> int:
    return sum(finding.level == level for finding in found)


def _head(text: str) -> chain.Head | None:
    number, _, value = text.partition(":")
    if not text:
        return None
    if not number.isdecimal() or len(value) != 64:
        raise CommandError("--audit-head: write what `gramreach doctor` printed earlier, as 123:4fd0...")
    return chain.Head(int(number), value)
