"""Conflicts: two people changed one deployment without knowing of each other. What differs, who and when; a third decides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.console.navigation import reviewers
from backend.errors import Conflict, Invalid
from backend.submissions import differences, settling

ON_A_PAGE = 100
PROPERTIES = {
    "technology": _("Technology"), "village": _("Village"), "village_other": _("Village"), "centre": _("Centre"),
    "user_agency": _("User agency"), "purpose": _("Purpose"), "site_kind": _("Site"), "installed": _("Units installed"),
    "started": _("Since"), "plate": _("Plate"),
}  # fmt: skip


@require_safe
@inside(reviewers)
def conflicts(request: HttpRequest, who: Who) -> HttpResponse:
    rows = differences.in_conflict(who)
    found = rows[:ON_A_PAGE]
    return show(request, who, "console/conflicts.html", "admin", deployments=found, count=rows.count())


@require_http_methods(["GET", "HEAD", "POST"])
@inside(reviewers)
def conflict(request: HttpRequest, who: Who, uuid: UUID) -> HttpResponse:
    deployment = differences.deployment_in_conflict(who, str(uuid))
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        assert who.user is not None  # noqa: S101  # for the type checker: reviewers are users
        keep, comment = request.POST.get("keep", ""), request.POST.get("comment", "")
        if keep in settling.KEEP and keep != "both" and not comment.strip():
            error = Invalid(gettext("Say why: the officer whose report is rejected reads it."), where="comment")
        else:
            try:
                settling.settle(deployment, request.POST.get("instance_id", ""), keep, comment, who.user)
            except (Invalid, Conflict) as found:
                error = found
            else:
                messages.success(request, gettext("Settled: %(name)s.") % {"name": deployment.label})
                return redirect("conflicts")
    told = differences.differences(deployment)
    context = {"deployment": deployment, "differences": told, "names": PROPERTIES, "error": error}
    return show(request, who, "console/conflict.html", "admin", error.status if error else 200, **context)
