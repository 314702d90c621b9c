"""Reports that are changed at the office: who may, what the form view needs for it, and what is made of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.accounts.who import Who
from backend.errors import Invalid, NotFound, Unreadable
from backend.submissions import lists, services
from backend.submissions.arrivals import Arrival, Refused
from backend.submissions.models import Submission, SubmissionVersion
from backend.submissions.queries import by_instance_id, form_by_pk
from backend.submissions.services import Outcome
from field_forms.reading import UnreadableInstance, read

MEANWHILE = "Somebody changed this report meanwhile. Look at what changed, then change it again."


def to_edit(who: Who, instance_id: str) -> tuple[Submission, SubmissionVersion]:
    """A report that this person may change, and its current version. Raises NotFound, NotAllowed, and Invalid for one
    that was withdrawn or that no phone sent.
    """
    submission = by_instance_id(who, instance_id)
    who.require(who.may_review, "change reports")
    if submission.device is None:
        raise Invalid("No phone sent this report; it cannot be changed here.", code="no_device")
    if submission.review_state == "retracted":
        raise Invalid("This report was withdrawn; it cannot be changed any more.", code="retracted")
    versions = submission.versions.select_related("device__officer", "submission", "form_version")
    return submission, versions.order_by("-number")[0]


def list_of(who: Who, instance_id: str, filename: str) -> bytes:
    """A list of the report's form as its officer has it, with whatever the report names besides: no answer of it may be
    missing from the choices.
    """
    _, version = to_edit(who, instance_id)
    if filename not in form_by_pk(version.form_version_id).schema.files:
        raise NotFound("The form has no such list.", where="filename")
    return lists.csv_of(filename, Who("field_officer", device=version.device), set(_texts(version.answers)))


def _texts(answers: Any) -> Iterator[str]:
    if isinstance(answers, Mapping):
        for value in answers.values():
            yield from _texts(value)
    elif isinstance(answers, list):
        for value in answers:
            yield from _texts(value)
    elif isinstance(answers, str):
        yield answers


def edit(who: Who, sent: Mapping[str, Any]) -> Outcome:
    """`sent`: what an `Arrival` holds of a body. Sent again, it is the same edit.

    Raises NotAllowed for what changes no report, NotFound for a report outside the scope, Unreadable or Invalid.
    """
    changed = _changed(sent)
    who.require(bool(changed) and who.may_review, "send new reports; phones do, with their own token")
    _, version = to_edit(who, changed)
    assert version.device is not None  # noqa: S101  # for the type checker: said by to_edit
    outcome = services.edit(Arrival(version.device, services.now(), by=who.user, **sent), version)
    if isinstance(outcome, Refused):
        raise Invalid(outcome.detail, code=outcome.code, where=outcome.where)
    if outcome.code == "stale_deprecated_id":
        return Outcome(outcome.instance_id, "conflict", outcome.code, MEANWHILE, status=409)
    return outcome


def _changed(sent: Mapping[str, Any]) -> str:
    """The id of the version that is changed; empty where none is named."""
    item, xml = sent.get("item"), sent.get("xml")
    if item is not None:
        named = item.get("deprecated_id")
        return named.strip() if isinstance(named, str) else ""
    try:
        return read(xml or b"").deprecated_id or ""
    except UnreadableInstance as error:
        raise Unreadable(f"{error.message}. {error.remedy}.", where="xml_submission_file") from error
