"""Writes: adding officers, enrolling and revoking phones, making and revoking tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from backend.accounts import collect
from backend.accounts.models import ApiToken, Device, EnrolmentCode, Officer, User
from backend.accounts.tokens import TOKEN_LENGTH, code_hash, new_code, new_token, token_hash
from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import BadToken, Invalid
from backend.registry.models import Centre, Cluster, District
from backend.writing import writing

CODE_DAYS = 7
COLLECT = "ODK Collect"  # in place of the app's version; it tells nothing of itself
LONGEST_DAYS = 3660


def make_code(officer: Officer, by: User | None = None, days: int = CODE_DAYS) -> str:
    """A one-time enrolment code, shown once; only its hash is kept."""
    code = new_code()
    with writing():
        EnrolmentCode.objects.create(officer=officer, code_hash=code_hash(code), created_by=by, expires_at=_in(days))
        record(by, Action.CODE_MADE, f"officer:{officer.pk}", officer=officer.name, days=days)
    return code


def enrolment_link(code: str) -> str:
    """What the square code holds. Behind the #: no server and no proxy on the way is told the code."""
    return f"{settings.PUBLIC_URL}/field/#enrol={code}"


def add_officer(name: str, centre: Centre, forms: Sequence[str] = (), by: User | None = None) -> Officer:
    """Raises Invalid for a name that is none, and for one that this centre has already."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid("A name has 1 to 120 letters.", where="name")
    with writing():
        if Officer.objects.filter(centre=centre, name__iexact=name, active=True).exists():
            raise Invalid(
                f"{name} is at {centre.name} already. Make a new code instead, or add what tells the two apart.",
                where="name",
            )
        officer = Officer.objects.create(name=name, centre=centre, forms=list(forms))
        record(by, Action.OFFICER_ADDED, f"officer:{officer.pk}", name=name, centre=centre.slug, forms=list(forms))
        return officer


def withdraw_codes(officer: Officer, by: User | None = None) -> int:
    """End the officer's codes that nobody used yet; returns how many there were."""
    with writing():
        ended = usable_codes().filter(officer=officer).update(expires_at=timezone.now())
        record(by, Action.CODES_WITHDRAWN, f"officer:{officer.pk}", officer=officer.name, codes=ended)
        return ended


def usable_codes() -> QuerySet[EnrolmentCode]:
    return EnrolmentCode.objects.filter(device=None, expires_at__gt=timezone.now())


def _in(days: int) -> dt.datetime:
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"Give 1 to {LONGEST_DAYS} days.", where="days")
    return timezone.now() + dt.timedelta(days=days)


def enrol(code: str, installation_id: str, token: str) -> Device:
    """Give a phone's own token its officer. The same three again answer the same device: a lost answer is no harm.

    Raises BadToken (code unknown, used by another phone, or too old) and Invalid (token too short).
    """
    if not TOKEN_LENGTH[0] <= len(token) <= TOKEN_LENGTH[1] or not token.isascii():
        raise Invalid("The phone's token has 32 to 128 letters. Open the link again.", where="token", code="bad_token")
    try:
        with writing():
            return _enrol(code, installation_id, token)
    except IntegrityError:  # the same code or token at the same moment: whoever was first has it
        with writing():
            return _enrol(code, installation_id, token)


def _enrol(code: str, installation_id: str, token: str) -> Device:
    found = EnrolmentCode.objects.select_related("officer", "device").filter(code_hash=code_hash(code)).first()
    if found is None:
        raise BadToken(
            "This code is not known. Check it, or ask your office for a new one.", where="code", code="bad_code"
        )
    if found.device is not None:
        if (found.device.installation_id, found.device.token_hash) == (installation_id, token_hash(token)):
            return found.device
        raise BadToken("This code was used. Ask for a new one.", where="code", code="code_used")
    if found.expires_at < timezone.now():
        raise BadToken("This code is too old. Ask for a new one.", where="code", code="code_expired")
    found.device = Device.objects.create(
        officer=found.officer, installation_id=installation_id, token_hash=token_hash(token)
    )
    found.save(update_fields=["device"])
    record(found.device, Action.PHONE_ADDED, f"phone:{found.device.pk}", officer=found.officer.name)
    return found.device


def add_collect(officer: Officer, by: User | None = None) -> str:
    """A phone with ODK Collect: what its settings code holds, shown once. Collect makes no token, so the office does."""
    token = new_token()
    with writing():
        device = Device.objects.create(
            officer=officer, installation_id=COLLECT, app_version=COLLECT, token_hash=token_hash(token)
        )
        record(by, Action.PHONE_ADDED, f"phone:{device.pk}", officer=officer.name, app=COLLECT)
    return collect.encoded(collect.project_settings(officer, token))


@dataclass(frozen=True)
class Told:
    """What a phone says of itself. Sizes in bytes; `oldest_unsent` by its own clock; None: it does not know."""

    app_version: str = ""
    unsent: int = 0
    oldest_unsent: dt.datetime | None = None
    storage_used: int | None = None
    storage_free: int | None = None
    persisted: bool | None = None


def note_what_it_told(device: Device, told: Told) -> None:
    now = timezone.now()
    with writing():
        Device.objects.filter(pk=device.pk).update(
            app_version=told.app_version[:40],
            unsent=told.unsent,
            oldest_unsent=told.oldest_unsent if told.unsent else None,
            storage_used=told.storage_used,
            storage_free=told.storage_free,
            persisted=told.persisted,
            told_at=now,
            last_seen=now,
        )


def revoke(device: Device, by: User | None = None) -> None:
    with writing():
        if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record(by, Action.PHONE_REVOKED, f"phone:{device.pk}", officer=device.officer.name)


def make_api_token(
    name: str,
    cluster: Cluster | None,
    by: User | None = None,
    days: int | None = None,
    centres: Sequence[Centre] = (),
) -> str:
    """Shown once; only its hash is kept. It reads `cluster`, or these centres, or all of India where neither is given;
    `days` None: without an end.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid("Give the token a name of 1 to 120 letters.", where="name")
    token, ends = new_token(), None if days is None else _in(days)
    with writing():
        made = ApiToken.objects.create(
            name=name,
            token_hash=token_hash(token),
            cluster=cluster,
            of_centres=bool(centres),
            created_by=by,
            expires_at=ends,
        )
        made.centres.set(centres)
        reads = [cluster.slug] if cluster else [centre.slug for centre in centres]
        record(by, Action.TOKEN_MADE, f"token:{made.pk}", name=name, reads=reads or "all", days=days)
    return token


def revoke_api_token(token: ApiToken, by: User | None = None) -> None:
    with writing():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record(by, Action.TOKEN_REVOKED, f"token:{token.pk}", name=token.name)


@dataclass(frozen=True)
class Account:
    """Who signs in, with role and scope, as an administrator says it."""

    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    all_india: bool
    centres: Sequence[Centre]
    clusters: Sequence[Cluster]
    active: bool


def save_account(user: User | None, account: Account, by: User, password: str = "") -> User:
    """Add an account, or change one. Raises Invalid, with the field, for what cannot be."""
    _check(user, account)
    with writing():
        user = user or User(username=account.username.strip())
        user.first_name, user.last_name = account.first_name.strip()[:150], account.last_name.strip()[:150]
        user.username, user.email, user.role = account.username.strip(), account.email.strip(), account.role
        user.all_india, user.is_active = account.all_india, account.active
        if password:
            user.set_password(password)
        user.save()
        user.centres.set(account.centres)
        user.clusters.set(account.clusters)
        scope = [*(c.slug for c in account.centres), *(c.slug for c in account.clusters)]
        record(
            by, Action.PERSON_SAVED, f"user:{user.pk}", username=user.username, role=user.role, active=user.is_active,
            scope="all" if user.all_india else scope,
        )  # fmt: skip
    return user


def _check(user: User | None, account: Account) -> None:
    if account.role not in User.Role.values:
        raise Invalid("Choose a role.", where="role")
    name = account.username.strip()
    try:
        UnicodeUsernameValidator()(name)
        if account.email.strip():
            validate_email(account.email.strip())
    except ValidationError as error:
        where = "username" if error.code == "invalid" and "email" not in str(error).lower() else "email"
        raise Invalid(" ".join(error.messages), where=where) from error
    if not 1 <= len(name) <= 150:
        raise Invalid("A user name has 1 to 150 letters.", where="username")
    same = User.objects.filter(username__iexact=name)
    if (same.exclude(pk=user.pk) if user else same).exists():
        raise Invalid("Somebody has this user name already.", where="username")
    scoped = account.all_india or account.centres or account.clusters or account.role == User.Role.ADMINISTRATOR
    if not scoped:
        raise Invalid(
            "Choose at least one centre or cluster, or all of India: else there is nothing to see.", where="centres"
        )


def set_password(user: User, password: str, by: User) -> None:
    """Who is signed in with the old one is signed out by it."""
    with writing():
        user.set_password(password)
        user.save(update_fields=["password"])
        record(by, Action.PASSWORD_CHANGED, f"user:{user.pk}", username=user.username)


def change_officer(
    officer: Officer,
    by: User,
    *,
    name: str,
    language: str,
    forms: Sequence[str],
    districts: Sequence[District],
    active: bool,
) -> None:
    """Raises Invalid for a name that is none. Who is no longer active: their phones are refused from then on."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid("A name has 1 to 120 letters.", where="name")
    with writing():
        officer.name, officer.language, officer.forms, officer.active = name, language, list(forms), active
        officer.save()
        officer.districts.set(districts)
        area = [district.slug for district in districts]
        record(
            by,
            Action.OFFICER_CHANGED,
            f"officer:{officer.pk}",
            name=name,
            forms=list(forms),
            districts=area,
            active=active,
        )
