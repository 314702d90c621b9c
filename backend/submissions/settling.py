"""Settling a conflict: two people changed one deployment without knowing of each other, and a third decides."""

from __future__ import annotations

from backend.accounts.models import User
from backend.audit import services as audit
from backend.audit.models import Action
from backend.deployments.models import Change, Deployment
from backend.deployments.versions import Conflict
from backend.errors import Conflict as Settled
from backend.errors import Invalid
from backend.submissions import entities, reviewing
from backend.submissions.models import Decision, Submission, SubmissionVersion
from backend.submissions.services import now
from backend.writing import hold, writing

KEEP = ("both", "this", "others")


def settle(deployment: Deployment, instance_id: str, keep: str, comment: str, by: User) -> None:
    """`instance_id`: of the version that missed something. `both` stand as they are; or only `this` one does, and what it
    missed is rejected; or the `others`, and this one is rejected. Whoever sent it reads the comment.

    Raises Conflict where nothing is left to settle, Invalid for an unknown choice, a missing reason, or a registration that
    would be rejected.
    """
    if keep not in KEEP:
        raise Invalid(f"Choose one of {', '.join(KEEP)}.", where="keep", code="unknown_action")
    if keep != "both" and not comment.strip():
        raise Invalid("Say why: the officer reads it.", where="comment", code="comment_required")
    with writing():
        audit.hold()  # before the deployments, as whoever reviews does
        hold([deployment.uuid])
        conflict = conflict_at(deployment, instance_id)
        if keep == "this" and not may_keep_this(conflict):
            raise Invalid("The registration was changed meanwhile; it cannot be rejected here.", where="keep")
        version = SubmissionVersion.objects.select_related("submission").get(instance_id=instance_id)
        for submission in _rejected(conflict, keep):
            reviewing.review(Submission.objects.get(instance_id=submission), "reject", comment, by)
        Decision.objects.create(
            kind=Decision.Kind.CONFLICT, action=f"keep_{keep}", submission=version.submission, version=version,
            subject=str(deployment.uuid), comment=comment, by=by, at=now(),
        )  # fmt: skip
        entities.look_again([deployment.uuid])
        audit.record(by, Action.CONFLICT_SETTLED, f"deployment:{deployment.uuid}", keep=keep, version=instance_id)
        Change.objects.create(kind="deployment", key=str(deployment.uuid))


def _rejected(conflict: Conflict, keep: str) -> list[str]:
    if keep == "both":
        return []
    if keep == "others":
        return [conflict.event.submission]
    return list(dict.fromkeys(event.submission for event in conflict.missed))


def conflict_at(deployment: Deployment, instance_id: str) -> Conflict:
    """Raises Conflict (409) where there is none any more."""
    for conflict in entities.conflicts_of(deployment):
        if conflict.event.instance_id == instance_id:
            return conflict
    raise Settled("This was settled meanwhile. Look at the list again.", where="instance_id", code="settled")


def may_keep_this(conflict: Conflict) -> bool:
    """Reports can be rejected; an edit of the registration stands."""
    return all(event.what == "report" for event in conflict.missed)
