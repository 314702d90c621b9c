"""Conditions, review states and flags in the words of people, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language
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
    "no_problem": _("Flag found to be no problem"),
    "problem": _("Flag stands again"),
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

REASONS: dict[str, str | Promise] = {
    "accuracy_low": _("The phone knew its place to no better than 100 m."),
    "aadhaar_masked": _("Somebody wrote an Aadhaar number into a text; it was masked before storing."),
    "before_start": _("The visit lies before the deployment began."),
    "clock_ahead": _("The phone's clock ran ahead of the office's by half a day or more."),
    "constraint_failed": _("An answer breaks a rule of the form."),
    "deployment_known": _("Another registration has this deployment already."),
    "far_from_village": _("More than 10 km from the known place of the village."),
    "future_date": _("The day of the visit was still to come."),
    "impossible_position": _("The coordinates are no place on Earth."),
    "other_village": _("The deployment stands in another village than the one named."),
    "outside_area": _("The village is not among those the officer was given."),
    "outside_district": _("The position lies in another district than the village."),
    "outside_india": _("The position lies outside India."),
    "photo_reused": _("The same picture came with an earlier report."),
    "position_unproven": _("The position was placed by hand, or the phone gave no accuracy."),
    "required_missing": _("A question that must be answered was not."),
    "same_day_again": _("Another report of the same deployment names the same day."),
    "too_fast": _("Less than two seconds for each answer."),
    "unchecked": _("A rule of the form could not be checked by the server."),
    "unknown_choice": _("An answer that the form does not offer."),
    "unknown_deployment": _("The deployment is not registered here yet."),
    "unknown_village": _("The village's code is not in our list."),
}


def kept(code: str) -> str:
    """Why something was kept aside; `with_...` came along with it."""
    said = KEPT.get(code.removeprefix("with_"))
    return str(said) if said else code.replace("_", " ").capitalize()


def flag(code: str) -> str:
    """A flag that has no words yet is better read as its code than not at all."""
    return str(FLAGS.get(code) or code.replace("_", " ").capitalize())


def reason(code: str) -> str:
    """What a flag means, in a sentence; empty for one that has none yet."""
    return str(REASONS.get(code, ""))


# What services say in English, for readers of other languages.
ERRORS: dict[str, str | Promise] = {
    "comment_required": _("Say why, or what should be changed: write a comment."),
    "no_reason": _("Say why it is no problem: who reads this later cannot ask you."),
    "reason_required": _("Say why it is discarded."),
    "retracted": _("This report was withdrawn; nothing more can be decided."),
    "too_late": _("It is too late to undo this. Decide anew."),
    "changed_since": _("Something happened to this report since. Look at it again."),
    "conflict": _("This was changed since you opened it. Look at it again."),
    "nothing_to_replace": _("There is nothing here that this could replace. Try again instead."),
    "is_a_file": _("This is a file. Discard it, or settle the report that it belongs to."),
}


def error(code: str, detail: str) -> str:
    """What is wrong: in the reader's language where it has words of its own, else as it was said."""
    return str(ERRORS[code]) if code in ERRORS and get_language() != "en" else detail
