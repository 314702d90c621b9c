"""Writes: enrolling and revoking phones, making tokens."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.accounts.models import ApiToken, Device, EnrolmentCode, Officer, User
from backend.accounts.tokens import TOKEN_LENGTH, code_hash, new_code, new_token, token_hash
from backend.errors import BadToken, Invalid
from backend.registry.models import Cluster

CODE_DAYS = 7


def make_code(officer: Officer, by: User | None = None) -> str:
    """A one-time enrolment code, shown once; only its hash is kept."""
    code = new_code()
    expires = timezone.now() + dt.timedelta(days=CODE_DAYS)
    EnrolmentCode.objects.create(officer=officer, code_hash=code_hash(code), created_by=by, expires_at=expires)
    return code


def enrol(code: str, installation_id: str, token: str) -> Device:
    """Give a phone's own token its officer. The same three again answer the same device: a lost answer is no harm.

    Raises BadToken (code unknown, used by another phone, or too old) and Invalid (token too short).
    """
    if not TOKEN_LENGTH[0] <= len(token) <= TOKEN_LENGTH[1] or not token.isascii():
        raise Invalid("The phone's token has 32 to 128 letters. Open the link again.", where="token", code="bad_token")
    try:
        return _enrol(code, installation_id, token)
    except IntegrityError:  # the same code or token at the same moment: whoever was first has it
        return _enrol(code, installation_id, token)


@transaction.atomic
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
    return found.device


def revoke(device: Device) -> None:
    Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())


def make_api_token(name: str, cluster: Cluster | None, by: User | None = None) -> str:
    token = new_token()
    ApiToken.objects.create(name=name, token_hash=token_hash(token), cluster=cluster, created_by=by)
    return token
