"""One field officer: name, language, area and forms, and the phones that send in this name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from backend.accounts import queries as accounts
from backend.accounts import services
from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.console import queries
from backend.console.inside import inside, show
from backend.console.phones import may_enrol
from backend.errors import Invalid
from backend.registry.models import District

LANGUAGES = {"en": "English", "hi": "हिन्दी"}


@require_http_methods(["GET", "HEAD", "POST"])
@inside(may_enrol)
def officer(request: HttpRequest, who: Who, officer_id: int) -> HttpResponse:
    found = accounts.officer_of(who, officer_id)
    if request.method != "POST":
        return _page(request, who, found)
    try:
        _save(request, who, found)
    except Invalid as error:
        return _page(request, who, found, error.status, error=error)
    messages.success(request, gettext("Saved. The phones learn it when they next have network."))
    return redirect("phones")


def _save(request: HttpRequest, who: Who, officer: Officer) -> None:
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Invalid(gettext("Choose one of the languages."), where="language")
    there = {str(row["form_id"]) for row in queries.open_forms()}
    forms = [form for form in request.POST.getlist("forms") if form in there]
    assert who.user is not None  # noqa: S101  # for the type checker: said by may_enrol
    services.change_officer(
        officer,
        who.user,
        name=request.POST.get("name", ""),
        language=language,
        forms=[] if set(forms) == there else forms,
        districts=list(_near(officer).filter(slug__in=request.POST.getlist("districts"))),
        active=request.POST.get("active") == "1",
    )


def _near(officer: Officer) -> QuerySet[District]:
    """Districts of the states in which the centre has its sites."""
    return District.objects.filter(state__in=officer.centre.sites.values("state"))


def _page(request: HttpRequest, who: Who, officer: Officer, status: int = 200, **context: Any) -> HttpResponse:
    return show(
        request, who, "console/officer.html", "phones", status,
        officer=officer, languages=LANGUAGES.items(), forms=queries.open_forms(),
        districts=list(_near(officer).order_by("name")), has=set(officer.districts.values_list("slug", flat=True)),
        devices=list(officer.devices.all()), villages=officer.centre.catchment.filter(until=None).count(), **context,
    )  # fmt: skip
