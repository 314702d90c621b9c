"""Flags that somebody looked at and found to be no problem: a decision about that version, and its undoing.

The flag itself is a fact and stays. What was found to be no problem is left out of lists and shares of what is flagged; a
later version of the report is flagged anew.
"""

from __future__ import annotations

from backend.accounts.models import User
from backend.audit import services as audit
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid, NotFound
from backend.submissions import listing
from backend.submissions.models import Decision, Flag, Submission
from backend.submissions.services import now
from backend.writing import writing


def no_problem(submission: Submission, flag: int, reason: str, by: User) -> Decision:
    """`flag`: its key, of the report's current version. Raises NotFound, or Invalid without a reason."""
    if not reason.strip():
        raise Invalid(
            "Say why it is no problem: who reads this later cannot ask you.", where="comment", code="no_reason"
        )
    return _decide(submission, flag, "no_problem", reason.strip(), by)


def problem_again(submission: Submission, flag: int, by: User) -> Decision:
    """Taken back: the flag stands as before."""
    return _decide(submission, flag, "problem", "", by)


def _decide(submission: Submission, flag: int, action: str, reason: str, by: User) -> Decision:
    with writing():
        audit.hold()
        submission = Submission.objects.select_for_update().get(pk=submission.pk)
        version = submission.versions.order_by("-number")[0]
        found = Flag.objects.filter(pk=flag, version=version).first()
        if found is None:
            raise NotFound("This report has no such flag, or was changed since. Look at it again.", where="flag")
        decision = Decision.objects.create(
            kind=Decision.Kind.FLAG, action=action, submission=submission, version=version, subject=found.code,
            target=found.where, comment=reason, by=by, at=now(),
        )  # fmt: skip
        listing.follow_flags(submission.pk, version.pk)
        record(by, Action.REVIEWED, f"report:{submission.instance_id}", decision=action, flag=found.code)
    return decision
