"""Downloads: what is to be exported, how far it is, the file when it is whole; and what the columns are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.deployments import filters as shared
from backend.errors import GramReachError, Invalid, NotFound
from backend.exports import dictionary, jobs, services
from backend.exports.fields import KINDS
from backend.exports.form_answers import form_tables
from backend.exports.sources import FORMS, SUBMISSIONS
from backend.exports.streams import TYPES
from backend.registry.models import Centre, Cluster
from backend.submissions.models import Form

MOST = 50  # jobs on the page
KIND_NAMES = {
    "reports": _("Village reports"), "deployments": _("Deployments"), "villages": _("Villages"), "centres": _("Centres"),
    "needs": _("Needs"), "trainings": _("Trainings"),
}  # fmt: skip
LANGUAGES = {
    "en": "English", "hi": "हिन्दी", "te": "తెలుగు", "kn": "ಕನ್ನಡ", "or": "ଓଡ଼ିଆ", "mr": "मराठी", "pa": "ਪੰਜਾਬੀ", "ur": "اردو",
    "as": "অসমীয়া", "ta": "தமிழ்", "gu": "ગુજરાતી", "bn": "বাংলা", "ml": "മലയാളം",
}  # fmt: skip
FORMATS = {
    "xlsx": _("Excel (XLSX)"), "csv": _("CSV"), "gpkg": _("GeoPackage, for QGIS"), "geojson": _("GeoJSON"),
    "kml": _("KML, for Google Earth"), "geoparquet": _("GeoParquet"), "fgb": _("FlatGeobuf"),
    "geojsonseq": _("GeoJSON, line by line"),
}  # fmt: skip
STATES = {
    "queued": _("Waits for its turn"), "running": _("Is being made"), "done": _("Ready"), "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}  # fmt: skip
assert set(FORMATS) == set(TYPES)  # noqa: S101  # a new format has its words here


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@inside(lambda who: who.may_export)
def downloads(request: HttpRequest, who: Who) -> HttpResponse:
    if request.method != "POST":
        return _page(request, who)
    try:
        _ask(request, who)
    except GramReachError as error:
        return _page(request, who, error.status if error.status != 404 else 422, error=error, asked=request.POST)
    return redirect("downloads")


def _ask(request: HttpRequest, who: Who) -> None:
    what, _colon, form = request.POST.get("what", "").partition(":")
    kind = request.POST.get("format", "")
    if kind not in FORMATS or (what not in KIND_NAMES and what != SUBMISSIONS):
        raise Invalid(gettext("Choose what to download, and as which file."), where="what")
    chosen = {name: value for name in ("cluster", "centre", "from", "to") if (value := request.POST.get(name, ""))}
    tables = request.POST.get("tables") == "1" and (what in FORMS or what == SUBMISSIONS)
    services.ask(who, what, kind, shared.parse(chosen), of_form=form, tables=tables)


def _page(request: HttpRequest, who: Who, status: int = 200, **context: Any) -> HttpResponse:
    own = list(jobs.mine(who)[:MOST])
    return show(
        request, who, "console/downloads.html", "admin", status,
        jobs=[_Told(job) for job in own],
        open=any(job.open for job in own),
        kinds=KIND_NAMES.items(),
        forms=Form.objects.values_list("form_id", flat=True),
        formats=FORMATS.items(),
        clusters=Cluster.objects.order_by("name") if who.everywhere else Cluster.objects.filter(pk__in=who.clusters),
        centres=Centre.objects.order_by("name") if who.everywhere else Centre.objects.filter(pk__in=who.centres),
        keep_days=services.KEEP_DAYS,
        now=timezone.now(),
        **context,
    )  # fmt: skip


class _Told:
    """A job in words."""

    def __init__(self, job: Any) -> None:
        self.job = job
        self.what = KIND_NAMES.get(job.kind, job.form)
        self.format = FORMATS[job.format]
        self.state = STATES[job.state]
        self.token = job.token.name if job.token_id else ""


@require_POST
@inside(lambda who: who.may_export)
def forget(request: HttpRequest, who: Who, job: UUID) -> HttpResponse:
    services.forget(jobs.job_of(who, job))
    return redirect("downloads")


@require_safe
@inside(lambda who: who.may_export)
def columns(request: HttpRequest, who: Who) -> HttpResponse:
    """The data dictionary. `of`: a kind, or a form as form:NAME; `words`: the language of the questions."""
    of = request.GET.get("of", "reports")
    kind, _colon, form = of.partition(":")
    if kind == "form":
        kinds = [table.kind for table in form_tables(form)]
    elif kind in KINDS:
        kinds = [dictionary.labelled(KINDS[kind])]
    else:
        raise NotFound("There is no such kind.")
    languages = [(code, LANGUAGES.get(code, code)) for code in dictionary.languages(kinds)]
    language = request.GET.get("words") or get_language() or "en"
    return show(
        request, who, "console/columns.html", "admin",
        of=of, tables=[(KIND_NAMES.get(k.name, k.name), [_column(field, language) for field in k.fields]) for k in kinds],
        kinds=KIND_NAMES.items(), forms=Form.objects.values_list("form_id", flat=True), languages=languages,
        chosen=language,
    )  # fmt: skip


def _column(field: Any, language: str) -> dict[str, Any]:
    def said(texts: Any) -> str:
        return str(texts.get(language) or texts.get("en") or next(iter(texts.values()), ""))

    choices = [(name, said(texts)) for name, texts in field.choices.items()]
    return {"field": field, "question": said(field.labels) if field.labels else "", "choices": choices}
