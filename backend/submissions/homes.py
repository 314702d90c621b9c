"""What a report from a home keeps from those without a right to personal answers: where it is, and whose phone sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from backend.accounts.who import Who
from backend.deployments.models import Visit
from backend.deployments.privacy import HOME
from backend.submissions.models import Submission, SubmissionVersion

_LEADING = frozenset({"hamlet", "deviceid", "username", "phonenumber", "email", "subscriberid", "simserial"})


def place_hidden(who: Who, submission: Submission) -> bool:
    """Who reviews sees it, and the officer who sent it; of others nobody where it is, or may be, a home."""
    return not (who.sees_personal or who.device is not None) and is_home(submission)


def is_home(submission: Submission) -> bool:
    """A report on what is not registered yet may be of a home: nobody knows."""
    home = Q(deployment__site_kind=HOME) | Q(deployment=None, deployment_uuid__isnull=False)
    if Visit.objects.filter(home, submission=submission.instance_id).exists():
        return True
    versions = SubmissionVersion.objects.filter(submission=submission).values_list("answers", flat=True)
    return any(_says_home(answers) for answers in versions)


def _says_home(answers: Any) -> bool:
    if isinstance(answers, Mapping):
        return any(value == HOME if name == "site_kind" else _says_home(value) for name, value in answers.items())
    return isinstance(answers, list) and any(map(_says_home, answers))


def discreet(answers: Any) -> Any:
    """The answers without positions, lines and areas, and without what leads to a house or a phone."""
    if isinstance(answers, list):
        return [discreet(entry) for entry in answers]
    if not isinstance(answers, Mapping):
        return answers
    return {
        name: discreet(value)
        for name, value in answers.items()
        if name not in _LEADING and not (isinstance(value, Mapping) and "coordinates" in value)
    }
