"""Decisions about submissions and kept items: by whom, when, why; then everything derived follows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from uuid import UUID

import orjson

from backend.accounts.models import Officer, User
from backend.audit import services as audit
from backend.audit.models import Action
from backend.audit.services import record
from backend.deployments import services as deployments
from backend.deployments.models import Visit
from backend.errors import Conflict, Invalid
from backend.registry.models import Village
from backend.submissions import entities, history, keeping, listing, secrets, services
from backend.submissions.arrivals import Arrival, Refused, prepare
from backend.submissions.models import Decision, KeptAside, Submission, SubmissionVersion
from backend.submissions.services import Outcome, now
from backend.writing import writing

ACTIONS = ("approve", "reject", "request_changes", "retract")
UNDO_MINUTES = 10


def review(
    submission: Submission,
    action: str,
    comment: str,
    by: User,
    instance_id: str | None = None,
    to: Officer | None = None,
) -> Submission:
    """Decide about the current version. `instance_id`: the version that was looked at; if another came since, Conflict.
    `to`: who is asked for the changes, if not who sent it.

    Raises Invalid for an unknown action, a missing comment where one is due, or a retracted submission.
    """
    if action not in ACTIONS:
        raise Invalid(f"Choose one of {', '.join(ACTIONS)}.", where="action", code="unknown_action")
    with writing():
        audit.hold()
        submission = Submission.objects.select_for_update().get(pk=submission.pk)
        version = submission.versions.order_by("-number")[0]
        if instance_id and instance_id != version.instance_id:
            raise Conflict("This report was changed since you opened it. Look at it again.", where="instance_id")
        if submission.review_state == "retracted":
            raise Invalid("This report was retracted; nothing more can be decided.", where="action", code="retracted")
        _require_comment(version, action, comment)
        Decision.objects.create(
            kind=Decision.Kind.REVIEW,
            action=action,
            submission=submission,
            version=version,
            target=str(to.pk) if to is not None and action == "request_changes" else "",
            comment=comment,
            by=by,
            at=now(),
        )
        follow(submission)
        record(by, Action.REVIEWED, f"report:{submission.instance_id}", decision=action, version=version.instance_id)
    return submission


def approve_all(submissions: Sequence[Submission], by: User) -> list[Decision]:
    """Approve each, all or none."""
    with writing():
        audit.hold()
        for submission in submissions:
            review(submission, "approve", "", by)
        newest = Decision.objects.filter(submission__in=submissions, by=by).order_by("submission", "-pk")
        return list({decision.submission_id: decision for decision in reversed(newest)}.values())


def undo(decisions: Sequence[int], by: User) -> list[Submission]:
    """Take back what one has decided oneself a moment ago; all or none. The decisions stay, and so does their undoing.

    Raises Invalid where it is too late, or something else was decided or came since.
    """
    with writing():
        audit.hold()
        since = now() - dt.timedelta(minutes=UNDO_MINUTES)
        found = Decision.objects.filter(pk__in=decisions, kind=Decision.Kind.REVIEW, by=by, at__gte=since)
        rows = list(found.exclude(action="undo").select_related("submission", "version"))
        if not rows or len(rows) != len(set(decisions)):
            raise Invalid("It is too late to undo this. Decide anew on the report's page.", code="too_late")
        return [_undo(decision, by) for decision in rows]


def _undo(decision: Decision, by: User) -> Submission:
    assert decision.submission_id is not None  # noqa: S101  # for the type checker: a review is of a submission
    submission = Submission.objects.select_for_update().get(pk=decision.submission_id)
    newest = submission.decisions.exclude(kind=Decision.Kind.FLAG).order_by("-pk").first()
    if newest != decision or decision.version is None or submission.current_instance_id != decision.version.instance_id:
        raise Invalid("Something happened to this report since. Look at it again.", code="changed_since")
    Decision.objects.create(
        kind=Decision.Kind.REVIEW, action="undo", submission=submission, version=decision.version, by=by, at=now(),
        target=str(decision.pk),
    )  # fmt: skip
    follow(submission)
    record(by, Action.REVIEWED, f"report:{submission.instance_id}", decision="undo", of=decision.pk)
    return submission


def _require_comment(version: SubmissionVersion, action: str, comment: str) -> None:
    if comment.strip():
        return
    if action == "request_changes":
        raise Invalid("Say what should be changed: the officer reads it.", where="comment", code="comment_required")
    if action == "reject" and Visit.objects.filter(instance_id=version.instance_id, broken__gt=0).exists():
        raise Invalid(
            "This report says that something broke. Say why you reject it.", where="comment", code="comment_required"
        )


def follow(submission: Submission) -> None:
    """Bring the review state and all that is derived in line with the submission's facts."""
    state, to = history.state_of(submission), history.handed_to(submission.decisions.all())
    Submission.objects.filter(pk=submission.pk).update(review_state=state, handed_to=to)
    submission.review_state, submission.handed_to_id = state, to
    before = entities.of_submission(submission.instance_id)
    deployments.apply(submission.instance_id, history.spans_of(submission), new=False)
    entities.look_again(before | entities.of_submission(submission.instance_id))
    listing.follow_state(submission)


def resolve(kept: KeptAside, action: str, reason: str, by: User) -> Outcome | None:
    """Settle a kept item: `retry` it as it was sent, let it `replace` what is stored, or `discard` it with a reason.

    Raises Invalid when it still cannot be stored; it then stays where it is.
    """
    ways: dict[str, Callable[[KeptAside], Outcome | None]] = {"retry": _retry, "replace": _replace, "discard": _discard}
    if action not in ways:
        raise Invalid("Choose one of retry, replace, discard.", where="action", code="unknown_action")
    if action == "discard" and not reason.strip():
        raise Invalid("Say why it is discarded.", where="reason", code="reason_required")
    states = {
        "retry": KeptAside.State.RETRIED,
        "replace": KeptAside.State.REPLACED,
        "discard": KeptAside.State.DISCARDED,
    }
    with writing():
        audit.hold()
        if kept.state != KeptAside.State.WAITING:
            raise Conflict("This item was settled already.", where="state")
        outcome = ways[action](kept)
        KeptAside.objects.filter(pk=kept.pk).update(state=states[action])
        keeping.tell(kept)
        Decision.objects.create(
            kind=Decision.Kind.RESOLUTION, action=action, subject=str(kept.pk), comment=reason, by=by, at=now()
        )
        record(by, Action.KEPT_SETTLED, f"kept:{kept.pk}", decision=action, instance_id=kept.instance_id)
    return outcome


def _discard(kept: KeptAside) -> None:
    return None


def _retry(kept: KeptAside) -> Outcome:
    outcome = services.retry(arrival_of(kept))
    if isinstance(outcome, Refused):
        raise Invalid(outcome.detail, where=outcome.where, code=outcome.code)
    if outcome.outcome == "conflict":
        raise Invalid(outcome.detail, where=outcome.where, code=outcome.code)
    return outcome


def _replace(kept: KeptAside) -> Outcome:
    """The kept content becomes the newest version of the submission whose id it carries (or which it meant to change)."""
    try:
        item = prepare(arrival_of(kept))
    except Refused as refused:
        raise Invalid(refused.detail, where=refused.where, code=refused.code) from refused
    wanted = [i for i in (item.instance_id, item.deprecated_id) if i]
    found = SubmissionVersion.objects.select_related("submission").filter(instance_id__in=wanted).first()
    if found is None:
        raise Invalid("There is nothing here that this could replace. Try again instead.", code="nothing_to_replace")
    submission = found.submission
    newest = submission.versions.order_by("-number")[0]
    return services.add_version(services.with_free_id(item), submission, newest)


def arrival_of(kept: KeptAside) -> Arrival:
    if kept.body is None:
        raise Invalid("This is a file. Discard it, or settle the report that it belongs to.", code="is_a_file")
    body = secrets.decrypt(kept.body)
    files = {
        file.filename: io.BytesIO(services.read_blob(file.blob))
        for file in KeptAside.objects.filter(
            device=kept.device, instance_id=kept.instance_id, kind="attachment", code="with_" + kept.code
        )
        if file.blob is not None
    }
    if kept.kind == "json":
        return Arrival(kept.device, kept.received_at, item=orjson.loads(body), files=files)
    return Arrival(kept.device, kept.received_at, xml=body, files=files)


def merge(merged: UUID, survivor: UUID, reason: str, by: User) -> None:
    """Two deployments are one: the reports of `merged`, past and late, land on `survivor`."""
    if merged == survivor:
        raise Invalid("A deployment cannot be merged with itself.", where="target")
    with writing():
        audit.hold()
        decision = Decision.objects.create(
            kind=Decision.Kind.MERGE,
            action="merge",
            subject=str(merged),
            target=str(survivor),
            comment=reason,
            by=by,
            at=now(),
        )
        deployments.merge(merged, survivor, decision.at)
        listing.follow_deployments([merged, survivor])
        entities.look_again([merged, survivor])
        record(by, Action.MERGED, f"deployment:{merged}", into=str(survivor))


def unmerge(merged: UUID, by: User) -> None:
    """Take a merge back that one decided a moment ago. Raises Invalid where it is too late for that."""
    with writing():
        audit.hold()
        rows = Decision.objects.filter(kind=Decision.Kind.MERGE, subject=str(merged)).exclude(action="two")
        last = rows.order_by("-pk").first()
        if last is None or last.action != "merge" or last.at < now() - dt.timedelta(minutes=UNDO_MINUTES):
            raise Invalid("It is too late to undo this merge. Ask your administrator.", code="too_late")
        _note_pair("unmerge", merged, UUID(last.target), "", by)
        deployments.unmerge(merged)
        listing.follow_deployments([merged, UUID(last.target)])
        entities.look_again([merged, UUID(last.target)])
        record(by, Action.UNMERGED, f"deployment:{merged}", of=last.target)


def say_two(one: UUID, other: UUID, reason: str, by: User) -> None:
    """These look like one deployment, and are two: nobody is asked again."""
    with writing():
        _note_pair("two", one, other, reason, by)


def _note_pair(action: str, subject: UUID, target: UUID, reason: str, by: User) -> None:
    Decision.objects.create(
        kind=Decision.Kind.MERGE, action=action, subject=str(subject), target=str(target), comment=reason, by=by,
        at=now(),
    )  # fmt: skip


def match(submissions: Sequence[Submission], village: Village, by: User) -> None:
    """The village that these reports wrote down is this one of the list; all that is derived follows."""
    with writing():
        audit.hold()
        for submission in submissions:
            Decision.objects.create(
                kind=Decision.Kind.MATCH, action="match", submission=submission, target=village.code, by=by, at=now()
            )
            follow(submission)
        listing.again(submissions)
        listing.follow_deployments(listing.deployments_of(submissions))
        for submission in submissions:
            record(by, Action.VILLAGE_MATCHED, f"report:{submission.instance_id}", village=village.code)
