"""Who can sign in to the demonstration: one user of each role, three officers with phones, two tokens for scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.utils import timezone

from backend.accounts import services as accounts
from backend.accounts.models import ApiToken, Device, EnrolmentCode, Officer, User
from backend.accounts.tokens import code_hash, new_code, new_token, token_hash
from backend.demo.synthesize import officer_of
from backend.registry.models import Centre, Cluster

Credentials = dict[str, Any]
CENTRE, CLUSTER = "rsvc-khunt", "pkc"
NOBODYS = "+91 00000 00000"  # no phone in India has a number that begins so
_CODE_DAYS = 365  # a demonstration is opened again after months


class _Person(NamedTuple):
    username: str
    role: User.Role
    scope: str  # all, or the slug of a centre or cluster
    name: str


_PEOPLE = (
    _Person("admin", User.Role.ADMINISTRATOR, "all", "Administrator"),
    _Person("khunt", User.Role.COORDINATOR, CENTRE, "Coordinator, RSVC Khunt"),
    _Person("pkc", User.Role.CLUSTER_TEAM, CLUSTER, "Cluster team, Pune"),
    _Person("adviser", User.Role.COORDINATOR, "all", "Adviser, all India"),
)
# The first one's officer may fill all forms (none named: all); the second one's only reports.
_PHONES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CENTRE, ()),
    ("rsvc-mandaura", ("village_report", "village_need")),
    ("rsvc-nitte", ()),
)


def make() -> Credentials:
    """Everybody, with new passwords and tokens; who is there from a set-up that was broken off is taken over."""
    return {
        "users": [_user(person) for person in _PEOPLE],
        "devices": [_device(slug, forms) for slug, forms in _PHONES],
        "api_tokens": [_token("all", None), _token(CLUSTER, Cluster.objects.get(slug=CLUSTER))],
    }


def _user(person: _Person) -> dict[str, str]:
    password = new_code().lower()  # easy to type; the demonstration is served on the loopback address only
    user = User.objects.filter(username=person.username).first() or User(username=person.username)
    administrator = person.role == User.Role.ADMINISTRATOR
    user.role, user.last_name = person.role, person.name
    user.all_india = person.scope == "all" and not administrator
    user.set_password(password)
    user.save()
    user.centres.set(Centre.objects.filter(slug=person.scope))
    user.clusters.set(Cluster.objects.filter(slug=person.scope))
    return {"role": person.role.value, "scope": person.scope, "username": person.username, "password": password}


def _device(centre: str, forms: tuple[str, ...]) -> dict[str, str]:
    Centre.objects.filter(slug=centre, phone="").update(phone=NOBODYS)
    officer = officer_of(Centre.objects.get(slug=centre))
    if forms:
        officer = _limited(officer, forms)
    token, installation = new_token(), f"demo-{centre}"
    if not Device.objects.filter(installation_id=installation).update(token_hash=token_hash(token)):
        accounts.enrol(accounts.make_code(officer), installation, token)
    return {"officer": officer.name, "token": token, "enrolment_code": _code(officer)}


def _limited(officer: Officer, forms: tuple[str, ...]) -> Officer:
    """A colleague of a centre's made-up officer, who may fill only these forms (the made-up reports need all)."""
    name = officer.name.replace("Field officer", "Reporter")
    found, _ = Officer.objects.get_or_create(name=name, centre=officer.centre, defaults={"forms": list(forms)})
    return found


def _token(scope: str, cluster: Cluster | None) -> dict[str, str]:
    name = f"Demonstration, {scope}"
    ApiToken.objects.filter(name=name).delete()
    return {"scope": scope, "token": accounts.make_api_token(name, cluster)}


def _code(officer: Officer) -> str:
    code = accounts.make_code(officer)
    expires = timezone.now() + dt.timedelta(days=_CODE_DAYS)
    EnrolmentCode.objects.filter(code_hash=code_hash(code)).update(expires_at=expires)
    return code


def renew_codes(credentials: Credentials) -> bool:
    """New enrolment codes for those that were used or are too old. True when there are any."""
    renewed = False
    for device in credentials["devices"]:
        code = EnrolmentCode.objects.filter(code_hash=code_hash(device["enrolment_code"])).first()
        officer = Officer.objects.filter(name=device["officer"], active=True).order_by("id").first()
        usable = code is not None and code.device_id is None and code.expires_at > timezone.now()
        if officer is not None and not usable:
            device["enrolment_code"] = _code(officer)
            renewed = True
    return renewed


def still_valid(credentials: Credentials) -> bool:
    """Whether the database is the one that these were handed out by."""
    names = [user["username"] for user in credentials.get("users", ())]
    there = User.objects.filter(username__in=names).count() == len(names) > 0
    return there and Device.objects.filter(installation_id=f"demo-{CENTRE}").exists()
