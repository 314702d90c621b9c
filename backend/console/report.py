"""One report: what was answered, seen and flagged, beside the visit before; and what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.console import place, queries, words
from backend.console.inside import inside, show
from backend.console.reports import asked
from backend.errors import BadFilter, GramReachError, Invalid
from backend.submissions import details, editing, flagging, looking, reviewing, selecting, sharing
from backend.submissions.homes import place_hidden
from backend.submissions.models import ReportRow, Submission
from backend.submissions.queries import by_instance_id, form_by_pk
from backend.submissions.scoped import Scoped

LANGUAGES = {"en": "English", "hi": "हिन्दी"}
POSITION_UP_TO = 1000


def may_review(who: Who) -> bool:
    return who.may_review


@require_safe
@never_cache
@inside()
def report(request: HttpRequest, who: Who, instance_id: str) -> HttpResponse:
    return _page(request, who, by_instance_id(who, instance_id))


def _page(request: HttpRequest, who: Who, submission: Submission, status: int = 200, **context: Any) -> HttpResponse:
    query = _query(request)
    language = request.GET.get("answers") or get_language() or "en"
    shows = who.sees_personal and request.GET.get("personal") == "1"
    if shows:
        details.note_look(who, submission)
    seen = looking.look(submission, language, personal=shows, place_hidden=place_hidden(who, submission))
    has_personal = bool(seen.now.version.personal.all())
    before = seen.before_row
    return show(
        request, who, "console/report.html", "reports", status,
        submission=submission,
        seen=seen,
        form_title=queries.in_language(seen.now.schema.title),
        photos_now=[p for p in seen.now.photos if sharing.may_have(who, submission, seen.now.version, p.name)],
        photos_before=[
            p for p in (seen.before.photos if seen.before else ())
            if before and seen.before and sharing.may_have(who, before.submission, seen.before.version, p.name)
        ],
        map=(drawn := place.drawing(
            seen.here, seen.before.here if seen.before else None, seen.row.village if seen.row else None, seen.now.shapes
        )),
        bar_text_x=round(drawn.bar) + 22 if drawn else 0,
        way=_way(who, query, seen.row),
        query=query.urlencode(),
        languages=[(code, name) for code, name in LANGUAGES.items() if code in seen.languages],
        language=language,
        officers=_officers(submission) if who.may_review else [],
        shows_personal=shows,
        has_personal=has_personal,
        may_edit=who.may_review and submission.device_id is not None and submission.review_state != "retracted",
        minutes=round(seen.seconds / 60) if seen.seconds else None,
        waiting_photos=sum(a.blob is None for a in seen.now.version.attachments.all()),
        rule=queries.rule(),
        **context,
    )  # fmt: skip


def _query(request: HttpRequest) -> QueryDict:
    """Of the list that one came from."""
    text = request.POST.get("query") if request.method == "POST" else None
    query = QueryDict(text, mutable=True) if text is not None else request.GET.copy()
    for name in ("answers", "personal"):
        query.pop(name, None)
    return query


@dataclass(frozen=True)
class Way:
    """Through the list that one came from. `position`, `total`: None where the list is too long to say."""

    before: str | None
    next: str | None
    position: int | None
    total: int | None


def _way(who: Who, query: QueryDict, row: ReportRow | None) -> Way:
    try:
        found = asked(query)
        rows = found.rows(who)
    except BadFilter:
        return Way(None, None, None, None)
    if row is None:
        return Way(None, None, None, None)
    total = rows.counted(POSITION_UP_TO)
    inside = rows.filter(pk=row.pk).rows().exists()
    behind = found.before(rows, row.pk)
    position = behind.counted(POSITION_UP_TO) + 1 if inside and total <= POSITION_UP_TO else None
    backwards = "-submission" if found.oldest else "submission"
    return Way(
        _first(behind, backwards), _first(found.beyond(rows, row.pk), found.order), position,
        total if total <= POSITION_UP_TO else None,
    )  # fmt: skip


def _first(rows: Scoped, order: str) -> str | None:
    found = rows.first(order, 1).select_related("submission")
    return next((row.submission.instance_id for row in found), None)


def _officers(submission: Submission) -> list[Officer]:
    """Who could be asked instead: the others of the officer's centre."""
    if submission.device is None:
        return []
    own = submission.device.officer
    return list(Officer.objects.filter(centre=own.centre_id, active=True).exclude(pk=own.pk)[:50])


@require_safe
@inside(may_review)
def edit(request: HttpRequest, who: Who, instance_id: str) -> HttpResponse:
    """On to the form view that phones have, with the report's answers; it sends the change like any client."""
    try:
        submission, version = editing.to_edit(who, instance_id)
    except Invalid as error:
        return _page(request, who, by_instance_id(who, instance_id), error.status, error=error)
    schema = form_by_pk(version.form_version_id).schema
    report, back = f"/api/v1/submissions/{submission.instance_id}", reverse("report", args=[submission.instance_id])
    asked = [
        ("report", report), ("form", f"/api/v1/forms/{schema.form_id}/versions/{quote(schema.version, safe='')}.xml"),
        *(("media", f"{report}/lists/{name}") for name in schema.files),
        ("title", queries.in_language(schema.title)), ("back", f"{back}?{request.GET.urlencode()}"),
        ("language", get_language() or "en"),
    ]  # fmt: skip
    return redirect(f"{reverse('form-preview')}?{urlencode(asked)}")


@require_POST
@inside(may_review)
def decide(request: HttpRequest, who: Who, instance_id: str) -> HttpResponse:
    """Decide, and go on to the next of the list."""
    submission = by_instance_id(who, instance_id)
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    action, comment = request.POST.get("action", ""), request.POST.get("comment", "").strip()
    query = _query(request)
    before = _way(who, query, ReportRow.objects.filter(pk=submission.pk).first())
    try:
        to = _officer_of(request.POST.get("to", ""), submission)
        reviewing.review(submission, action, comment, who.user, request.POST.get("version"), to=to)
    except GramReachError as error:
        return _page(request, who, by_instance_id(who, instance_id), error.status, error=error, comment=comment)
    _tell(request, submission, action)
    if before.next is None:
        return redirect(f"{reverse('reports')}?{query.urlencode()}")
    return redirect(f"{reverse('report', args=[before.next])}?{query.urlencode()}")


def _officer_of(text: str, submission: Submission) -> Officer | None:
    return next((officer for officer in _officers(submission) if str(officer.pk) == text), None)


def _tell(request: HttpRequest, submission: Submission, action: str) -> None:
    decision = submission.decisions.order_by("-pk").first()
    assert decision is not None  # noqa: S101  # just made
    said = {
        "approve": gettext("Accepted."),
        "reject": gettext("Rejected."),
        "request_changes": gettext("Change asked. It reaches the phone when it has network."),
        "retract": gettext("Withdrawn."),
    }[action]
    messages.success(request, said, extra_tags=reverse("undo-decisions", args=[str(decision.pk)]))


@require_POST
@inside(may_review)
def no_problem(request: HttpRequest, who: Who, instance_id: str, flag: int) -> HttpResponse:
    """A flag that somebody looked at: with a reason it is no problem, and the report stands in no list of flagged ones."""
    submission = by_instance_id(who, instance_id)
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    try:
        flagging.no_problem(submission, flag, request.POST.get("comment", ""), who.user)
    except GramReachError as error:
        return _page(request, who, submission, error.status, error=error, wrong_flag=flag)
    said = gettext("Noted: no problem.")
    messages.success(request, said, extra_tags=reverse("problem-again", args=[instance_id, flag]))
    return redirect(f"{reverse('report', args=[instance_id])}?{_query(request).urlencode()}")


@require_POST
@inside(may_review)
def problem_again(request: HttpRequest, who: Who, instance_id: str, flag: int) -> HttpResponse:
    submission = by_instance_id(who, instance_id)
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    flagging.problem_again(submission, flag, who.user)
    messages.success(request, gettext("The flag stands again."))
    return redirect(f"{reverse('report', args=[instance_id])}?{_query(request).urlencode()}")


@require_POST
@inside(may_review)
def approve_many(request: HttpRequest, who: Who) -> HttpResponse:
    """Accept what was chosen in the list: never a flagged one, and only what waits."""
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    keys = [int(text) for text in request.POST.getlist("chosen")[:200] if text.isdecimal() and len(text) < 19]
    rows = selecting.of_scope(who).filter(pk__in=keys, flags=0, review_state__in=selecting.WAITING)
    made = reviewing.approve_all([row.submission for row in rows.select_related("submission")], who.user)
    if made:
        text = ngettext("%(n)d report accepted.", "%(n)d reports accepted.", len(made)) % {"n": len(made)}
        undo = reverse("undo-decisions", args=[",".join(str(decision.pk) for decision in made)])
        messages.success(request, text, extra_tags=undo)
    else:
        messages.info(request, gettext("Nothing was accepted: choose reports that wait and have no flag."))
    return redirect(f"{reverse('reports')}?{request.POST.get('query', '')}")


@require_POST
@inside(may_review)
def undo(request: HttpRequest, who: Who, decisions: str) -> HttpResponse:
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    keys = [int(text) for text in decisions.split(",")[:200] if text.isdecimal() and len(text) < 19]
    try:
        undone = reviewing.undo(keys, who.user)
    except GramReachError as error:
        messages.error(request, words.error(error.code, error.detail))
        return redirect("reports")
    messages.success(
        request, ngettext("%(n)d decision undone.", "%(n)d decisions undone.", len(undone)) % {"n": len(undone)}
    )
    if len(undone) == 1:
        return redirect("report", instance_id=undone[0].instance_id)
    return redirect(f"{reverse('reports')}?review={','.join(selecting.WAITING)}")
