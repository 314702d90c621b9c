"""What a phone is told of its entities."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backend.accounts.who import Who
from backend.deployments.models import Deployment
from backend.submissions.lists import deployments_of


def let_go(who: Who, ids: Sequence[str]) -> dict[str, bool]:
    """For each id of a deployment whether the phone should delete it: merged, rejected, or out of its area by now.

    Never an id that is not known here: its registration may still lie unsent on this phone, or on another.
    """
    asked = {text: uuid for text in ids if (uuid := _uuid(text)) is not None}
    known = set(Deployment.objects.filter(uuid__in=asked.values()).values_list("uuid", flat=True))
    offered = set(deployments_of(who).filter(uuid__in=known).values_list("uuid", flat=True))
    return {text: text in asked and asked[text] in known - offered for text in ids}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
