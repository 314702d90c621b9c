"""What could not be stored: looked at, and settled by another try, by letting it replace what is there, or discarded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.who import Who
from backend.audit.models import Action
from backend.audit.services import record
from backend.console.inside import inside, show
from backend.console.report import may_review
from backend.errors import GramReachError, NotFound
from backend.submissions import keeping, reviewing
from backend.submissions.models import KeptAside, SubmissionVersion
from backend.submissions.queries import visible_kept

ON_A_PAGE = 50


@require_safe
@inside(may_review)
def kept(request: HttpRequest, who: Who) -> HttpResponse:
    """Longest waiting first; `?all=1` the settled ones too. Files that came with a report stand on its page."""
    rows = visible_kept(who).exclude(code__startswith="with_").order_by("pk")
    settled = request.GET.get("all") == "1"
    rows = rows if settled else rows.filter(state=KeptAside.State.WAITING)
    after = request.GET.get("after", "")
    rows = rows.filter(pk__gt=int(after)) if after.isdecimal() and len(after) < 19 else rows
    found = list(rows[: ON_A_PAGE + 1])
    return show(
        request, who, "console/kept_aside.html", "reports",
        items=found[:ON_A_PAGE], next=found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None, first=bool(after),
        settled=settled,
    )  # fmt: skip


def _item(who: Who, pk: int) -> KeptAside:
    found = visible_kept(who).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such item in your scope.", where="id")
    return found


@require_safe
@never_cache
@inside(may_review)
def item(request: HttpRequest, who: Who, kept_id: int) -> HttpResponse:
    return _page(request, who, _item(who, kept_id))


def _page(request: HttpRequest, who: Who, found: KeptAside, status: int = 200, **context: object) -> HttpResponse:
    """The content only on request: nobody has sorted its personal answers out yet."""
    ids = [i for i in (found.instance_id,) if i]
    there = SubmissionVersion.objects.filter(instance_id__in=ids).select_related("submission").first()
    files = KeptAside.objects.filter(device=found.device, instance_id=found.instance_id, kind="attachment")
    content = None
    if request.GET.get("content") == "1":
        record(who.actor, Action.PERSONAL_SEEN, f"kept:{found.pk}")
        content = keeping.content(found)
    return show(
        request, who, "console/kept_item.html", "reports", status,
        item=found, there=there.submission if there else None, content=content,
        files=list(files.exclude(pk=found.pk)) if found.instance_id else [],
        named=keeping.names_of_files(found), **context,
    )  # fmt: skip


@require_POST
@inside(may_review)
def resolve(request: HttpRequest, who: Who, kept_id: int) -> HttpResponse:
    found = _item(who, kept_id)
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_review
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    try:
        outcome = reviewing.resolve(found, action, reason, who.user)
    except GramReachError as error:
        return _page(request, who, found, error.status, error=error, reason=reason)
    if outcome is None:
        messages.success(request, gettext("Discarded, with your reason. The content is kept."))
        return redirect("kept-aside")
    messages.success(request, gettext("Stored. It is a report like any other now."))
    return redirect(reverse("report", args=[outcome.instance_id]))
