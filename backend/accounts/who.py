"""Who is asking, and what lies in their scope. Every read of reports goes through a `Who`."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.models import ApiToken, Device, Officer, User
from backend.accounts.tokens import token_hash
from backend.audit.actors import Actor
from backend.errors import BadToken, NoCredentials, NotAllowed
from backend.statements import Select, moment, plain
from backend.writing import writing

Role = Literal["field_officer", "coordinator", "cluster_team", "administrator"]


@dataclass(frozen=True)
class Who:
    """`everywhere`: no limit. Otherwise what belongs to one of `centres` or whose technology is of one of `clusters`;
    an officer sees what an own device sent."""

    role: Role
    everywhere: bool = False
    centres: frozenset[int] = field(default_factory=frozenset)
    clusters: frozenset[int] = field(default_factory=frozenset)
    device: Device | None = None
    user: User | None = None
    token: ApiToken | None = None

    @property
    def actor(self) -> Actor | None:
        """As the audit log names them; None: a command on the server."""
        by = self.user or self.token or self.device
        return by.actor if by else None

    @property
    def may_submit(self) -> bool:
        return self.device is not None

    @property
    def may_review(self) -> bool:
        return self.role in ("coordinator", "administrator") and self.user is not None

    @property
    def may_enrol(self) -> bool:
        """Add officers and phones of the centres in scope, and revoke phones."""
        return self.may_review

    @property
    def may_export(self) -> bool:
        return self.role != "field_officer"

    @property
    def sees_personal(self) -> bool:
        return self.may_review

    def require(self, allowed: bool, what: str) -> Who:
        if not allowed:
            raise NotAllowed(f"Your account may not {what}. Ask your administrator.")
        return self


def identify(request: HttpRequest) -> Who:
    """From `Authorization: Bearer ...` or the console's session. Raises NoCredentials or BadToken."""
    return of_header(request) or of_session(request)


def of_header(request: HttpRequest) -> Who | None:
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise NoCredentials("Send the token as `Authorization: Bearer ...`.")
    return of_token(token.strip())


def of_basic(request: HttpRequest) -> Who | None:
    """A token as the password of HTTP Basic, with any name: what GDAL, QGIS and ODK Collect can send."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    return of_token(_password(encoded.strip())) if kind.lower() == "basic" else None


def _password(encoded: str) -> str:
    try:
        _, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NoCredentials("The name and password cannot be read.") from error
    if not password:
        raise NoCredentials("The password is missing: it is the token.")
    return password


def of_session(request: HttpRequest) -> Who:
    user = getattr(request, "user", None)
    if isinstance(user, User) and user.is_active:
        return of_user(user)
    raise NoCredentials("Sign in, or send a token as `Authorization: Bearer ...`.")


_DEVICE = Select(
    lambda hashed: Device.objects.filter(token_hash=hashed)
    .order_by()
    .values_list(
        "id", "officer_id", "installation_id", "revoked_at", "last_seen", "officer__name", "officer__centre_id",
        "officer__forms", "officer__active", "officer__language",
    ),
    "\0hash",
)  # fmt: skip


def _device(hashed: str) -> Device | None:
    """Asked for at every request of a phone. What is not read here is read when it is asked for."""
    rows = _DEVICE.rows(hashed)
    if not rows:
        return None
    pk, officer_id, installation_id, revoked_at, last_seen, name, centre_id, forms, active, language = rows[0]
    fields = ["id", "officer_id", "installation_id", "token_hash", "revoked_at", "last_seen"]
    values = (pk, officer_id, installation_id, hashed, moment(revoked_at), moment(last_seen))
    device = Device.from_db("default", fields, values)
    device.officer = Officer.from_db(
        "default",
        ["id", "name", "centre_id", "forms", "language", "active"],  # in the order of the model
        (officer_id, name, centre_id, plain(forms), language, active),
    )
    return device


def of_token(token: str) -> Who:
    hashed = token_hash(token)
    device = _device(hashed)
    if device is not None:
        return of_device(device)
    api_token = ApiToken.objects.select_related("created_by").filter(token_hash=hashed).first()
    if api_token is not None and _valid(api_token):
        _note_use(api_token)
        return of_api_token(api_token)
    raise BadToken(_NO_TOKEN)


_NO_TOKEN = "This token is not known, was revoked or is too old. Ask for a new one."  # noqa: S105  # a sentence


def of_api_token(token: ApiToken) -> Who:
    """What the token was made for, and no more than its maker may read today. Raises BadToken."""
    if not _valid(token):
        raise BadToken(_NO_TOKEN)
    clusters = frozenset() if token.cluster_id is None else frozenset({token.cluster_id})
    centres = frozenset(token.centres.values_list("id", flat=True))
    if token.created_by is not None:
        maker = of_user(token.created_by)
        if not maker.everywhere:  # a maker's own scope may have shrunk since
            return Who("cluster_team", centres=centres & maker.centres, clusters=clusters & maker.clusters, token=token)
    everywhere = token.cluster_id is None and not token.of_centres
    return Who("cluster_team", everywhere=everywhere, centres=centres, clusters=clusters, token=token)


def of_device(device: Device) -> Who:
    if device.revoked_at is not None or not device.officer.active:
        raise BadToken("This phone must be added again. Your reports are safe.", code="device_revoked")
    if _an_hour_ago(device.last_seen):
        with writing():
            Device.objects.filter(pk=device.pk).update(last_seen=timezone.now())
    return Who("field_officer", device=device)


def of_user(user: User) -> Who:
    if user.is_administrator:
        return Who("administrator", everywhere=True, user=user)
    role: Role = "coordinator" if user.role == User.Role.COORDINATOR else "cluster_team"
    if user.all_india:
        return Who(role, everywhere=True, user=user)
    centres = frozenset(user.centres.values_list("id", flat=True))
    clusters = frozenset(user.clusters.values_list("id", flat=True))
    return Who(role, centres=centres, clusters=clusters, user=user)


def _valid(token: ApiToken) -> bool:
    """A token goes with whoever made it: that account closed, it opens nothing either."""
    if token.created_by is not None and not token.created_by.is_active:
        return False
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > timezone.now())


def _note_use(token: ApiToken) -> None:
    if _an_hour_ago(token.last_used):
        with writing():
            ApiToken.objects.filter(pk=token.pk).update(last_used=timezone.now())


def _an_hour_ago(last: dt.datetime | None) -> bool:
    """Uses are noted to the hour: not a write at every request."""
    return last is None or (timezone.now() - last).total_seconds() > 3600
