"""Conditions, review states and flags in the words of people, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONDITIONS: dict[str, str | Promise] = {
    "in_use": _("In use"),
    "idle": _("Works, not used"),
    "resting": _("Out of season"),
    "broken": _("Broken"),
    "silent": _("Silent"),
    "ended": _("Ended"),
    "registered": _("Not yet reported"),
    "visited": _("Visited, none yet"),
    "never": _("Never visited"),
}
# Each condition's sign: full, half and empty disc; only broken is square.
MARKS = {
    "in_use": "full", "idle": "bar", "resting": "bar", "broken": "broken", "silent": "half", "ended": "ended",
    "registered": "never", "visited": "never", "never": "never",
}  # fmt: skip
FOUND: dict[str, str | Promise] = {"registered": _("New deployment")}
REVIEW: dict[str, str | Promise] = {
    "received": _("Waits"),
    "edited": _("Waits, changed"),
    "changes_requested": _("Changes asked"),
    "approved": _("Accepted"),
    "rejected": _("Rejected"),
    "retracted": _("Withdrawn"),
}
DECISIONS: dict[str, str | Promise] = {
    "approve": _("Accepted"),
    "reject": _("Rejected"),
    "request_changes": _("Changes asked"),
    "retract": _("Withdrawn"),
    "undo": _("Decision undone"),
}
KEPT: dict[str, str | Promise] = {
    "conflict": _("Same report, other content"),
    "stale_deprecated_id": _("Changed by two at once"),
    "unknown_deprecated_id": _("Changes a report that is not here"),
    "unknown_form": _("Unknown form"),
    "unknown_version": _("Unknown version of the form"),
    "form_not_assigned": _("Form not given to this officer"),
    "unreadable": _("Cannot be read"),
    "bad_answer": _("An answer cannot be read"),
    "attachment_conflict": _("Another file of this name"),
    "not_an_image": _("Called a photo, but is none"),
    "report_missing": _("File without its report"),
    "deleted": _("The report was deleted"),
    "other_form": _("The report is of another form"),
}
FLAGS: dict[str, str | Promise] = {
    "accuracy_low": _("Position weak"),
    "aadhaar_masked": _("Aadhaar number masked"),
    "before_start": _("Before the beginning"),
    "clock_ahead": _("Phone's clock ahead"),
    "constraint_failed": _("Answer outside its limits"),
    "deployment_known": _("Registered twice"),
    "far_from_village": _("Far from the village"),
    "future_date": _("Visit in the future"),
    "impossible_position": _("Impossible position"),
    "other_village": _("Another village"),
    "outside_area": _("Outside the officer's area"),
    "outside_district": _("Another district"),
    "outside_india": _("Outside India"),
    "photo_reused": _("Photo used before"),
    "position_unproven": _("Position not measured"),
    "required_missing": _("Answer missing"),
    "same_day_again": _("Twice on one day"),
    "too_fast": _("Filled very fast"),
    "unknown_centre": _("Unknown centre"),
    "unknown_choice": _("Answer not among the choices"),
    "unknown_deployment": _("Not registered yet"),
    "unknown_field": _("Answer to no question"),
    "unknown_technology": _("Unknown technology"),
    "unknown_village": _("Unknown village"),
    "unchecked": _("Could not be checked"),
    "wrong_type": _("Answer of the wrong kind"),
}


def kept(code: str) -> str:
    """Why something was kept aside; `with_...` came along with it."""
    said = KEPT.get(code.removeprefix("with_"))
    return str(said) if said else code.replace("_", " ").capitalize()


def flag(code: str) -> str:
    """A flag that has no words yet is better read as its code than not at all."""
    return str(FLAGS.get(code) or code.replace("_", " ").capitalize())
