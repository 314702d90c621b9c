"""Random secrets and their hashes. A token has 256 bits, so SHA-256 is enough and fast."""

from __future__ import annotations

import hashlib
import secrets

# No 0/O, 1/I/L: a code is read aloud over a bad line.
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
TOKEN_LENGTH = (32, 128)  # characters that a phone's own token may have


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Twelve letters in groups of four: 59 bits, used once, for a short time, throttled."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in (0, 4, 8))


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(code: str) -> str:
    """As typed: spaces, hyphens and small letters do not matter."""
    return token_hash("".join(c for c in code.upper() if c.isalnum()))
