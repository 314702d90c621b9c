"""Are the derived tables those that today's code makes of the facts? If not, they are made anew."""

from __future__ import annotations

from collections.abc import Callable

from backend.deployments.models import DerivedBy
from backend.submissions.bulk import Progress, rebuild
from backend.submissions.models import Submission
from backend.writing import writing

# Raise it with every change to what is derived: installations then rebuild once, when they are brought up to date.
CODE_VERSION = 3


def made_by() -> int | None:
    """The code version that made the derived tables; None: nobody wrote it down."""
    return DerivedBy.objects.values_list("version", flat=True).first()


def bring_up_to_date(say: Callable[[str], object], progress: Progress = lambda n: None) -> None:
    if made_by() == CODE_VERSION:
        return
    if count := Submission.objects.count():
        say(f"What is counted is made anew from {count} submissions, as its rules changed ...")
        rebuild(progress)
    note()


def note() -> None:
    with writing():
        DerivedBy.objects.update_or_create(pk=1, defaults={"version": CODE_VERSION})
