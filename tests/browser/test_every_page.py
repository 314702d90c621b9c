"""Every page of the console, in both languages, at the width of a desk and of a phone: nothing for axe-core to find, nothing
too wide, and no page that was forgotten here."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver

from backend.accounts import throttle
from backend.accounts.models import User
from backend.console import urls
from backend.deployments.models import Deployment
from backend.deployments.versions import Base
from backend.submissions.models import KeptAside, ReportRow
from tests.browser.axe import violations
from tests.browser.conftest import Open, Tab
from tests.integration.console.test_forms import well
from tests.integration.console.test_reports import PIN, report_with_photo, send
from tests.integration.submissions.test_entities import ENTITY, Phone
from tests.integration.world import World, make_world, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
WIDTHS = {"desk": 1280, "phone": 360}
PAGES = {
    "home": "/", "account": "/account", "set-up-second-step": "/account/second-step", "manage": "/manage", "forms": "/forms",
    "form-upload": "/forms/upload", "form-draft": "/forms/drafts/wells", "form-history": "/forms/village_report/versions",
    "reports": "/reports?order=newest", "saved-views": "/reports/views?query=flag%3Dany", "report": "/reports/{report}",
    "kept-aside": "/kept-aside", "kept-item": "/kept-aside/{kept}", "conflicts": "/conflicts", "conflict": "/conflicts/{conflict}",
    "deployments": "/deployments", "plates": "/deployments/plates?chosen={plate}", "villages-never": "/villages/never",
    "match-villages": "/villages/match", "quality": "/quality?days=365", "quality-officer": "/quality/officers/{officer}?days=365",
    "doubles": "/quality/doubles", "people": "/people", "add-person": "/people/add", "person": "/people/{person}",
    "published": "/published", "officer": "/phones/people/{officer}", "phones": "/phones", "import-unsent": "/phones/import",
    "downloads": "/downloads", "columns": "/downloads/columns", "tokens": "/tokens", "audit": "/audit", "centres": "/centres",
    "centre": "/centres/nitte", "catchment": "/centres/nitte/list", "cluster": "/clusters/best",
    "registry": "/registry/centres", "registry-new": "/registry/technologies/new", "registry-edit": "/registry/centres/nitte",
    "village": "/villages/demo:0", "privacy": "/privacy",
}  # fmt: skip
MAPS = ("/maps/reach", "/maps/reach?centre=nitte", "/maps/reach?view=replication&cluster=best")
MADE_HERE = {"published-month"}  # shown by the test that publishes
OTHERS = {  # signed out, a file, or only an act
    "login", "second-step", "own-password", "second-step-off", "recovery-codes", "end-other-sessions", "end-session",
    "logout", "language", "form-draft-xform", "form-draft-media", "form-try", "form-publish", "form-discard", "form-state",
    "form-source", "forget-view", "approve-many", "undo-decisions", "review-report", "no-problem", "problem-again",
    "report-photo", "resolve-kept", "match-village", "merge-deployments", "unmerge", "new-password", "publish-month",
    "add-people", "new-code", "collect-code",
    "edit-report", "office-phone", "withdraw-codes", "revoke-phone", "forget-download", "revoke-token",
    "audit-csv", "undo-catchment", "catchment-villages", "catchment-inside", "registry-site", "api-docs", "admin-door",
}  # fmt: skip


@pytest.fixture
def office(transactional_db: None) -> World:
    """Something on every page: reports with photo and flags, doubles, a conflict, a name to match, a draft of a form."""
    throttle.forget()
    world = make_world()
    user("administrator", "admin")
    phone = Phone(world)
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    phone.report("uuid:b", Base(1), added=1)
    report_with_photo(world)
    for place in (0, 0, 1):
        send(world, world.registration(place=place, position=PIN))
    world.client().post("/api/v1/submissions", b"<broken", content_type="application/xml")
    desk = Client()
    desk.force_login(User.objects.get(username="admin"))
    desk.post("/forms/upload", {"file": SimpleUploadedFile("wells.md", well())})
    desk.post("/tokens", {"name": "Reports", "reads": world.cluster.slug, "days": "90"})
    return world


def names_in(office: World) -> dict[str, object]:
    return {
        "report": ReportRow.objects.filter(flags__gt=0).order_by("-pk")[0].submission.instance_id,
        "kept": KeptAside.objects.get().pk,
        "conflict": ENTITY,
        "plate": Deployment.objects.order_by("pk")[0].uuid,
        "officer": office.officer.pk,
        "person": User.objects.get(username="admin").pk,
    }


def looked_at(tab: Tab, name: str, screenshots: Path) -> list[str]:
    """What is wrong with the page that is open, at each width."""
    wrong = []
    for size, width in WIDTHS.items():
        tab.page.set_viewport_size({"width": width, "height": 740})
        tab.page.screenshot(path=screenshots / f"every-{size}-{name}.png", full_page=True)
        found = violations(tab.page) + ([f"{tab.sideways()} px too wide"] if tab.sideways() else [])
        wrong += [f"{name} ({size}): {line}" for line in found]
    return wrong


def signed_in(open_tab: Open, language: str) -> Tab:
    tab = open_tab(locale=language)
    tab.sign_in("admin")
    return tab


def test_no_page_is_forgotten_here() -> None:
    names = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern) and pattern.name}
    assert names == {*PAGES, *MADE_HERE, *OTHERS}
    assert get_resolver().reverse_dict  # the addresses load


@pytest.mark.parametrize("language", ["en-IN", "hi-IN"])
def test_pages_are_accessible_and_fit(open_tab: Open, office: World, language: str, screenshots: Path) -> None:
    tab, names, wrong = signed_in(open_tab, language), names_in(office), []
    for name, path in PAGES.items():
        tab.go(path.format(**names))
        wrong += looked_at(tab, f"{language[:2]}-{name}", screenshots)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en-IN", "hi-IN"])
def test_maps_are_accessible_and_fit(open_tab: Open, office: World, language: str, screenshots: Path) -> None:
    tab, wrong = signed_in(open_tab, language), []
    for path in MAPS:
        tab.go(path)
        tab.page.wait_for_selector("body[data-ready=yes]")
        name = path.partition("?")[2].partition("=")[2].partition("&")[0] or "national"
        wrong += looked_at(tab, f"{language[:2]}-map-{name}", screenshots)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en-IN", "hi-IN"])
def test_sheets_of_codes_and_published_months_are_accessible_and_fit(
    open_tab: Open, office: World, language: str, screenshots: Path
) -> None:
    """What is shown only after something was done."""
    tab, wrong = signed_in(open_tab, language), []
    for name, path, button in (
        ("codes", "/phones", "form[action='/phones/people'] button"),
        ("collect", "/phones", "form[action$='/collect'] button >> nth=0"),
        ("published-month", "/published", "form[action='/published/publish'] button"),
    ):
        tab.go(path)
        if name == "codes":
            tab.page.fill("#names", "Geeta Rawat\nMohan Pandey")
        tab.page.click(button)
        tab.settled()
        wrong += looked_at(tab, f"{language[:2]}-{name}", screenshots)
    assert not wrong, "\n".join(wrong)
