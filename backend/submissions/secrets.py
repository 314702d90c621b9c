"""Personal values and unsorted bodies, encrypted with DATA_KEY; and the HMAC that says "identical"."""

from __future__ import annotations

import hmac
from functools import cache

import orjson
from cryptography.fernet import Fernet
from django.conf import settings

from backend.keys import data_key


@cache
def _fernet(key: bytes) -> Fernet:
    return Fernet(key)


def encrypt(value: bytes) -> bytes:
    return _fernet(data_key(settings.GRAMREACH_HOME)).encrypt(value)


def decrypt(value: bytes | memoryview) -> bytes:
    return _fernet(data_key(settings.GRAMREACH_HOME)).decrypt(bytes(value))


def content_hmac(body: bytes) -> str:
    """HMAC-SHA-256 under DATA_KEY, which stays when SECRET_KEY is changed: old resends must stay identical."""
    return hmac.digest(data_key(settings.GRAMREACH_HOME), body, "sha256").hex()


def canonical(form_id: str, version: str, deprecated_id: str | None, answers: object) -> bytes:
    """The bytes that two JSON submissions share exactly when they say the same."""
    value = {"form_id": form_id, "version": version, "deprecated_id": deprecated_id or None, "answers": answers}
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
