"""The registry's pages: clusters, centres with their places, technologies, villages. They beat the raw tables: places are
picked on an offline map, seasons ticked, and what a village was stays on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.who import Who
from backend.console.inside import inside, show
from backend.console.navigation import administrators
from backend.console.registry_forms import CentreForm, ClusterForm, SiteForm, TechnologyForm
from backend.errors import GramReachError, NotFound
from backend.kept import forget_everything
from backend.registry import editing
from backend.registry.models import CatchmentVillage, Centre, CentreSite, Cluster, Technology, Village


@dataclass(frozen=True)
class Kind:
    model: Any
    form: type[ModelForm[Any]]
    title: str | Promise
    one: str | Promise
    placed: bool = False


KINDS = {
    "clusters": Kind(Cluster, ClusterForm, _("Clusters"), _("New cluster"), placed=True),
    "centres": Kind(Centre, CentreForm, _("Centres"), _("New centre")),
    "technologies": Kind(Technology, TechnologyForm, _("Technologies"), _("New technology")),
}


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(f"There is no table {name!r}.")
    return KINDS[name]


@require_safe
@inside(administrators)
def table(request: HttpRequest, who: Who, kind: str) -> HttpResponse:
    told = _kind(kind)
    text = request.GET.get("q", "").strip()
    rows = told.model.objects.all()
    rows = rows.filter(Q(name__icontains=text) | Q(slug__icontains=text)) if text else rows
    if kind == "centres":
        rows = rows.annotate(villages=Count("catchment", filter=Q(catchment__until=None)))
    return show(request, who, "console/registry.html", "admin", rows=rows[:500], kind=kind, told=told, q=text)


@require_http_methods(["GET", "HEAD", "POST"])
@inside(administrators)
def edit(request: HttpRequest, who: Who, kind: str, slug: str = "") -> HttpResponse:
    """One row; without `slug` a new one."""
    told = _kind(kind)
    row = told.model.objects.filter(slug=slug).first() if slug else told.model()
    if row is None:
        raise NotFound(f"There is no {slug!r}.")
    form = told.form(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        saved = editing.save(form, who.actor)
        forget_everything()
        messages.success(request, gettext("Kept: %(name)s.") % {"name": saved})
        return redirect("registry-edit", kind, saved.slug)
    sites = (
        [(s, SiteForm(instance=s, prefix=f"site-{s.pk}")) for s in row.sites.all()]
        if kind == "centres" and row.pk
        else []
    )
    return show(
        request, who, "console/registry_edit.html", "admin", form=form, kind=kind, told=told, row=row, sites=sites,
        new_site=SiteForm(prefix="site-new") if kind == "centres" and row.pk else None,
        status=422 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["POST"])
@inside(administrators)
def site(request: HttpRequest, who: Who, slug: str, site_id: str) -> HttpResponse:
    """A place of a centre: changed, or (`new`) added. Its district and state follow from where it lies."""
    centre = Centre.objects.filter(slug=slug).first()
    row = (
        CentreSite(centre=centre) if site_id == "new" else CentreSite.objects.filter(centre=centre, pk=site_id).first()
    )
    if centre is None or row is None:
        raise NotFound(f"There is no centre {slug!r}.")
    form = SiteForm(request.POST, instance=row, prefix=f"site-{site_id}")
    if form.is_valid():
        try:
            editing.save_site(form, who.actor)
            forget_everything()
            messages.success(request, gettext("Kept: %(name)s.") % {"name": form.instance})
            return redirect("registry-edit", "centres", slug)
        except GramReachError as error:
            form.add_error(None, error.detail)
    sites = [(s, form if s.pk == row.pk else SiteForm(instance=s, prefix=f"site-{s.pk}")) for s in centre.sites.all()]
    return show(
        request, who, "console/registry_edit.html", "admin", form=CentreForm(instance=centre), kind="centres",
        told=KINDS["centres"], row=centre, sites=sites, new_site=form if site_id == "new" else SiteForm(prefix="site-new"),
        status=422,
    )  # fmt: skip


def _village(who: Who, code: str) -> Village:
    """Raises NotFound for one outside one's scope: a coordinator's villages are those on the lists of own centres."""
    rows = Village.objects.select_related("district", "state")
    if not who.everywhere:
        mine = CatchmentVillage.objects.filter(centre__in=who.centres, until=None)
        rows = rows.filter(pk__in=mine.values("village"))
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound(f"There is no village {code!r}.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@inside(lambda who: who.may_enrol)
def village(request: HttpRequest, who: Who, code: str) -> HttpResponse:
    """A village's place by pin; an administrator may rename it, or say that it was merged or split."""
    row = _village(who, code)
    error = None
    if request.method == "POST":
        try:
            told = _write(request, who, row)
            forget_everything()
            messages.success(request, told)
            return redirect("village", code)
        except GramReachError as wrong:
            error = wrong
    lists = CatchmentVillage.objects.filter(village=row).select_related("centre").order_by("-since")
    return show(
        request, who, "console/village.html", "admin", village=row, error=error, lists=lists,
        changes=row.changes.select_related("new").order_by("-date"), admin=administrators(who),
        status=error.status if error else 200,
    )  # fmt: skip


def _write(request: HttpRequest, who: Who, row: Village) -> str:
    what = request.POST.get("what", "")
    if what == "place":
        editing.set_place(row, request.POST.get("lat", ""), request.POST.get("lon", ""), who.actor)
        return gettext("The place is kept.")
    who.require(administrators(who), "rename, merge or split villages")
    if what == "rename":
        editing.rename(row, request.POST.get("name", ""), request.POST.get("date", ""), who.actor)
        return gettext("Renamed. Reports keep the name of their time.")
    editing.end(row, what, request.POST.get("new", ""), request.POST.get("date", ""), who.actor)
    return gettext("Noted. Reports keep the code of their visit.")
