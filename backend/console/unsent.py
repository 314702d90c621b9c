"""A phone's file of unsent reports, taken in by its coordinator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from backend.accounts.who import Who
from backend.bodies import multipart
from backend.console import queries
from backend.console.inside import inside, show
from backend.console.phones import may_enrol
from backend.errors import GramReachError, Invalid
from backend.submissions import unsent


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@inside(may_enrol)
def import_unsent(request: HttpRequest, who: Who) -> HttpResponse:
    if request.method != "POST":
        return _page(request, who)
    try:
        device, taken = unsent.take_in(who, _chosen(request))
    except GramReachError as error:
        return _page(request, who, error.status, error=error)
    titles = {str(row["form_id"]): str(row["title"]) for row in queries.open_forms()}
    return _page(request, who, device=device, taken=[(item, titles.get(item.form_id, item.form_id)) for item in taken])


def _chosen(request: HttpRequest) -> bytes:
    """The file's bytes. Raises Invalid where none was chosen."""
    _, files = multipart(request)
    if len(files) != 1:
        raise Invalid(gettext("Choose the file that the phone made."), where="file")
    return next(iter(files.values())).read()


def _page(request: HttpRequest, who: Who, status: int = 200, **context: object) -> HttpResponse:
    return show(request, who, "console/unsent.html", "phones", status, **context)
