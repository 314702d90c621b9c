"""The keys of an installation inside its backup: as they are, or behind a passphrase (scrypt, then Fernet)."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from backend.errors import Invalid

PASSPHRASE = "BACKUP_PASSPHRASE"  # noqa: S105  # the name of a setting
SHORTEST = 12
_COST = {"n": 2**16, "r": 8, "p": 1}  # 64 MB and a fifth of a second for each guess


def passphrase() -> str:
    """Empty: none. Raises Invalid for one that is guessed quickly."""
    given: str = settings.BACKUP_PASSPHRASE
    if given and len(given) < SHORTEST:
        raise Invalid(f"{PASSPHRASE} needs {SHORTEST} letters or more: several words are best.", where=PASSPHRASE)
    return given


def seal(keys: dict[str, str], phrase: str) -> bytes:
    if not phrase:
        return json.dumps({"keys": keys}).encode()
    salt = secrets.token_bytes(16)
    sealed = _fernet(phrase, salt, _COST).encrypt(json.dumps(keys).encode())
    told = {"salt": base64.b64encode(salt).decode(), "cost": _COST, "sealed": sealed.decode()}
    return json.dumps(told).encode()


def unseal(content: bytes, phrase: str) -> dict[str, str]:
    """Raises Invalid where the passphrase is missing or another one."""
    told: dict[str, Any] = json.loads(content)
    if "sealed" not in told:
        return dict(told["keys"])
    if not phrase:
        raise Invalid(f"The keys in this backup are behind a passphrase: give it as {PASSPHRASE}.", where=PASSPHRASE)
    try:
        fernet = _fernet(phrase, base64.b64decode(told["salt"]), told["cost"])
        return dict(json.loads(fernet.decrypt(told["sealed"].encode())))
    except InvalidToken as error:
        raise Invalid("This is not the passphrase that the backup was made with.", where=PASSPHRASE) from error


def _fernet(phrase: str, salt: bytes, cost: dict[str, int]) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(phrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
