"""Officers and their phones: who has one, codes for new ones, and taking one away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import queries as accounts
from backend.accounts import services
from backend.accounts.models import Device, EnrolmentCode, Officer
from backend.accounts.who import Who
from backend.console import queries
from backend.console.inside import inside, show
from backend.console.squares import square
from backend.errors import Invalid
from backend.registry import editing
from backend.registry.models import Centre
from backend.writing import writing

ON_A_PAGE = 50  # people
ON_A_SHEET = 20  # codes


def may_enrol(who: Who) -> bool:
    return who.may_enrol


@dataclass(frozen=True)
class Phone:
    """`stranded`: it holds reports and was not heard of for days. `oldest`: how many days its oldest one waits."""

    device: Device
    stranded: bool
    oldest: int | None


@dataclass(frozen=True)
class Person:
    officer: Officer
    forms: list[str]  # titles of those that may be filled; none: all
    devices: list[Phone]  # those in use before those taken away
    code: EnrolmentCode | None  # the newest that nobody has used yet


@dataclass(frozen=True)
class Slip:
    """What one officer is given: shown once."""

    officer: Officer
    code: str
    address: str  # the link, but for the code that it ends in
    square: SafeString


@require_safe
@never_cache
@inside(may_enrol)
def phones(request: HttpRequest, who: Who) -> HttpResponse:
    return _list(request, who)


def _list(request: HttpRequest, who: Who, status: int = 200, **context: Any) -> HttpResponse:
    officers = accounts.officers_of(who).filter(active=True)
    centre, last = request.GET.get("centre", ""), request.GET.get("after", "")
    chosen = officers.filter(centre__slug=centre) if centre else officers
    after = officers.filter(pk=int(last)).first() if last.isdecimal() and len(last) < 19 else None
    if after is not None:  # by key, not by number: who comes or goes shifts nothing
        chosen = chosen.filter(Q(name__gt=after.name) | Q(name=after.name, pk__gt=after.pk))
    found = list(chosen.prefetch_related("devices")[: ON_A_PAGE + 1])
    used = Device.objects.filter(officer__in=officers, revoked_at=None)
    return show(
        request, who, "console/phones.html", "phones", status,
        people=_people(found[:ON_A_PAGE]),
        more=found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None,
        in_use=used.count(),
        stranded=accounts.stranded(used).count(),
        without=officers.exclude(pk__in=used.values("officer")).count(),
        centres=list(accounts.centres_to_enrol_for(who)),
        chosen=centre,
        forms=queries.open_forms(),
        days=services.CODE_DAYS,
        stranded_days=accounts.STRANDED_DAYS,
        **context,
    )  # fmt: skip


def _people(officers: list[Officer]) -> list[Person]:
    codes = {code.officer_id: code for code in services.usable_codes().filter(officer__in=officers).order_by("pk")}

    def devices(officer: Officer) -> list[Phone]:
        return [
            _phone(device) for device in sorted(officer.devices.all(), key=lambda device: device.revoked_at is not None)
        ]

    titles = {str(row["form_id"]): str(row["title"]) for row in queries.open_forms()}
    return [
        Person(officer, [titles.get(form, form) for form in officer.forms], devices(officer), codes.get(officer.pk))
        for officer in officers
    ]


def _phone(device: Device) -> Phone:
    oldest = None
    if device.unsent and device.oldest_unsent is not None:
        oldest = max(0, (timezone.now() - device.oldest_unsent).days)
    return Phone(device, accounts.is_stranded(device), oldest)


@require_POST
@never_cache
@inside(may_enrol)
def add_people(request: HttpRequest, who: Who) -> HttpResponse:
    """Officers by name, one a line, each with a code: all of them or, with the reason, none."""
    try:
        made = _added(request, who)
    except Invalid as error:
        return _list(request, who, error.status, error=error, names=request.POST.get("names", ""))
    return _sheet(request, who, made)


def _added(request: HttpRequest, who: Who) -> list[tuple[Officer, str]]:
    names = [name for line in request.POST.get("names", "").splitlines() if (name := line.strip())]
    if not 1 <= len(names) <= ON_A_SHEET:
        raise Invalid(gettext("Write one name a line, %(n)d at most.") % {"n": ON_A_SHEET}, where="names")
    centre = _centre(request, who)
    form = request.POST.get("form", "")
    if form and form not in {row["form_id"] for row in queries.open_forms()}:
        raise Invalid(gettext("Choose one of the forms, or all."), where="form")
    with writing():
        officers = [_add(who, name, centre, [form] if form else []) for name in names]
        return [(officer, services.make_code(officer, who.user)) for officer in officers]


def _centre(request: HttpRequest, who: Who) -> Centre:
    centre = accounts.centres_to_enrol_for(who).filter(slug=request.POST.get("centre", "")).first()
    if centre is None:
        raise Invalid(gettext("Choose the centre that they belong to."), where="centre")
    return centre


def _add(who: Who, name: str, centre: Centre, forms: list[str]) -> Officer:
    try:
        return services.add_officer(name, centre, forms, who.user)
    except Invalid as error:
        told = gettext("%(name)s is here already, or the name is too long. Make a new code, or change the name.")
        raise Invalid(told % {"name": name[:40]}, where="names") from error


@require_POST
@inside(may_enrol)
def office(request: HttpRequest, who: Who) -> HttpResponse:
    """The number that a centre's officers call."""
    try:
        editing.set_phone(_centre(request, who), request.POST.get("phone", ""), who.actor)
    except Invalid as error:
        said = {name: request.POST.get(name, "") for name in ("phone", "centre")}
        return _list(request, who, error.status, error=error, phone=said["phone"], office_of=said["centre"])
    messages.success(request, gettext("The number is kept. Phones learn it when they next have network."))
    return redirect("phones")


@require_POST
@never_cache
@inside(may_enrol)
def new_code(request: HttpRequest, who: Who, officer_id: int) -> HttpResponse:
    officer = accounts.officer_of(who, officer_id)
    return _sheet(request, who, [(officer, services.make_code(officer, who.user))])


@require_POST
@never_cache
@inside(may_enrol)
def collect_code(request: HttpRequest, who: Who, officer_id: int) -> HttpResponse:
    """A phone with ODK Collect: its settings as a square, in this answer and nowhere afterwards."""
    officer = accounts.officer_of(who, officer_id)
    drawn = square(services.add_collect(officer, who.user), "l")
    return show(request, who, "console/collect.html", "phones", officer=officer, square=drawn)


@require_POST
@inside(may_enrol)
def withdraw_codes(request: HttpRequest, who: Who, officer_id: int) -> HttpResponse:
    services.withdraw_codes(accounts.officer_of(who, officer_id), who.user)
    return redirect("phones")


@require_POST
@inside(may_enrol)
def revoke(request: HttpRequest, who: Who, device_id: int) -> HttpResponse:
    services.revoke(accounts.device_of(who, device_id), who.user)
    return redirect("phones")


def _sheet(request: HttpRequest, who: Who, made: list[tuple[Officer, str]]) -> HttpResponse:
    slips = [_slip(officer, code) for officer, code in made]
    until = timezone.now() + dt.timedelta(days=services.CODE_DAYS)
    return show(
        request, who, "console/codes.html", "phones",
        slips=slips, until=until, days=services.CODE_DAYS, app_is_there=_served("/field/"),
    )  # fmt: skip


def _slip(officer: Officer, code: str) -> Slip:
    link = services.enrolment_link(code)
    return Slip(officer, code, link.removesuffix(code), square(link))


def _served(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
