"""Secrets of the second step, closed with DATA_KEY (AES-256-GCM), short enough for the library's column of 80 letters.

Each is bound to its account: moved to the row of another it opens nothing.
"""

from __future__ import annotations

import base64
import hmac
import os
from binascii import unhexlify
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from backend.keys import data_keys

_MARK, _NONCE = "~", 12  # no hexadecimal digit: so the library writes those that are not closed


def sealed(secret: bytes, account: int) -> str:
    nonce = os.urandom(_NONCE)
    closed = _cipher(_keys()[0]).encrypt(nonce, secret, _bound(account))
    return _MARK + base64.b64encode(nonce + closed).decode()


def opened(text: str, account: int) -> bytes:
    """Raises InvalidTag for what was closed with another key or for another account."""
    return _opened(text, account, _keys())


def is_current(text: str, account: int) -> bool:
    """Closed, and with the key in force."""
    try:
        return text.startswith(_MARK) and bool(_opened(text, account, _keys()[:1]))
    except InvalidTag:
        return False


def _opened(text: str, account: int, keys: Sequence[bytes]) -> bytes:
    if not text.startswith(_MARK):
        return unhexlify(text)
    closed = base64.b64decode(text[len(_MARK) :])
    for key in keys:
        try:
            return _cipher(key).decrypt(closed[:_NONCE], closed[_NONCE:], _bound(account))
        except InvalidTag:
            continue
    raise InvalidTag


def _keys() -> list[bytes]:
    return data_keys(settings.GRAMREACH_HOME)


def _cipher(key: bytes) -> AESGCM:
    """A key of its own, made of DATA_KEY: one key for one thing."""
    return AESGCM(hmac.digest(key, b"gramreach second step", "sha256"))


def _bound(account: int) -> bytes:
    return f"account {account}".encode()
