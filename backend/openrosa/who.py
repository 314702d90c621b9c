"""Which phone asks: by the token in the path (what a settings QR holds), by Basic, or by Bearer."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from backend.accounts.throttle import throttled
from backend.accounts.who import Who, of_header, of_token
from backend.errors import BadToken, NoCredentials


def identify(request: HttpRequest, token: str | None) -> Who:
    """Raises NoCredentials (401: clients then ask for a password), BadToken or TooMany.

    Guessing is slowed down; a phone with a good token is never kept out by another that guesses from its address.
    """
    try:
        who = of_token(token) if token is not None else _of_header(request)
    except BadToken:
        with throttled(request, "openrosa"):
            raise
    if who.device is None:
        raise BadToken("This address is for phones. Ask your office for a phone's code.")
    return who


def _of_header(request: HttpRequest) -> Who:
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        return of_token(_password(rest.strip()))
    who = of_header(request)
    if who is None:
        raise NoCredentials("Add this phone anew from the code that your office shows you.")
    return who


def _password(encoded: str) -> str:
    """Of `name:password`: the phone's token; the name may be anything."""
    try:
        _, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NoCredentials("The name and password cannot be read.") from error
    if not password:
        raise NoCredentials("The password is missing: it is the phone's token.")
    return password
