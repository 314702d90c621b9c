"""What a phone shows of an answer: a sentence that a field person understands, in the person's language.

In English these are the server's own texts, which name versions, files and lines; in other languages a sentence stands
for each kind of answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, ngettext, override
from django.utils.translation.trans_real import parse_accept_lang_header

from backend.accounts.models import Officer
from backend.errors import GramReachError
from backend.submissions.drafts import Tried
from backend.submissions.services import Outcome


def languages(request: HttpRequest, officer: Officer | None = None) -> list[str]:
    """Best first: those that the phone names (Collect names none), the officer's, English."""
    header = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    named = [code.partition("-")[0] for code, quality in header if quality > 0 and code != "*"]
    return [*named, *([officer.language] if officer is not None else []), "en"]


@contextmanager
def speaking(wanted: list[str]) -> Iterator[None]:
    """In the first of these languages that the pages speak."""
    ours = dict(settings.LANGUAGES)
    with override(next(code for code in wanted if code in ours)):
        yield


def of_outcome(outcome: Outcome) -> str:
    if outcome.outcome in ("conflict", "rejected"):
        return f"{gettext('Kept aside at the office. Nothing lost.')} {_of_code(outcome.code, outcome.detail)}"
    missing = len(outcome.missing_attachments)
    if missing:
        return ngettext(
            "The report reached the office. %(n)d of its files is still to come.",
            "The report reached the office. %(n)d of its files are still to come.",
            missing,
        ) % {"n": missing}
    if outcome.outcome == "identical":
        return gettext("The office has this report already.")
    if outcome.outcome == "edited":
        return gettext("The change reached the office.")
    return gettext("The report reached the office.")


def of_trial(tried: Tried) -> str:
    """Of a draft: it is said that nothing counts, and what the checks found."""
    message = gettext("Tried, not counted: this form is not published yet. %(n)d answers.") % {"n": tried.answers}
    if not tried.flags:
        return message
    odd = ngettext("%(n)d of them is odd.", "%(n)d of them are odd.", len(tried.flags)) % {"n": len(tried.flags)}
    return f"{message} {odd}"


def of_error(error: GramReachError) -> str:
    return _of_code(error.code, error.detail)


def _of_code(code: str, detail: str) -> str:
    return detail if get_language() == "en" else _sentences().get(code, gettext("Call your office."))


def _sentences() -> dict[str, str]:
    """For codes of `backend.errors` and of receiving."""
    add_again = gettext("This phone must be added again. Your reports are safe.")
    send_again = gettext("It did not arrive whole. Send it again.")
    return {
        "no_credentials": add_again,
        "bad_token": add_again,
        "device_revoked": add_again,
        "too_many_requests": gettext("Too many wrong codes from here. Wait a minute."),
        "not_found": gettext("This is not at the office any more. Fetch the forms again."),
        "unknown_form": gettext("The office does not know this form. Call your office."),
        "unknown_version": gettext("The office does not know this version of the form. Call your office."),
        "form_not_assigned": gettext("This form is not one of yours. Call your office."),
        "unreadable": gettext("This report cannot be read. Call your office."),
        "broken_off": send_again,
        "too_large": gettext("This is too large. Send fewer or smaller files."),
        "missing_instance_id": gettext("This report has no number of its own. Call your office."),
        "conflict": gettext("A report with the same number and other content is here already. Both are kept."),
        "deleted": gettext("The office has deleted this report. Call your office before you send it again."),
        "unknown_deprecated_id": gettext("The report that this one changes is not here yet. Send that one too."),
        "stale_deprecated_id": gettext("Somebody else changed this report meanwhile. Both are kept."),
        "other_form": gettext("The report that this one changes is of another form."),
        "attachment_conflict": gettext("Another file of the same name is here already. Both are kept."),
        "not_an_image": gettext("A photo cannot be read. Take it again, and send the report again."),
    }
