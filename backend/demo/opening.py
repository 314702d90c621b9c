"""From an empty home to a demonstration: database, registry, forms, villages, people, reports. Again: nothing new."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from backend import keys
from backend.accounts.models import User
from backend.demo import home, people, synthesize
from backend.demo.progress import progress
from backend.errors import Conflict
from backend.submissions.publishing import publish_shipped

SEED = 0  # not the one of `synthesize`, whose reports may then be added
PHOTOS = 12
Tell = Callable[[str], object]


def open_demo(place: Path, reports: int, base_url: str, tell: Tell) -> people.Credentials:
    """Bring the home to where it can be served; returns what demo.json says. Raises Conflict for a foreign home."""
    home.claim(place, synthesize.today())
    keys.make(place)
    known = home.read(place)
    tell("Database ...")
    call_command("migrate", interactive=False, verbosity=0)
    if known is not None and home.finished(place) and people.still_valid(known):
        people.renew_codes(known)
    else:
        known = _fill(place, known, reports, tell)
    told = {"base_url": base_url, **{k: known[k] for k in ("users", "devices", "api_tokens")}}
    home.write(place, told)
    return told


def _fill(place: Path, known: people.Credentials | None, reports: int, tell: Tell) -> people.Credentials:
    if known is None and not database_is_in(place) and User.objects.exists():
        raise Conflict("The database of DATABASE_URL holds an installation of its own.", where="DATABASE_URL")
    tell("Registry: clusters, centres, technologies, districts ...")
    call_command("load_registry", verbosity=0, stdout=io.StringIO())
    tell("Forms ...")
    publish_shipped(validate=False)  # ODK Validate has seen the shipped ones in the tests
    if known is None or not people.still_valid(known):
        known = people.make()
        home.write(place, {"base_url": "", **known})
    tell("Made-up villages and technologies ...")
    stage = synthesize.prepare(reports)
    with progress(reports, "Made-up reports", tell) as update:
        synthesize.write(stage, reports, seed=SEED, day=home.day(place), bulk=True, photos=PHOTOS, progress=update)
    home.finish(place, reports)
    return known


def database_is_in(place: Path) -> bool:
    name: Any = settings.DATABASES["default"]["NAME"]
    return isinstance(name, Path) and name.is_relative_to(place)
