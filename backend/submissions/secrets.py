"""Personal values and unsorted bodies, encrypted with DATA_KEY; and the HMAC that says "identical"."""

from __future__ import annotations

import hmac
from functools import cache

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from backend.keys import data_keys


@cache
def _fernet(keys: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> tuple[bytes, ...]:
    return tuple(data_keys(settings.GRAMREACH_HOME))


def encrypt(value: bytes) -> bytes:
    return _fernet(_keys()).encrypt(value)


def decrypt(value: bytes | memoryview) -> bytes:
    return _fernet(_keys()).decrypt(bytes(value))


def is_current(value: bytes | memoryview) -> bool:
    """Closed with the key in force."""
    try:
        _fernet(_keys()[:1]).decrypt(bytes(value))
    except InvalidToken:
        return False
    return True


def content_hmac(body: bytes) -> str:
    """HMAC-SHA-256 under the oldest DATA_KEY, which stays when SECRET_KEY or the key in force is changed: old resends
    must stay identical.
    """
    return hmac.digest(_keys()[-1], body, "sha256").hex()


def canonical(form_id: str, version: str, deprecated_id: str | None, answers: object) -> bytes:
    """The bytes that two JSON submissions share exactly when they say the same."""
    value = {"form_id": form_id, "version": version, "deprecated_id": deprecated_id or None, "answers": answers}
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
