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
REVIEW: dict[str, str | Promise] = {
    "received": _("Waits"),
    "edited": _("Waits, changed"),
    "changes_requested": _("Changes asked"),
    "approved": _("Accepted"),
    "rejected": _("Rejected"),
    "retracted": _("Withdrawn"),
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


def flag(code: str) -> str:
    """A flag that has no words yet is better read as its code than not at all."""
    return str(FLAGS.get(code) or code.replace("_", " ").capitalize())
