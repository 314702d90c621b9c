"""`gramreach api_token --name ...`: a token for scripts, as the page of API tokens makes them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts import services
from backend.errors import GramReachError
from backend.registry.models import Cluster


class Command(BaseCommand):
    help = "Make a token that reads and exports, without personal answers. It is shown now and never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what it is for, as lists of tokens will say")
        parser.add_argument("--cluster", default="", metavar="SLUG", help="read this cluster only, not all of India")
        parser.add_argument("--days", type=int, help="how long it may be used (without an end)")

    def handle(self, *args: Any, name: str, cluster: str, days: int | None, **options: Any) -> None:
        found = Cluster.objects.filter(slug=cluster).first() if cluster else None
        if cluster and found is None:
            there = ", ".join(Cluster.objects.values_list("slug", flat=True)) or "none; run `gramreach load_registry`"
            raise CommandError(f"There is no cluster {cluster}. There are: {there}.")
        try:
            token = services.make_api_token(name, found, days=days)
        except GramReachError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"token    {token}")
        self.stdout.write(f"reads    {found.name if found else 'all of India'}")
        self.stdout.write(f"ends     {f'in {days} days' if days else 'never; revoke it in the administration pages'}")
        self.stdout.write("It is not shown again: only its fingerprint is kept.")
