"""Lists of reports that one keeps under a name: made, chosen as the first one, and let go."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.console.models import SavedView
from backend.errors import Invalid, NotFound
from backend.writing import writing

MOST = 20  # a person


def of(who: Who) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user=who.user)


def default(who: Who) -> str:
    return of(who).filter(default=True).values_list("query", flat=True).first() or ""


@require_http_methods(["GET", "HEAD", "POST"])
@inside()
def saved_views(request: HttpRequest, who: Who) -> HttpResponse:
    query = _clean((request.POST if request.method == "POST" else request.GET).get("query", ""))
    name = " ".join(request.POST.get("name", "").split())
    if request.method != "POST":
        return _page(request, who, query)
    try:
        keep(who, name, query, first=request.POST.get("default") == "1")
    except Invalid as error:
        return _page(request, who, query, error.status, error=error, name=name)
    return redirect(f"{reverse('reports')}?{query}")


def _clean(text: str) -> str:
    """Without the place in the list."""
    query = QueryDict(text[:1000], mutable=True)
    for name in ("after", "answers", "personal"):
        query.pop(name, None)
    return query.urlencode()


def keep(who: Who, name: str, query: str, *, first: bool) -> None:
    """Under the same name it takes the place of the one before. Raises Invalid."""
    if not 1 <= len(name) <= 60:
        raise Invalid(gettext("Give it a name of 1 to 60 letters."), where="name")
    if not query:
        raise Invalid(gettext("Choose a filter first: this view is all reports."), where="query")
    with writing():
        if of(who).exclude(name=name).count() >= MOST:
            raise Invalid(gettext("You have many views already. Let one go first."), where="name")
        if first:
            of(who).update(default=False)
        SavedView.objects.update_or_create(user=who.user, name=name, defaults={"query": query, "default": first})


@require_POST
@inside()
def forget_view(request: HttpRequest, who: Who, view_id: int) -> HttpResponse:
    with writing():
        gone, _ = of(who).filter(pk=view_id).delete()
    if not gone:
        raise NotFound("There is no such view of yours.", where="view")
    return redirect("saved-views")


def _page(request: HttpRequest, who: Who, query: str, status: int = 200, **context: object) -> HttpResponse:
    return show(request, who, "console/saved_views.html", "reports", status, mine=of(who), query=query, **context)
