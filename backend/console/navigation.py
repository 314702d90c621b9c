"""The ways through the console: its seven pages, and what stands on the page Admin. New pages add their line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.who import Who


def everybody(who: Who) -> bool:
    return True


def reviewers(who: Who) -> bool:
    return who.may_review


def administrators(who: Who) -> bool:
    return who.role == "administrator"


@dataclass(frozen=True)
class Place:
    """`url`: the address's name, or an address. `text`: one sentence on what one finds there."""

    here: str
    url: str
    name: str | Promise
    icon: str
    text: str | Promise = ""
    allowed: Callable[[Who], bool] = everybody

    @property
    def address(self) -> str:
        return self.url if self.url.startswith("/") else reverse(self.url)


PAGES = (
    Place("today", "home", _("Today"), "home"),
    Place("map", "reach-map", _("Map"), "map"),
    Place("reports", "reports", _("Reports"), "list"),
    Place("centres", "centres", _("Centres"), "centre"),
    Place("quality", "quality", _("Quality"), "flag"),
    Place("phones", "phones", _("Phones"), "phone", allowed=reviewers),
    Place("admin", "manage", _("Admin"), "gear"),
)
ADMIN = (
    Place("people", "people", _("People"), "people", _("Who signs in, with role and scope."), administrators),
    Place(
        "plates",
        "deployments",
        _("Deployments and their plates"),
        "qr",
        _("How each stands; plates with a square code, to print."),
        reviewers,
    ),
    Place("clusters", "/registry/clusters", _("Clusters"), "list", _("Names, states, colours."), administrators),
    Place(
        "centres",
        "/registry/centres",
        _("Centres"),
        "centre",
        _("Mandates, places, lists of villages."),
        administrators,
    ),
    Place(
        "technologies", "/registry/technologies", _("Technologies"), "gear", _("Themes and seasons."), administrators
    ),
    Place(
        "match",
        "match-villages",
        _("Villages to match"),
        "pin",
        _("Written by officers, and not found in the list."),
        reviewers,
    ),
    Place(
        "doubles",
        "doubles",
        _("Likely double deployments"),
        "merge",
        _("The same thing registered twice: merge it, or say that it is two."),
        reviewers,
    ),
    Place(
        "published",
        "published",
        _("Monthly figures"),
        "calendar",
        _("Frozen when they are published; what changed since stands beside them."),
    ),
    Place("kept", "kept-aside", _("Kept aside"), "box", _("What phones sent and could not be stored."), reviewers),
    Place("conflicts", "conflicts", _("Conflicts"), "merge", _("Where two people changed one deployment."), reviewers),
    Place("forms", "forms", _("Forms"), "form", _("What the phones fill in, with its versions.")),
    Place("downloads", "downloads", _("Downloads"), "download", _("Your data as a file, and what its columns mean.")),
    Place("tokens", "tokens", _("API tokens"), "key", _("What your scripts sign in with.")),
    Place("api", "api-docs", _("API"), "code", _("For scripts and other systems: every address, with examples.")),
    Place("audit", "audit", _("Audit log"), "clock", _("Who did what, and when."), administrators),
    Place(
        "tables",
        "admin:index",
        _("All tables"),
        "table",
        _("Every row of the registry, as it is stored."),
        administrators,
    ),
)


def pages(who: Who) -> list[Place]:
    return list(_there(PAGES, who))


def administration(who: Who) -> list[Place]:
    return list(_there(ADMIN, who))


def _there(places: tuple[Place, ...], who: Who) -> Iterator[Place]:
    for place in places:
        try:
            if place.allowed(who) and place.address:
                yield place
        except NoReverseMatch:  # an installation may leave a page out
            continue
